from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from fours.base.text import initials, pinyin, squeeze
from fours.kernel.models import GroupScoped, StoreScoped


def bare(text: str) -> str:
    """A part number or name as it is compared: small letters, digits and characters only, all half width."""
    return "".join(char for char in squeeze(text).lower() if char.isalnum())


class PartCategory(models.TextChoices):
    MAINTENANCE = "maintenance", "保养件"
    WEAR = "wear", "易损件"
    REPAIR = "repair", "维修件"
    BODY = "body", "车身件"
    ACCESSORY = "accessory", "精品"
    CONSUMABLE = "consumable", "辅料"


class PartSource(models.TextChoices):
    """Kinds of parts the customer must be told of (rules: parts label)."""

    GENUINE = "genuine", "原厂件"
    SAME_QUALITY = "same_quality", "同质件"
    REMANUFACTURED = "remanufactured", "再制造件"
    RECYCLED = "recycled", "回用件"


class Part(GroupScoped):
    """A part of the catalogue (配件). Prices include VAT; a store may have its own (StorePart)."""

    view_permission: ClassVar[str | None] = "parts.view"
    Category = PartCategory
    Source = PartSource

    number = models.CharField("配件编码", max_length=40)
    name = models.CharField("名称", max_length=100)
    maker_number = models.CharField("厂家编码", max_length=40, blank=True)
    brand = models.CharField("品牌", max_length=40, blank=True)
    specification = models.CharField("规格", max_length=80, blank=True)
    fits_models = models.CharField("适用车型", max_length=200, blank=True)
    unit = models.CharField("单位", max_length=8, default="件")
    package_size = models.DecimalField("包装数", max_digits=12, decimal_places=3, default=1)
    category = models.CharField(
        "类别", max_length=15, choices=PartCategory.choices, default=PartCategory.REPAIR
    )
    source = models.CharField("来源", max_length=15, choices=PartSource.choices, default=PartSource.GENUINE)
    retail_price = models.DecimalField("零售价（含税）", max_digits=14, decimal_places=2, default=0)
    warranty_price = models.DecimalField(
        "索赔价（含税）", max_digits=14, decimal_places=2, null=True, blank=True
    )
    internal_price = models.DecimalField(
        "内部价（含税）", max_digits=14, decimal_places=2, null=True, blank=True
    )
    floor_price = models.DecimalField(
        "最低售价（含税）", max_digits=14, decimal_places=2, null=True, blank=True
    )
    superseded_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supersedes", verbose_name="替代件"
    )
    barcode = models.CharField("条码", max_length=40, blank=True)
    hazardous = models.BooleanField("危险品", default=False)
    note = models.CharField("备注", max_length=200, blank=True)
    active = models.BooleanField("在用", default=True)
    search_text = models.CharField(max_length=600, blank=True, editable=False)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建档时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = "配件"
        constraints = [
            models.UniqueConstraint(fields=["group", "number"], name="part_number_once"),
            models.CheckConstraint(condition=Q(retail_price__gte=0), name="part_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = self._searched()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_text"}
        super().save(*args, **kwargs)

    def _searched(self) -> str:
        """What a search in the catalogue looks through, each kind of word between bars."""
        numbers = [bare(number) for number in (self.number, self.maker_number, self.barcode) if number]
        words = [*numbers, bare(self.name), initials(self.name), pinyin(self.name)]
        return "|".join(words)[:600]


class Bin(StoreScoped):
    """A shelf place, zone-rack-level-slot (货位)."""

    view_permission: ClassVar[str | None] = "parts.view"
    code = models.CharField("货位号", max_length=20)
    note = models.CharField("说明", max_length=60, blank=True)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "货位"
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="bin_once")]
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class StorePart(StoreScoped):
    """What a store rules for a part: its usual bin, its own price, its minimum stock (门店配件)."""

    view_permission: ClassVar[str | None] = "parts.view"
    part = models.ForeignKey(Part, models.PROTECT, related_name="store_parts", verbose_name="配件")
    bin = models.ForeignKey(
        Bin, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="常用货位"
    )
    retail_price = models.DecimalField(
        "本店零售价（含税）", max_digits=14, decimal_places=2, null=True, blank=True
    )
    minimum_stock = models.DecimalField("最低库存", max_digits=12, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = "门店配件"
        constraints = [models.UniqueConstraint(fields=["store", "part"], name="store_part_once")]
