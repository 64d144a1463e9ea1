"""The steps of 开业设置 about parts: the catalogue, and what lies on the shelves on the first day (PF-15)."""

from fours.kernel.models import Store
from fours.org.setup import Found, Link, Step, counted, register_step

from .models import Part, StockMovement

_IMPORT = Link("导入", "intakes", "parts.import")


def _catalogue(store: Store) -> Found:
    return counted(Part.objects.filter(group=store.group, active=True).count(), "种配件")


def _opening(store: Store) -> Found:
    rows = StockMovement.objects.filter(store=store, kind=StockMovement.Kind.OPENING)
    return counted(rows.count(), "笔期初")


register_step(
    Step(
        80,
        "配件目录",
        "编码、名称、单位、售价；维修单只能领目录里的配件。",
        _catalogue,
        (_IMPORT, Link("配件", "parts", "parts.view")),
    )
)
register_step(
    Step(
        85,
        "期初库存",
        "盘点后的数量、货位和不含税成本，记为“期初”流水，以后的成本从这里算起。",
        _opening,
        (_IMPORT,),
        optional=True,
    )
)
