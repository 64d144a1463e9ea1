"""Who works in a store, in which post and how they sign in (PF-01, PF-02). A store is never left without administrator."""

import re
from datetime import date, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from fours.base.errors import NotThere, Refused
from fours.base.text import clean
from fours.desk.tokens import revoke_tokens
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.events import announce
from fours.kernel.models import Store, User
from fours.kernel.tasks import free_tasks_of_leavers
from fours.kernel.verbs import take, verb
from fours.org.models import Assignment, Team
from fours.org.people import present_assignments
from fours.org.pins import forget_pin
from fours.org.post_permissions import PERMISSIONS_OF_POST
from fours.org.posts import post_names, posts_by_code

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
USERNAME_RULE = "用户名由 2 至 40 个小写字母、数字、点、横线组成。"
PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}")
ADMINISTRATION = "org.manage_users"
ADMINISTERING = [post for post, granted in PERMISSIONS_OF_POST.items() if ADMINISTRATION in granted]
FURTHEST_START = timedelta(days=366)


@verb("新增员工", ADMINISTRATION)
def add_employee(
    store: Store,
    *,
    username: str,
    name: str,
    password: str,
    post: str,
    starts_on: date,
    phone: str = "",
    team: str = "",
    actor: Actor,
) -> User:
    """A new person with a first post; the password is changed at the first sign-in."""
    user = User(
        username=username.strip().lower(), name=clean(name), phone=phone.strip(), home_store=store,
        must_change_password=True,
    )  # fmt: skip
    check_new_user(user)
    check_password(password, user)
    user.set_password(password)
    user.save()
    _assign(store, user, post, starts_on, team)
    announce("org.employee_added", user, actor=actor, sentence=f"新增员工 {user.name}：{post_names()[post]}")
    return user


@verb("增加岗位", ADMINISTRATION)
def assign_post(
    store: Store, *, person: User, post: str, starts_on: date, team: str = "", actor: Actor
) -> Assignment:
    """Give somebody of the store a further post from a day on."""
    check_works_here(store, person)
    if not person.is_active:
        raise Refused(f"{person.name} 的账号已停用。")
    assignment = _assign(store, person, post, starts_on, team)
    sentence = f"{person.name} 自 {starts_on} 任{post_names()[post]}"
    announce("org.post_assigned", person, actor=actor, sentence=sentence)
    return assignment


@verb("结束任职", ADMINISTRATION)
def end_assignment(assignment: Assignment, *, ends_on: date, actor: Actor) -> Assignment:
    """The last day in a post; the row stays as history. Refused for the store's last administrator."""
    take_administration(assignment.store)
    assignment = take(assignment)
    if assignment.ends_on is not None and assignment.ends_on < today():
        raise Refused("这项任职早已结束。")
    if ends_on < assignment.starts_on:
        raise Refused(f"离任日期不能早于任职日期 {assignment.starts_on}。", field="ends_on")
    assignment.ends_on = ends_on
    assignment.save(update_fields=["ends_on"])
    check_administrator_remains(assignment.store)
    name = post_names().get(assignment.post, assignment.post)
    announce(
        "org.assignment_ended",
        assignment.user,
        actor=actor,
        sentence=f"{assignment.user.name} 任{name}至 {ends_on}",
    )
    return assignment


@verb("重置密码", ADMINISTRATION)
def reset_password(store: Store, *, person: User, password: str, actor: Actor) -> User:
    """A password given by the administrator, to be changed at the next sign-in; sessions, tokens and PIN end at once."""
    check_is_administered_here(store, person)
    person = take_person(person)
    check_password(password, person)
    person.set_password(password)
    person.must_change_password = True
    person.save(update_fields=["password", "must_change_password"])
    revoke_tokens(person)
    forget_pin(person)
    announce("org.password_reset", person, actor=actor, sentence=f"重置 {person.name} 的密码")
    return person


@verb("离职停用", ADMINISTRATION)
def dismiss_employee(store: Store, *, person: User, actor: Actor) -> User:
    """Somebody leaves: no access from this minute on, all posts in the store end today, the history stays (PF-15)."""
    check_is_administered_here(store, person)
    if actor.user is not None and person.pk == actor.user.pk:
        raise Refused("不能停用自己的账号。")
    take_administration(store)
    person = take_person(person)
    if not person.is_active:
        raise Refused(f"{person.name} 的账号已停用。")
    person.is_active = False
    person.save(update_fields=["is_active"])
    present = Assignment.objects.filter(Q(ends_on=None) | Q(ends_on__gt=today()), user=person, store=store)
    # A post that had not begun cannot end before it began.
    present.filter(starts_on__gt=today()).update(ends_on=None, starts_on=today())
    present.update(ends_on=today())
    revoke_tokens(person)
    forget_pin(person)
    free_tasks_of_leavers(store)
    check_administrator_remains(store)
    announce("org.employee_dismissed", person, actor=actor, sentence=f"{person.name} 离职，账号停用")
    return person


def check_new_user(user: User) -> None:
    """Refuse a user name that is taken or unfit, a missing name, a phone that is none; beside each field."""
    wrong = {}
    if not USERNAME.fullmatch(user.username):
        wrong["username"] = USERNAME_RULE
    elif User.objects.filter(username=user.username).exists():
        wrong["username"] = f"用户名“{user.username}”已被使用。"
    if not user.name or len(user.name) > 40:
        wrong["name"] = "请填写姓名，最多 40 字。"
    if user.phone and not PHONE.fullmatch(user.phone):
        wrong["phone"] = "电话格式不正确。"
    if wrong:
        raise Refused("".join(wrong.values()), fields=wrong)


def check_password(password: str, user: User) -> None:
    """Refuse a first password that is too short or too common."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused("".join(error.messages), field="password") from error


def check_works_here(store: Store, person: User) -> None:
    """NotThere unless the person has or had a post in the store."""
    if not Assignment.objects.filter(store=store, user=person).exists():
        raise NotThere()


def check_is_administered_here(store: Store, person: User) -> None:
    """Only the administrator of a person's own store gives passwords: they open that person's other stores too."""
    check_works_here(store, person)
    if person.home_store_id != store.pk:
        raise Refused(f"{person.name} 属于其他门店，账号和密码由其所属门店的管理员办理。")


def take_administration(store: Store) -> None:
    """Lock who administers the store: of two who take each other's post at once, the second sees what the first did."""
    rows = Assignment.objects.select_for_update().filter(store=store, post__in=ADMINISTERING)
    list(rows.order_by("pk").values_list("pk"))


def check_administrator_remains(store: Store) -> None:
    """Refuse what leaves a store without anybody who can manage its people, now or from some day on."""
    lasting = present_assignments(store).filter(post__in=ADMINISTERING, ends_on=None)
    if not lasting.exists():
        raise Refused("门店至少要保留一位系统管理员，请先指定接任者。", field="ends_on")


def take_person(person: User) -> User:
    """The person's row as it is now, locked."""
    return User.objects.select_for_update().get(pk=person.pk)


def assignments_of(store: Store, person: User) -> QuerySet[Assignment]:
    """All posts somebody has or had in the store, present ones first."""
    rows = Assignment.objects.filter(store=store, user=person)
    return rows.order_by("-ends_on", "-starts_on", "pk")


def _assign(store: Store, user: User, post: str, starts_on: date, team: str) -> Assignment:
    fact = posts_by_code().get(post)
    if fact is None or fact.level == "outside":
        raise Refused("请选择岗位。", field="post")
    if abs(starts_on - today()) > FURTHEST_START * 60:
        raise Refused("任职日期不正确。", field="starts_on")
    if starts_on > today() + FURTHEST_START:
        raise Refused("任职日期最多可填一年以后。", field="starts_on")
    if team and not Team.objects.filter(store=store, name=team).exists():
        raise Refused(f"本店没有班组“{team}”。", field="team")
    held = Assignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on), store=store, user=user)
    if held.filter(post=post).exists():
        raise Refused(f"{user.name} 已任{fact.name}。", field="post")
    return Assignment.objects.create(user=user, store=store, post=post, team=team, starts_on=starts_on)
