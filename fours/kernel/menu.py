"""The menu, filled by the apps from below upward; a person sees only what their posts may enter."""

from dataclasses import dataclass, field, replace
from functools import cache

from django.urls import NoReverseMatch, get_script_prefix, reverse

from .actor import Actor


@dataclass(frozen=True)
class Item:
    label: str
    route: str
    icon: str
    permission: str | None = None
    order: int = 50
    url: str = ""
    active: bool = False


@dataclass(frozen=True)
class Section:
    label: str
    icon: str
    order: int
    items: list[Item] = field(default_factory=list)


SECTIONS: dict[str, Section] = {}


def menu_section(label: str, icon: str, order: int) -> None:
    SECTIONS.setdefault(label, Section(label, icon, order))


def menu_item(section: str, item: Item) -> None:
    SECTIONS[section].items.append(item)


# The kernel's own entries.
menu_section("", "home", 0)
menu_item("", Item("工作台", "home", "home", None, 10))
menu_item("", Item("待办", "tasks", "checklist", None, 20))
menu_section("系统", "settings", 95)
menu_item("系统", Item("参数设置", "settings", "adjustments", "org.change_settings", 50))
menu_item("系统", Item("失败任务", "failed_jobs", "alert-triangle", "org.change_settings", 80))
menu_item("系统", Item("安全日志", "security_log", "shield-lock", "org.manage_users", 90))


def menu_for(actor: Actor, path: str) -> list[Section]:
    """The sections with at least one item the actor may enter; the item whose address begins the path is active.

    A page that several sections lead to is listed once, in the first one the actor may enter it from.
    """
    shown = []
    listed: set[str] = set()
    for section in _addressed(get_script_prefix()):
        items = [i for i in section.items if actor.can(i.permission) and i.url not in listed]
        listed.update(i.url for i in items)
        if items:
            shown.append((section, items))
    urls = [
        i.url
        for _, items in shown
        for i in items
        if path == i.url or (i.url != "/" and path.startswith(i.url))
    ]
    best = max(urls, key=len, default=path)
    return [
        replace(s, items=[replace(i, active=True) if i.url == best else i for i in items])
        for s, items in shown
    ]


@cache
def _addressed(prefix: str) -> list[Section]:
    """All there is, in order, with addresses that begin with the prefix."""
    return [
        replace(s, items=[replace(i, url=url) for i in sorted(s.items, key=_order) if (url := _url(i))])
        for s in sorted(SECTIONS.values(), key=_order)
    ]


def _order(entry: Section | Item) -> int:
    return entry.order


def _url(item: Item) -> str:
    try:
        return reverse(item.route)
    except NoReverseMatch:
        return ""
