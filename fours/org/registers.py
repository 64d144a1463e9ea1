"""Master data of a store: its facts, departments, teams, bays; the calendar and tax rates of all (PF-01)."""

import re
from typing import Any

from stdnum.cn import uscc

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.models import CalendarDay
from fours.register import Register, column, register

from .models import Bay, Department, StoreFacts, TaxRate, Team
from .people import employees


@register
class StoreFactsRegister(Register):
    name = "store_facts"
    model = StoreFacts
    view = "org.view"
    change = "org.change_settings"
    columns = ("legal_name", "phone", "complaint_phone", "taxpayer_kind", "hours")
    form = (
        ("名称与地址", ("legal_name", "credit_code", "address", "postcode")),
        ("电话", ("phone", "rescue_phone", "complaint_phone")),
        ("税务与账户", ("taxpayer_kind", "bank", "bank_account")),
        ("营业时间与单据", ("opens_at", "closes_at", "closed_on_holidays", "print_footer")),
    )
    icon = "building-store"
    order = 10

    def entry(self, actor: Actor) -> tuple[str, str] | None:
        """A store has one letterhead."""
        return None if self.rows(actor).filter(store=actor.store).exists() else super().entry(actor)

    @column("营业时间")
    def hours(self, row: StoreFacts) -> str:
        return f"{row.opens_at:%H:%M}–{row.closes_at:%H:%M}"

    def prepare(self, row: StoreFacts, actor: Actor) -> None:
        row.credit_code = row.credit_code.upper()
        if not uscc.is_valid(row.credit_code):
            raise Refused(
                "统一社会信用代码应为 18 位，且校验位相符，请对照营业执照核对。", field="credit_code"
            )
        if row.postcode and not re.fullmatch(r"\d{6}", row.postcode):
            raise Refused("邮编应为 6 位数字。", field="postcode")
        if row.opens_at >= row.closes_at:
            raise Refused("营业结束应晚于营业开始。", field="closes_at")


@register
class DepartmentRegister(Register):
    name = "departments"
    model = Department
    view = "org.view"
    change = "org.change_settings"
    columns = ("name", "kind")
    filters = ("kind",)
    search = ("name",)
    form = (("", ("name", "kind")),)
    icon = "hierarchy-2"
    order = 20


@register
class TeamRegister(Register):
    name = "teams"
    model = Team
    view = "org.view"
    change = "org.change_settings"
    columns = ("name", "department", "leader")
    filters = ("department",)
    search = ("name",)
    form = (("", ("name", "department", "leader")),)
    icon = "users-group"
    order = 30

    def choices(self, name: str, actor: Actor) -> Any:
        return employees(actor) if name == "leader" else super().choices(name, actor)


@register
class BayRegister(Register):
    name = "bays"
    model = Bay
    view = "service.view"
    change = "org.change_settings"
    columns = ("code", "kind", "active")
    filters = ("kind", "active")
    search = ("code",)
    form = (("", ("code", "kind")),)
    icon = "layout-grid"
    order = 40


@register
class CalendarDayRegister(Register):
    """Days that differ from the shipped calendar; needed for every year after the last official notice shipped."""

    name = "calendar_days"
    model = CalendarDay
    view = "org.view"
    change = "org.change_settings"
    columns = ("date", "working", "note")
    filters = ("working",)
    form = (("", ("date", "working", "note")),)
    ordering = ("-date",)
    icon = "calendar-cog"
    order = 50


@register
class TaxRateRegister(Register):
    """VAT rates are law: they come with the product, and are shown here only."""

    name = "tax_rates"
    label = "增值税率"
    model = TaxRate
    view = "org.view"
    columns = ("valid_from", "taxpayer_kind", "rate")
    filters = ("taxpayer_kind",)
    form = (("", ("taxpayer_kind", "rate", "valid_from")),)
    ordering = ("-valid_from",)
    icon = "percentage"
    order = 60
