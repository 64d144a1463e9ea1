"""The 101 posts of the trade: what each is called, what it has to do, and what it may do here (PF-02)."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from fours.base.errors import NotThere
from fours.kernel.forms import TablerForm
from fours.kernel.history import line_of
from fours.kernel.models import Event
from fours.kernel.web import ActorRequest, attempt, done, page, screen
from fours.org.people import holders, present_assignments
from fours.org.permission_names import PERMISSION_NAMES
from fours.org.post_permissions import PERMISSIONS_OF_POST, with_carried
from fours.org.posts import PostFact, load_posts, posts_by_code
from fours.org.rights import rights_of_post
from fours.org.verbs.rights import CHANGE, change_post_rights

AREAS = {
    "customers": "客户", "vehicles": "车辆", "service": "维修业务", "parts": "配件", "survey": "信息反馈", "messages": "消息",
    "approvals": "审批", "org": "组织", "archive": "月度归档", "kernel": "资料和单据",
}  # fmt: skip


class RightsForm(TablerForm, forms.Form):
    """Every right there is, ticked where the post has it, under the name of its area."""

    autofocus = False

    def __init__(self, *args: Any, post: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shipped = PERMISSIONS_OF_POST.get(post, frozenset())
        areas: dict[str, list[tuple[str, str]]] = {}
        for code, name in PERMISSION_NAMES.items():
            label = f"{name}（出厂）" if code in shipped else name
            areas.setdefault(AREAS.get(code.partition(".")[0], "其他"), []).append((code, label))
        for number, (area, choices) in enumerate(areas.items()):
            self.fields[f"area_{number}"] = forms.MultipleChoiceField(
                label=area, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
            )

    def permissions(self) -> set[str]:
        return {code for codes in self.cleaned_data.values() for code in codes}


@require_GET
@screen("org.view")
def posts(request: ActorRequest) -> HttpResponse:
    """All posts by department, with who holds them in this store; `q` finds by name or duty."""
    q = request.GET.get("q", "").strip()
    store = request.actor.must_store
    names: dict[str, list[str]] = {}
    for post, name in present_assignments(store).order_by("user__name").values_list("post", "user__name"):
        names.setdefault(post, []).append(name)
    departments: dict[str, list[tuple[PostFact, list[str], int]]] = {}
    for fact in load_posts():
        if not q or q in fact.name or any(q in text for text in (*fact.variants, *fact.duties)):
            rights = len(PERMISSIONS_OF_POST.get(fact.code, ()))
            row = (fact, names.get(fact.code, []), rights)
            departments.setdefault(fact.department.name, []).append(row)
    return page(request, "org/posts.html", {"departments": departments, "q": q})


@require_GET
@screen("org.view")
def post(request: ActorRequest, code: str) -> HttpResponse:
    """One post: duties, rights, holders."""
    fact = posts_by_code().get(code)
    if fact is None:
        raise NotThere("没有这个岗位。")
    store = request.actor.must_store
    granted = with_carried(rights_of_post(store, code))
    rights = [name for permission, name in PERMISSION_NAMES.items() if permission in granted]
    context = {
        "post": fact,
        "rights": rights,
        "holders": holders(store, code),
        "may_change": request.actor.can(CHANGE) and fact.level != "outside",
    }
    return page(request, "org/post.html", context)


@screen(CHANGE)
def post_rights(request: ActorRequest, code: str) -> HttpResponse:
    """What the post may do in this store, ticked; every change stands below and counts from the next click on."""
    fact = posts_by_code().get(code)
    if fact is None:
        raise NotThere("没有这个岗位。")
    store = request.actor.must_store
    now = rights_of_post(store, code)
    ticked = {f"area_{number}": sorted(now) for number in range(len(AREAS) + 1)}
    form = RightsForm(request.POST if request.method == "POST" else None, post=code, initial=ticked)
    saved = attempt(
        form,
        lambda: change_post_rights(store, post=code, permissions=form.permissions(), actor=request.actor),
    )
    if saved is not None:
        return done(request, f"{fact.name}：权限已保存，立即生效", reverse("post", args=[code]))
    events = Event.objects.visible_to(request.actor).filter(kind="org.post_rights_changed", data__post=code)
    context: dict[str, object] = {
        "post": fact,
        "form": form,
        "history": [line_of(event) for event in events.order_by("-pk")[:30]],
    }
    return page(request, "org/post_rights.html", context, form)
