from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from fours.customers.models import Customer
from fours.kernel.models import ChildOfDocument, StoreScoped


class Drive(models.TextChoices):
    FUEL = "fuel", "燃油"
    HYBRID = "hybrid", "混动"
    BATTERY = "battery", "纯电"


class Use(models.TextChoices):
    PRIVATE = "private", "非营运（私家）"
    BUSINESS = "business", "单位用车"
    RIDE_HAILING = "ride_hailing", "网约车/出租"
    COMMERCIAL = "commercial", "营运货运/客运"
    OWN = "own", "本店自有/试驾"


class Vehicle(StoreScoped):
    """A car the store knows (车辆): one row per store, found by VIN, else by plate."""

    view_permission: ClassVar[str | None] = "vehicles.view"
    Drive = Drive
    Use = Use

    vin = models.CharField("车架号(VIN)", max_length=17, blank=True)
    plate = models.CharField("车牌号", max_length=10, blank=True)
    engine_number = models.CharField("发动机号", max_length=30, blank=True)
    brand = models.CharField("品牌", max_length=40, blank=True)
    series = models.CharField("车系", max_length=60, blank=True)
    model_name = models.CharField("车型", max_length=120, blank=True)
    color = models.CharField("颜色", max_length=20, blank=True)
    drive = models.CharField("动力", max_length=10, choices=Drive.choices, default=Drive.FUEL)
    use = models.CharField("使用性质", max_length=15, choices=Use.choices, default=Use.PRIVATE)
    produced_on = models.DateField("生产日期", null=True, blank=True)
    registered_on = models.DateField("上牌日期", null=True, blank=True)
    sold_on = models.DateField("购车日期", null=True, blank=True)
    sold_here = models.BooleanField("本店销售", default=False)
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="服务顾问",
    )
    mileage = models.PositiveIntegerField("最近里程（公里）", null=True, blank=True)
    mileage_on = models.DateField("里程日期", null=True, blank=True)
    last_service_on = models.DateField("上次保养日期", null=True, blank=True)
    last_visit_on = models.DateField("最近来店", null=True, blank=True)
    next_service_on = models.DateField("下次保养日期", null=True, blank=True)
    next_service_mileage = models.PositiveIntegerField("下次保养里程", null=True, blank=True)
    warranty_until = models.DateField("质保到期", null=True, blank=True)
    warranty_mileage = models.PositiveIntegerField("质保里程", null=True, blank=True)
    insurance_until = models.DateField("商业险到期", null=True, blank=True)
    compulsory_insurance_until = models.DateField("交强险到期", null=True, blank=True)
    inspection_until = models.DateField("年审到期", null=True, blank=True)
    note = models.CharField("备注", max_length=500, blank=True)
    active = models.BooleanField("在用", default=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="并入"
    )
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建档时间", auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = "车辆"
        constraints = [
            models.UniqueConstraint(
                fields=["store", "vin"],
                condition=~Q(vin="") & Q(merged_into__isnull=True),
                name="vehicle_vin_once",
            ),
            models.UniqueConstraint(
                fields=["store", "plate"],
                condition=~Q(plate="") & Q(merged_into__isnull=True),
                name="vehicle_plate_once",
            ),
        ]
        indexes = [models.Index(fields=["store", "-id"], name="vehicle_newest")]

    def __str__(self) -> str:
        return self.plate or self.vin or "未上牌车辆"

    @property
    def withdrawn(self) -> bool:
        """Whether the file was taken back with the import that made it: it goes on nowhere but in itself."""
        return self.merged_into_id is not None and self.merged_into_id == self.pk

    @property
    def description(self) -> str:
        """Brand, series and model as one speaks of the car, without saying a word twice (奥迪 奥迪A6L 奥迪A6L 45 …)."""
        words: list[str] = []
        for longer, word in (
            (self.series, self.brand),
            (self.model_name, self.series),
            ("", self.model_name),
        ):
            if word and not longer.startswith(word):
                words.append(word)
        return " ".join(words)

    @property
    def owner(self) -> Customer | None:
        """The present owner; None where only the plate is known."""
        rows = self.ownerships.all()
        if "ownerships" not in getattr(self, "_prefetched_objects_cache", {}):
            rows = rows.filter(ends_on=None, relation="owner").select_related("customer")
        current = next((o for o in rows if o.ends_on is None and o.relation == "owner"), None)
        return current.customer if current else None

    @property
    def users(self) -> list[Customer]:
        """Who uses the car now besides its owner."""
        rows = [o for o in self.ownerships.all() if o.ends_on is None and o.relation == "user"]
        return [one.customer for one in rows]


class OwnershipRelation(models.TextChoices):
    OWNER = "owner", "车主"
    USER = "user", "使用人"


class Ownership(ChildOfDocument):
    """Who owned or used a car, and since when (车主历史); the open owner row is the present owner."""

    parent_field: ClassVar[str] = "vehicle"
    view_permission: ClassVar[str | None] = "vehicles.view"
    Relation = OwnershipRelation

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="ownerships", verbose_name="车辆")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="ownerships", verbose_name="客户")
    relation = models.CharField("关系", max_length=10, choices=OwnershipRelation.choices, default="owner")
    starts_on = models.DateField("自", null=True, blank=True)
    ends_on = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = "车主历史"
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"],
                condition=Q(relation="owner", ends_on__isnull=True),
                name="ownership_one_owner",
            )
        ]


class PlateRecord(ChildOfDocument):
    """A plate a car carried (车牌历史)."""

    parent_field: ClassVar[str] = "vehicle"
    view_permission: ClassVar[str | None] = "vehicles.view"

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="plate_records", verbose_name="车辆")
    plate = models.CharField("车牌号", max_length=10)
    starts_on = models.DateField("自")
    ends_on = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = "车牌历史"


class MileageReading(ChildOfDocument):
    """An odometer reading with where it came from (里程记录); only after an instrument replacement may it go back.

    Never changed: one that came from a wrong list is taken back by a row that `withdraws` it, and neither counts.
    """

    parent_field: ClassVar[str] = "vehicle"
    view_permission: ClassVar[str | None] = "vehicles.view"
    append_only: ClassVar[bool] = True

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="mileage_readings", verbose_name="车辆")
    kilometers = models.PositiveIntegerField("里程（公里）")
    read_on = models.DateField("日期")
    source = models.CharField("来源", max_length=60)
    instrument_replaced = models.BooleanField("更换仪表", default=False)
    withdraws = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="withdrawn_by", verbose_name="作废"
    )
    at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta:
        verbose_name = "里程记录"
        indexes = [models.Index(fields=["vehicle", "-id"], name="mileage_latest")]

    # Readings that count.
    VALID: ClassVar[Q] = Q(withdraws=None, withdrawn_by=None)
