"""A real store's beginning (PF-15): the group, the store, its departments, VAT in force and the first administrator.

Posts, settings, deadlines, checklists and the statutory calendar come with the program; what only the store knows
(letterhead, rates, bays, people) its administrator enters on the page 开业设置.
"""

import re
from datetime import date
from decimal import Decimal

from django.db import transaction

from fours.base.errors import Refused
from fours.base.text import clean
from fours.kernel.actor import Actor, open_scope
from fours.kernel.business_date import today
from fours.kernel.events import announce
from fours.kernel.models import Group, Store, User

from .models import Assignment, Department, TaxRate
from .models.store import DepartmentKind, TaxpayerKind
from .verbs.people import USERNAME, USERNAME_RULE, check_new_user, check_password

# It stands in every document number between hyphens and is typed at the command line.
STORE_CODE = re.compile(r"[A-Z0-9]{1,8}")
# 财政部 税务总局 海关总署公告 2019 年第 39 号: 13 % for goods and repair; small taxpayers are levied 3 %.
TAX_RATES = (
    (TaxpayerKind.GENERAL, Decimal("0.13"), date(2019, 4, 1)),
    (TaxpayerKind.SMALL, Decimal("0.03"), date(2019, 4, 1)),
)
ADMINISTRATOR = "it_admin"


def check_empty() -> None:
    """Refused when there is a store or a user already: a real store never begins on other data."""
    if Store.objects.exists() or User.objects.exists():
        raise Refused("数据库中已有数据，初始化只能在空库上进行；没有改动任何数据。")


def check_store(code: str, name: str) -> None:
    """Refuse a code or name no store can have; asks no table, so it can be said before there is one."""
    if not STORE_CODE.fullmatch(code.strip().upper()):
        raise Refused("门店代码应为 1 至 8 位字母或数字，如 S01。", field="code")
    if not 1 <= len(clean(name)) <= 100:
        raise Refused("请填写门店名称，最多 100 字。", field="name")


def check_administrator(username: str, password: str) -> None:
    """Refuse a user name or password nobody can have; asks no table either."""
    if not USERNAME.fullmatch(username.strip().lower()):
        raise Refused(USERNAME_RULE, field="username")
    check_password(password, User())


@transaction.atomic
def found_store(*, code: str, name: str, username: str, person: str, password: str) -> Store:
    """Make the one store of an empty installation and its administrator; all of it or nothing."""
    check_empty()
    check_store(code, name)
    store = _store(code.strip().upper(), clean(name))
    open_scope([store.pk])
    for kind, rate, since in TAX_RATES:
        TaxRate.objects.get_or_create(taxpayer_kind=kind, valid_from=since, defaults={"rate": rate})
    Department.objects.bulk_create(
        Department(store=store, kind=kind, name=kind.label) for kind in DepartmentKind
    )
    admin = _administrator(store, username, person, password)
    announce(
        "org.store_founded",
        store,
        actor=Actor.system(store),
        sentence=f"建立门店 {store}，管理员 {admin.username}",
    )
    return store


def _store(code: str, name: str) -> Store:
    group = Group.objects.create(name=name)
    return Store.objects.create(group=group, code=code, name=name)


def _administrator(store: Store, username: str, person: str, password: str) -> User:
    user = User(username=username.strip().lower(), name=clean(person), home_store=store)
    check_new_user(user)
    check_password(password, user)
    user.set_password(password)
    user.save()
    Assignment.objects.create(user=user, store=store, post=ADMINISTRATOR, starts_on=today())
    return user
