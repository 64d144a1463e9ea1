"""What every page knows (context processor)."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from fours.kernel.actor import Actor
from fours.kernel.menu import menu_for
from fours.kernel.models import Store
from fours.kernel.tasks import post_names

from .worklist import open_task_count


def page(request: HttpRequest) -> dict[str, Any]:
    """`actor`, `post_names`, `menu`, `stores`, `open_task_count`, `is_demo`, `theme`, `lock` for the layout.

    `lock` is there on a shared device only: how long until the page covers itself, and whose page it is.

    Menu and task count are made only for a template that shows them, which a tab or a panel of a page does not.
    """
    actor: Actor | None = getattr(request, "actor", None)
    theme = request.COOKIES.get("theme", "light")
    base: dict[str, Any] = {
        "theme": theme if theme in ("light", "dark") else "light",
        "actor": actor,
        "menu": [],
        "stores": [],
        "post_names": [],
        "lock": getattr(request, "lock", None),
    }
    if actor is None or actor.user is None:
        return {**base, "open_task_count": 0, "is_demo": Store.objects.filter(is_demo=True).exists()}
    stores: list[Store] = getattr(request, "stores", [])
    return {
        **base,
        "menu": SimpleLazyObject(lambda: menu_for(actor, request.path)),
        "stores": stores,
        "post_names": _post_names(actor),
        "open_task_count": SimpleLazyObject(lambda: open_task_count(actor)),
        "is_demo": any(store.is_demo for store in stores),
    }


def _post_names(actor: Actor) -> list[str]:
    names = post_names()
    return [names.get(code, code) for code in sorted(actor.posts)]
