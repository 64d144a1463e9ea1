"""The people of the demo stores: one user for each post the product is tried with, and enough hands for a busy day."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from django.contrib.auth.hashers import make_password

from fours.kernel.actor import Actor
from fours.kernel.models import Store, User
from fours.org.models import Assignment, Team

from .people import PeopleGenerator

PASSWORD = "fours-demo"
POSTS: Mapping[str, tuple[str, ...]] = {
    "gm": ("gm",),
    "service_manager": ("service_manager",),
    "frontdesk_supervisor": ("frontdesk_supervisor",),
    "advisor": ("advisor",),
    "info_clerk": ("info_clerk",),
    "receptionist": ("receptionist",),
    "foreman": ("foreman",),
    "team_leader": ("team_leader",),
    "technician": ("technician",),
    "inspector": ("inspector",),
    "washer": ("washer",),
    "cashier": ("cashier", "settlement_clerk"),
    "parts_manager": ("parts_manager",),
    "parts_planner": ("parts_planner",),
    "parts_keeper": ("parts_keeper",),
    "warranty_clerk": ("warranty_clerk",),
    "crm_manager": ("crm_manager",),
    "crm_agent": ("crm_agent",),
    "renewal_agent": ("renewal_agent",),
    "insurance_agent": ("insurance_agent",),
    "sales_manager": ("sales_manager",),
    "sales_consultant": ("sales_consultant",),
    "tool_keeper": ("tool_keeper",),
    "it_admin": ("it_admin",),
}
NAMES = (
    "周国栋", "陈立新", "沈月华", "林晓晴", "顾小敏", "徐佳怡", "钱志强", "吴建平", "赵大勇", "孙卫东", "马小军", "朱丽萍",
    "何永康", "郭文静", "罗振华", "高玉洁", "梁雅琴", "宋思雨", "唐嘉欣", "冯海涛", "董志远", "蒋梦婷", "韩福生", "许志明",
    "邓浩然", "曹雪梅", "彭宇航", "谢东升", "丁一鸣", "姚建国", "崔浩", "范伟", "石磊", "龚强", "贺军", "白杨",
    "王思远", "李婉清", "张弛", "刘子墨", "杨树林", "秦刚", "尤勇", "汤杰",
)  # fmt: skip
HANDS: Mapping[str, int] = {"advisor": 4, "technician": 9, "team_leader": 2, "crm_agent": 1, "washer": 1}
FEW_HANDS: Mapping[str, int] = {"advisor": 2, "technician": 6, "team_leader": 2, "crm_agent": 1, "washer": 1}


@dataclass(frozen=True)
class Staff:
    """The acting people of a store by post, the named demo user first."""

    store: Store
    actors: Mapping[str, list[Actor]]

    def one(self, post: str) -> Actor:
        return self.actors[post][0]


def hire(store: Store, suffix: str, since: date, *, few: bool) -> Staff:
    """Make the users of a store: `advisor`, `technician` … with the suffix, and colleagues without a known name."""
    password = make_password(PASSWORD)
    names = _names(store, since, first=not suffix)
    users: dict[str, list[User]] = {}
    for username, posts in POSTS.items():
        users[username] = [_user(f"{username}{suffix}", next(names), store, posts, since, password)]
    for post, more in (FEW_HANDS if few else HANDS).items():
        for number in range(1, more + 1):
            username = f"{post}.{store.code.lower()}.{number}"
            users[post].append(_user(username, next(names), store, (post,), since, password))
    teams = list(Team.objects.filter(store=store).order_by("pk"))
    for number, team in enumerate(teams):
        team.leader = users["team_leader"][number % len(users["team_leader"])]
        team.save(update_fields=["leader"])
    for number, user in enumerate(users["technician"]):
        _join(user, "technician", teams[number % len(teams)])
    actors = {post: [Actor.of(user, store) for user in people] for post, people in users.items()}
    return Staff(store, actors)


def another_technician(staff: Staff, number: int) -> User:
    """One more pair of hands for a store with more cars than its people can work on."""
    store = staff.store
    post = "technician"
    since = Assignment.objects.get(user=staff.one(post).user, store=store, post=post).starts_on
    people = PeopleGenerator(random.Random(f"{store.code}-{post}-{number}"))
    name = people.person(since).name
    user, made = User.objects.get_or_create(
        username=f"{post}.{store.code.lower()}.x{number}",
        defaults={"name": name, "home_store": store, "password": make_password(None)},
    )
    if made:
        Assignment.objects.create(user=user, store=store, post=post, starts_on=since)
        teams = Team.objects.filter(store=store).order_by("pk")
        _join(user, post, teams[number % len(teams)])
    return user


def _join(user: User, post: str, team: Team) -> None:
    Assignment.objects.filter(user=user, store=team.store, post=post).update(team=team.name)


def _names(store: Store, today: date, *, first: bool) -> Iterator[str]:
    """The first store's people are always the same; further stores' come from the generator."""
    if first:
        return iter(NAMES)
    people = PeopleGenerator(random.Random(store.code))
    return (people.person(today).name for _ in count())


def _user(username: str, name: str, store: Store, posts: tuple[str, ...], since: date, password: str) -> User:
    user = User.objects.create(username=username, name=name, home_store=store, password=password)
    for post in posts:
        Assignment.objects.create(user=user, store=store, post=post, starts_on=since - timedelta(days=400))
    return user
