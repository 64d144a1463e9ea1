"""The tables of a day: turnover by payer, kind and advisor, hours by team, money by kind, open orders by age."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, JSONObject

from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.org.models import Assignment
from fours.service.models import JobAssignment, OrderKind
from fours.service.models.order import Payer
from fours.service.models.settlement import PaymentKind

from .figures import arrived, delivered, hours_sold, orders_of, overnight, payments, shortages, statements

NOTHING = Decimal("0.00")
NOBODY = "未分配"
AGES = (("当天", 0, 0), ("1–2 天", 1, 2), ("3–6 天", 3, 6), ("7 天及以上", 7, None))
Sums = dict[str, Decimal]
MONEY = ("labor", "parts", "other", "total")


@dataclass
class Table:
    """A small table as it is printed and frozen; `links` has for each row the filter that shows the rows behind it."""

    title: str
    columns: list[str]
    code: str = ""
    rows: list[list[str]] = field(default_factory=list)
    links: list[dict[str, str]] = field(default_factory=list)
    total: list[str] = field(default_factory=list)

    def add(self, cells: Sequence[str], **link: str) -> None:
        self.rows.append(list(cells))
        self.links.append(link)

    @property
    def plain(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Billed:
    """What was billed on a day for one payer, kind of order and advisor."""

    on: date
    payer: str
    kind: str
    advisor: int
    advisor_name: str
    sums: Sums


def billed(store: Store, days: Iterable[date]) -> list[Billed]:
    """The statements of the days, summed in the database; amounts include VAT."""
    rows = statements(store, next(iter(days))).none()
    for on in days:
        rows = rows | statements(store, on)
    grouped = rows.values(
        "business_date", "payer", kind=F("order__kind"), advisor=F("order__advisor"), name=F("order__advisor__name")
    ).annotate(
        labor=Sum("labor_total"),
        material=Sum("parts_total"),
        other=Sum(F("fee_total") - F("rounding")),
        sum=Sum("total"),
    )  # fmt: skip
    return [
        Billed(
            row["business_date"], row["payer"], row["kind"], row["advisor"], row["name"],
            {"labor": row["labor"], "parts": row["material"], "other": row["other"], "total": row["sum"]},
        )
        for row in grouped.order_by("payer", "kind", "name")
    ]  # fmt: skip


def add_up(rows: Iterable[Billed]) -> Sums:
    sums = dict.fromkeys(MONEY, NOTHING)
    for row in rows:
        for name in MONEY:
            sums[name] += row.sums[name]
    return sums


def _texts(sums: Sums) -> list[str]:
    return [f"{sums[name]:.2f}" for name in MONEY]


def by_payer(rows: Sequence[Billed]) -> Table:
    table = Table("产值（按付费方，含税）", ["付费方", "工时费", "材料费", "其他", "合计"], "turnover")
    for payer in Payer:
        of_payer = [row for row in rows if row.payer == payer]
        if of_payer:
            table.add([payer.label, *_texts(add_up(of_payer))], payer=payer.value)
    table.total = ["合计", *_texts(add_up(rows))]
    return table


def by_kind(orders: "Orders", rows: Sequence[Billed]) -> Table:
    table = Table("维修类型", ["类型", "进厂台次", "交车台次", "产值（含税）"], "turnover")
    came, left = orders.cars("arrived", "kind"), orders.cars("delivered", "kind")
    for kind in OrderKind:
        money = add_up(row for row in rows if row.kind == kind)["total"]
        if came[kind] or left[kind] or any(row.kind == kind for row in rows):
            table.add([kind.label, str(came[kind]), str(left[kind]), f"{money:.2f}"], kind=kind.value)
    total = add_up(rows)["total"]
    table.total = ["合计", str(sum(came.values())), str(sum(left.values())), f"{total:.2f}"]
    return table


def by_advisor(orders: "Orders", rows: Sequence[Billed]) -> Table:
    table = Table("服务顾问", ["服务顾问", "进厂台次", "交车台次", "产值（含税）"], "turnover")
    came, left = orders.cars("arrived", "advisor"), orders.cars("delivered", "advisor")
    names = {**orders.advisors, **{row.advisor: row.advisor_name for row in rows}}
    for pk, name in sorted(names.items(), key=lambda pair: (pair[1], pair[0])):
        money = add_up(row for row in rows if row.advisor == pk)["total"]
        if came[pk] or left[pk] or any(row.advisor == pk for row in rows):
            table.add([name, str(came[pk]), str(left[pk]), f"{money:.2f}"], advisor=str(pk))
    total = add_up(rows)["total"]
    table.total = ["合计", str(sum(came.values())), str(sum(left.values())), f"{total:.2f}"]
    return table


@dataclass(frozen=True)
class Orders:
    """The orders that came, left or stayed on a day."""

    on: date
    rows: Sequence[Mapping[str, Any]]

    def cars(self, what: str, by: str) -> Counter[Any]:
        """Different cars by kind or advisor; two orders of a car in one group are one car."""
        seen = {(row[by], row["vehicle"]) for row in self.rows if row[what]}
        return Counter(group for group, _ in seen)

    @property
    def advisors(self) -> dict[int, str]:
        return {
            row["advisor"]: row["advisor__name"] for row in self.rows if row["arrived"] or row["delivered"]
        }


def orders_on(store: Store, on: date) -> Orders:
    """One query for all tables that count orders."""
    came, left = orders_of(store).filter(arrival_date=on), orders_of(store).filter(delivered_date=on)
    # A union, since with "or" the database would read every order there ever was.
    wanted = came.values("pk").union(left.values("pk"), overnight(store, on).values("pk"))
    rows = orders_of(store).filter(pk__in=wanted).annotate(
        arrived=Q(pk__in=arrived(store, on).values("pk")),
        delivered=Q(pk__in=delivered(store, on).values("pk")),
        overnight=Q(pk__in=overnight(store, on).values("pk")),
    )  # fmt: skip
    names = (
        "kind",
        "advisor",
        "advisor__name",
        "vehicle",
        "arrival_date",
        "arrived",
        "delivered",
        "overnight",
    )
    return Orders(on, list(rows.values(*names)))


def open_orders(orders: Orders) -> Table:
    """How long what stays overnight has been here."""
    table = Table("在厂工单（按天数）", ["在厂天数", "工单数"], "overnight")
    ages = [(orders.on - row["arrival_date"]).days for row in orders.rows if row["overnight"]]
    for label, least, most in AGES:
        number = sum(1 for age in ages if age >= least and (most is None or age <= most))
        link = {"from_age": str(least)} | ({} if most is None else {"to_age": str(most)})
        table.add([label, str(number)], **link)
    table.total = ["合计", str(len(ages))]
    return table


def by_team(store: Store, on: date) -> Table:
    """Hours billed, given to the teams of the technicians by their shares of the job."""
    table = Table("班组售出工时", ["班组", "工时"], "hours")
    teams: dict[str, Decimal] = defaultdict(Decimal)
    lines = hours_sold(store, on).annotate(given=ArraySubquery(_shares(store, on)))
    for amount, given in lines.values_list("amount", "given"):
        for share in given or [{"team": None, "share": "1"}]:
            teams[share["team"] or NOBODY] += amount * Decimal(share["share"])
    for team in sorted(teams, key=lambda name: (name == NOBODY, name)):
        table.add([team, f"{teams[team]:.2f}"])
    table.total = ["合计", f"{sum(teams.values(), NOTHING):.2f}"]
    return table


def _shares(store: Store, on: date) -> QuerySet[Any, Any]:
    """Whose share of a billed job is how much, with the team of that day."""
    held = Assignment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=on), user=OuterRef("technician"), store=store, starts_on__lte=on
    ).exclude(team="")
    team = Subquery(held.order_by("-starts_on", "-pk").values("team")[:1])
    rows = JobAssignment.objects.visible_to(Actor.system(store)).filter(job=OuterRef("source_id"))
    return rows.values(found=JSONObject(team=team, share=Cast("share", CharField())))


def by_payment(store: Store, days: Sequence[date]) -> dict[date, dict[str, Decimal]]:
    """Money taken in by day and kind."""
    taken: dict[date, dict[str, Decimal]] = {on: {} for on in days}
    rows = payments(store, days[0])
    for on in days[1:]:
        rows = rows | payments(store, on)
    summed = rows.values_list("business_date", "kind").annotate(sum=Sum("amount"))
    for on, kind, amount in summed.order_by("kind"):
        taken[on][kind] = amount
    return taken


def payment_table(taken: Mapping[str, Decimal]) -> Table:
    table = Table("收款", ["方式", "金额"], "received")
    for kind in PaymentKind:
        if kind.value in taken:
            table.add([kind.label, f"{taken[kind.value]:.2f}"], kind=kind.value)
    table.total = ["合计", f"{sum(taken.values(), NOTHING):.2f}"]
    return table


def shortage_table(store: Store, on: date) -> Table:
    table = Table("缺件", ["配件", "编码", "缺数", "工单"], "shortages")
    rows = shortages(store, on).select_related("part").order_by("pk")
    for row in rows:
        table.add([row.part.name, row.part.number, f"{row.quantity.normalize():f}", row.source_number])
    return table
