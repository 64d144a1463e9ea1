"""开业设置: what a real store's administrator does before the first car, each step marked by what is really there (PF-15)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from fours.kernel.actor import Actor
from fours.kernel.models import Store

from .letterhead import known_facts
from .models import Bay
from .people import present_assignments
from .posts import post_names

# Without these somebody's part of a repair would have nobody to do it.
NEEDED_POSTS = (
    "service_manager", "advisor", "foreman", "team_leader", "technician", "inspector", "washer", "parts_manager",
    "parts_keeper", "cashier", "crm_agent",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What there is of a step: whether it is enough to work with, and a Chinese sentence that says so."""

    done: bool
    sentence: str


@dataclass(frozen=True)
class Link:
    """Where a step is done; shown to whom the permission lets in."""

    label: str
    route: str
    permission: str
    query: str = ""

    @property
    def url(self) -> str:
        return reverse(self.route) + self.query


@dataclass(frozen=True)
class Step:
    """One line of the road: `look` counts what is there. An optional step never keeps the store from opening."""

    order: int
    label: str
    why: str
    look: Callable[[Store], Found]
    links: tuple[Link, ...]
    optional: bool = False


STEPS: list[Step] = []


def register_step(step: Step) -> None:
    """Add a step; upper apps do it in their own `setup.py`."""
    STEPS.append(step)
    STEPS.sort(key=lambda known: known.order)


@dataclass(frozen=True)
class ShownStep:
    step: Step
    found: Found
    links: list[Link]


def road(actor: Actor) -> list[ShownStep]:
    """All steps as they stand in the actor's store, with the links open to this person."""
    store = actor.must_store
    return [
        ShownStep(step, step.look(store), [link for link in step.links if actor.can(link.permission)])
        for step in STEPS
    ]


def open_steps(actor: Actor) -> int:
    """How many steps that are needed are not done."""
    return sum(not step.optional and not step.look(actor.must_store).done for step in STEPS)


def counted(number: int, unit: str, enough: int = 1) -> Found:
    """The commonest finding: so many of something are there."""
    return Found(number >= enough, f"已有 {number:,} {unit}" if number else "还没有")


def _facts(store: Store) -> Found:
    facts = known_facts(store)
    return Found(facts is not None, f"已填写：{facts.legal_name}" if facts else "还没有填写")


def _people(store: Store) -> Found:
    held = set(present_assignments(store).values_list("post", "user"))
    posts, people = {post for post, _ in held}, {user for _, user in held}
    missing = [post_names()[post] for post in NEEDED_POSTS if post not in posts]
    if not missing:
        return Found(True, f"已有 {len(people)} 人，各岗位都有人")
    return Found(False, f"还没有人任：{'、'.join(missing)}")


register_step(
    Step(
        10,
        "门店资料和抬头",
        "法定名称、地址、电话、信用代码印在每张单据上；纳税人类别决定税率；营业时间决定各项待办的到期时刻。",
        _facts,
        (Link("填写门店资料", "store_facts", "org.view"),),
    )
)
register_step(
    Step(
        20,
        "岗位和人员",
        "按岗位名单填姓名，一次建好账号；岗位决定每个人能看什么、做什么。",
        _people,
        (
            Link("按名单建账号", "setup_people", "org.manage_users"),
            Link("员工", "people", "org.manage_users"),
            Link("班组", "teams", "org.view"),
        ),
    )
)
register_step(
    Step(
        30,
        "工位",
        "派工和车间看板按工位进行，预约按工位和技师的工时排期。",
        lambda store: counted(Bay.objects.filter(store=store, active=True).count(), "个工位"),
        (Link("填写工位数", "setup_bays", "org.change_settings"), Link("工位表", "bays", "service.view")),
    )
)
