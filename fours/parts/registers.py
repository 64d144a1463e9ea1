"""Master data of the parts store: the group's catalogue and the store's bins (PT-01, PT-02)."""

import re
from typing import Any

from fours.base.errors import Refused
from fours.base.text import clean, squeeze
from fours.kernel.actor import Actor
from fours.register import Register, register

from .catalogue import check_part, parts_matching
from .menu import SECTION
from .models import Bin, Part

BIN_CODE = re.compile(r"[A-Z0-9\u4e00-\u9fff]+(-[A-Z0-9\u4e00-\u9fff]+)*")


@register
class PartRegister(Register):
    name = "parts"
    label = "配件目录"
    model = Part
    view = "parts.view"
    change = "parts.change"
    columns = (
        "number",
        "name",
        "brand",
        "category",
        "source",
        "unit",
        "retail_price",
        "superseded_by",
        "active",
    )
    filters = ("category", "source", "active")
    search = ("number", "name")
    form = (
        (
            "配件",
            ("number", "name", "maker_number", "brand", "specification", "unit", "package_size", "barcode"),
        ),
        ("类别", ("category", "source", "fits_models", "superseded_by", "hazardous")),
        ("价格（含税）", ("retail_price", "warranty_price", "internal_price", "floor_price")),
        ("说明", ("note",)),
    )
    pickers = {"superseded_by": "parts"}
    ordering = ("number",)
    section = SECTION
    icon = "books"
    order = 20

    def matching(self, rows: Any, text: str, actor: Actor) -> Any:
        return parts_matching(rows, text)

    def prepare(self, row: Part, actor: Actor) -> None:
        row.number = squeeze(row.number).upper()
        row.name = clean(row.name)
        check_part(row)


@register
class BinRegister(Register):
    name = "bins"
    model = Bin
    view = "parts.view"
    change = "parts.change"
    columns = ("code", "note", "active")
    filters = ("active",)
    search = ("code", "note")
    form = (("", ("code", "note")),)
    section = SECTION
    icon = "layout-grid"
    order = 60

    def prepare(self, row: Bin, actor: Actor) -> None:
        row.code = squeeze(row.code).upper()
        if not BIN_CODE.fullmatch(row.code):
            raise Refused("货位号应为 区-架-层-位，如 A-03-2-05。", field="code")

    def rest(self, row: Any, active: bool, actor: Actor) -> None:
        if not active and row.balances.filter(quantity__gt=0).exists():
            raise Refused(f"货位 {row.code} 还有库存，不能停用。")
        super().rest(row, active, actor)
