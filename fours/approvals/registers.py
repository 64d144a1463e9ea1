"""Limits of posts, steps of approval and deputies: rows a manager changes, with history (PF-02, PF-06)."""

from typing import Any

from django import forms

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.models import User
from fours.kernel.tasks import post_names
from fours.register import Register, column, register

from .matters import MATTERS
from .models import ApprovalRule, AuthorityLimit, Substitution


class _OfMatter(Register):
    """What the registers of matters and posts share: both are chosen by name."""

    view = "org.view"
    change = "approvals.change"
    section = "组织"

    def widgets(self) -> dict[str, type[forms.Widget] | forms.Widget]:
        matters = [(one.name, f"{one.label}（{one.unit}）") for one in MATTERS.values()]
        posts = list(post_names().items())
        return {"matter": forms.Select(choices=matters), "post": forms.Select(choices=posts)}

    def prepare(self, row: Any, actor: Actor) -> None:
        if row.matter not in MATTERS:
            raise Refused("请选择事项。", field="matter")
        if row.post not in post_names():
            raise Refused("请选择岗位。", field="post")

    @column("事项")
    def matter_name(self, row: Any) -> str:
        return MATTERS[row.matter].label if row.matter in MATTERS else row.matter

    @column("岗位")
    def post_name(self, row: Any) -> str:
        return post_names().get(row.post, row.post)


@register
class LimitRegister(_OfMatter):
    name = "authority_limits"
    model = AuthorityLimit
    columns = ("matter_name", "post_name", "limit", "active")
    filters = ("active",)
    form = (("", ("matter", "post", "amount")),)
    icon = "gauge"
    order = 60

    @column("额度")
    def limit(self, row: AuthorityLimit) -> str:
        return MATTERS[row.matter].text(row.amount) if row.matter in MATTERS else str(row.amount)


@register
class RuleRegister(_OfMatter):
    name = "approval_rules"
    model = ApprovalRule
    columns = ("matter_name", "position", "post_name", "from_amount", "active")
    filters = ("active",)
    form = (("", ("matter", "position", "post", "from_amount")),)
    icon = "stairs"
    order = 70


@register
class SubstitutionRegister(Register):
    name = "substitutions"
    model = Substitution
    view = "org.view"
    change = "org.change_settings"
    columns = ("person", "deputy", "starts_on", "ends_on", "reason", "active")
    filters = ("active",)
    form = (("", ("person", "deputy", "starts_on", "ends_on", "reason")),)
    section = "组织"
    icon = "user-share"
    order = 80

    def choices(self, name: str, actor: Actor) -> Any:
        people = User.objects.filter(assignments__store=actor.must_store, is_active=True)
        return people.distinct().order_by("name")

    def prepare(self, row: Substitution, actor: Actor) -> None:
        if row.person_id == row.deputy_id:
            raise Refused("代理人须是另一个人。", field="deputy")
        if row.ends_on < row.starts_on:
            raise Refused("结束日期不能早于开始日期。", field="ends_on")
