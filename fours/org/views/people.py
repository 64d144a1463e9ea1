"""员工: who works in the store, their posts, and how they get in."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fours.base.errors import NotThere
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.events import kind_of
from fours.kernel.forms import TablerForm
from fours.kernel.history import line_of
from fours.kernel.models import Event, User
from fours.kernel.verbs import VERBS
from fours.kernel.web import ActorRequest, attempt, done, page, screen
from fours.org.models import Assignment, Team
from fours.org.posts import load_posts, post_names
from fours.org.verbs.people import (
    ADMINISTRATION,
    add_employee,
    assign_post,
    assignments_of,
    dismiss_employee,
    end_assignment,
    reset_password,
)
from fours.org.verbs.setup_people import proposed_password

PER_PAGE = 50


@dataclass(frozen=True)
class PersonRow:
    """A line of the list."""

    user: User
    posts: str
    teams: str


def _post_choices() -> list[tuple[str, Any]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for fact in load_posts():
        if fact.level != "outside":
            groups.setdefault(fact.department.name, []).append((fact.code, fact.name))
    return [("", "请选择岗位"), *groups.items()]


class AssignForm(TablerForm, forms.Form):
    post = forms.ChoiceField(label="岗位", choices=_post_choices, error_messages={"required": "请选择岗位。"})
    team = forms.ChoiceField(label="班组", required=False)
    starts_on = forms.DateField(label="任职日期", widget=forms.DateInput, initial=today)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.visible_to(actor).order_by("name").values_list("name", flat=True)
        field = self.fields["team"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "不分班组"), *((name, name) for name in teams)]


class PersonForm(AssignForm):
    name = forms.CharField(label="姓名", max_length=40)
    username = forms.CharField(
        label="用户名", max_length=40, help_text="登录用，小写字母和数字，定下后不再改。"
    )
    phone = forms.CharField(label="手机", max_length=20, required=False)
    password = forms.CharField(
        label="初始密码", max_length=60, help_text="交给本人；首次登录须改为自己的密码。"
    )
    field_order = ("name", "username", "phone", "password", "post", "team", "starts_on")


class PasswordForm(TablerForm, forms.Form):
    password = forms.CharField(
        label="新密码", max_length=60, help_text="交给本人；下次登录须改为自己的密码。"
    )


class EndForm(TablerForm, forms.Form):
    ends_on = forms.DateField(label="离任日期（最后一天）", widget=forms.DateInput, initial=today)


@require_GET
@screen(ADMINISTRATION)
def people(request: ActorRequest) -> HttpResponse:
    """Who works here, or worked here, with their posts of today."""
    q, gone = request.GET.get("q", "").strip(), request.GET.get("state") == "gone"
    rows = _people(request.actor).filter(is_active=not gone)
    if q:
        rows = rows.filter(Q(name__contains=q) | Q(username__startswith=q.lower()))
    held = Assignment.objects.filter(store=request.actor.must_store).order_by("pk")
    shown = rows.prefetch_related(Prefetch("assignments", held, to_attr="held")).order_by("username")
    listed = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, object] = {
        "page": listed,
        "rows": [_row(user) for user in listed],
        "q": q,
        "tabs": [("在职", "?state=here", None, not gone), ("已停用", "?state=gone", None, gone)],
    }
    return page(request, "org/people.html", context)


def _people(actor: Actor) -> QuerySet[User]:
    return User.objects.filter(assignments__store=actor.must_store).distinct()


def _row(user: User) -> PersonRow:
    present = [held for held in user.held if _holds(held)]  # type: ignore[attr-defined]
    teams = dict.fromkeys(held.team for held in present if held.team)
    names = [post_names().get(held.post, held.post) for held in present]
    return PersonRow(user, "、".join(names), "、".join(teams))


def _holds(held: Assignment) -> bool:
    return held.starts_on <= today() and (held.ends_on is None or held.ends_on >= today())


def _person(request: ActorRequest, pk: int) -> User:
    found = _people(request.actor).filter(pk=pk).first()
    if found is None:
        raise NotThere()
    return found


@screen(ADMINISTRATION)
def person_new(request: ActorRequest) -> HttpResponse:
    """A new employee with a first post and a password to hand over."""
    store = request.actor.must_store
    form = PersonForm(request.POST or None, actor=request.actor, initial={"password": proposed_password()})
    if request.method == "POST":
        made = attempt(form, lambda: add_employee(store, **form.cleaned_data, actor=request.actor))
        if made is not None:
            return done(
                request, f"已新增员工 {made.name}，用户名 {made.username}", reverse("person", args=[made.pk])
            )
    sections = [("人员", ["name", "username", "phone", "password"]), ("岗位", ["post", "team", "starts_on"])]
    return _form(request, "新增员工", form, reverse("people"), sections)


@require_GET
@screen(ADMINISTRATION)
def person(request: ActorRequest, pk: int) -> HttpResponse:
    """One employee: posts held and held before, what was done with the account."""
    shown = _person(request, pk)
    events = Event.objects.visible_to(request.actor).filter(aggregate_kind=kind_of(shown), aggregate_id=pk)
    own = shown.home_store_id == request.actor.must_store.pk
    context = {
        "person": shown,
        "assignments": [
            (held, post_names().get(held.post, held.post), held.ends_on is None or held.ends_on >= today())
            for held in assignments_of(request.actor.must_store, shown)
        ],
        "may_administer": own and shown.is_active,
        "own": own,
        "dismiss": VERBS["dismiss_employee"],
        "history": [line_of(event) for event in events.order_by("-pk")[:50]],
    }
    return page(request, "org/person.html", context)


@screen(ADMINISTRATION)
def person_assign(request: ActorRequest, pk: int) -> HttpResponse:
    """A further post."""
    shown, store = _person(request, pk), request.actor.must_store
    form = AssignForm(request.POST or None, actor=request.actor)
    back = reverse("person", args=[pk])
    if request.method == "POST":
        made = attempt(
            form, lambda: assign_post(store, person=shown, **form.cleaned_data, actor=request.actor)
        )
        if made is not None:
            return done(request, "已增加岗位", back)
    return _form(request, f"增加岗位：{shown.name}", form, back)


@screen(ADMINISTRATION)
def person_password(request: ActorRequest, pk: int) -> HttpResponse:
    """A new password to hand over."""
    shown, store = _person(request, pk), request.actor.must_store
    form = PasswordForm(request.POST or None, initial={"password": proposed_password()})
    back = reverse("person", args=[pk])
    if request.method == "POST":
        made = attempt(
            form, lambda: reset_password(store, person=shown, **form.cleaned_data, actor=request.actor)
        )
        if made is not None:
            return done(request, f"已重置 {shown.name} 的密码，本人下次登录须修改", back)
    return _form(request, f"重置密码：{shown.name}", form, back)


@require_POST
@screen(ADMINISTRATION)
def person_dismiss(request: ActorRequest, pk: int) -> HttpResponse:
    """Somebody left: the account is closed."""
    shown = _person(request, pk)
    dismiss_employee(request.actor.must_store, person=shown, actor=request.actor)
    return done(request, f"{shown.name} 的账号已停用", reverse("person", args=[pk]))


@screen(ADMINISTRATION)
def assignment_end(request: ActorRequest, pk: int) -> HttpResponse:
    """The last day in a post."""
    held = Assignment.objects.filter(pk=pk, store=request.actor.must_store).select_related("user").first()
    if held is None:
        raise NotThere()
    form = EndForm(request.POST or None)
    back = reverse("person", args=[held.user_id])
    if request.method == "POST":
        made = attempt(form, lambda: end_assignment(held, **form.cleaned_data, actor=request.actor))
        if made is not None:
            return done(request, "已结束任职", back)
    name = post_names().get(held.post, held.post)
    return _form(request, f"结束任职：{held.user.name} {name}", form, back)


def _form(
    request: ActorRequest,
    title: str,
    form: forms.Form,
    back: str,
    sections: list[tuple[str, list[str]]] | None = None,
) -> HttpResponse:
    context: dict[str, object] = {
        "title": title,
        "form": form,
        "cancel_url": back,
        "sections": sections or [],
        "crumbs": [("员工", reverse("people"))],
    }
    return page(request, "kernel/form_page.html", context, form)
