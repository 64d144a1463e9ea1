"""The steps of 开业设置 about the workshop and the till: prices of an hour, the list of labor, old debts (PF-15)."""

from django.db.models import Count, Sum

from fours.kernel.business_date import today
from fours.kernel.models import Store
from fours.org.setup import Found, Link, Step, counted, register_step

from .models import LaborOperation, LaborRate, OpeningReceivable
from .models.catalogue import WorkKind
from .verbs.receivable import OPENING


def _rates(store: Store) -> Found:
    rows = LaborRate.objects.filter(store=store, valid_from__lte=today())
    priced = set(rows.values_list("work_kind", flat=True))
    missing = [kind.label for kind in WorkKind if kind.value not in priced]
    return Found(not missing, f"还没有单价：{'、'.join(missing)}" if missing else "各工种都有单价")


def _operations(store: Store) -> Found:
    return counted(LaborOperation.objects.filter(group=store.group, active=True).count(), "个项目")


register_step(
    Step(
        40,
        "工时单价",
        "每个工种一小时的含税价；维修单按标准工时乘单价计工时费。",
        _rates,
        (
            Link("填写单价", "setup_rates", "org.change_settings"),
            Link("单价记录", "labor_rates", "service.view"),
        ),
    )
)
register_step(
    Step(
        60,
        "维修项目",
        "厂家或本店的工时表：代码、名称、工种、标准工时。没有工时表时，开单可以手写项目。",
        _operations,
        (Link("导入工时表", "intakes", "parts.import"), Link("维修项目", "labor_operations", "service.view")),
        optional=True,
    )
)


def _receivables(store: Store) -> Found:
    rows = OpeningReceivable.objects.filter(store=store).exclude(state=OpeningReceivable.State.REVERSED)
    sums = rows.aggregate(number=Count("pk"), total=Sum("total"))
    found = counted(sums["number"], "张旧单")
    return Found(
        found.done, f"{found.sentence}，共 {sums['total']:,.2f} 元" if found.done else found.sentence
    )


register_step(
    Step(
        90,
        "期初应收",
        "启用以前谁还欠多少，按旧单逐张登记；收款照常在收银台办理，不计入本系统的产值。",
        _receivables,
        (
            Link("导入", "intakes", OPENING),
            Link("逐张登记", "opening_receivable_new", OPENING),
            Link("期初应收", "opening_receivables", "service.view_money"),
        ),
        optional=True,
    )
)
