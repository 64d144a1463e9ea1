from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from fours.base.personal import PersonalText, PersonName
from fours.customers.models import Customer
from fours.kernel.models import Attachment, ChildOfDocument, Document
from fours.vehicles.models import Vehicle

from .check_in import CheckIn


class OrderKind(models.TextChoices):
    FIRST_SERVICE = "first_service", "首保"
    PERIODIC_SERVICE = "periodic_service", "定期保养"
    GENERAL_REPAIR = "general_repair", "一般维修"
    BODY_PAINT = "body_paint", "钣喷"
    ACCIDENT = "accident", "事故"
    WARRANTY = "warranty", "保修"
    RECALL = "recall", "召回/服务活动"
    REWORK_INTERNAL = "rework_internal", "内返"
    REWORK_EXTERNAL = "rework_external", "外返"
    PDI = "pdi", "PDI"
    RESCUE = "rescue", "外出救援"
    ACCESSORY = "accessory", "精品加装"
    RECONDITIONING = "reconditioning", "二手车整备"
    OWN_CAR = "own_car", "自有/试驾车"


class OrderState(models.TextChoices):
    DRAFT = "draft", "草稿"
    AUTHORISED = "authorised", "已授权"
    COMPLETED = "completed", "已竣工"
    DELIVERED = "delivered", "已交车"
    CLOSED = "closed", "已关闭"
    VOID = "void", "已作废"


class Presence(models.TextChoices):
    ARRIVED = "arrived", "在厂"
    GATE_PASS = "gate_pass", "已放行"
    LEFT = "left", "已离厂"


class OldParts(models.TextChoices):
    TAKE_BACK = "take_back", "客户带走"
    DISPOSE = "dispose", "本店处理"
    NONE = "none", "无旧件"


class PaymentWish(models.TextChoices):
    CASH = "cash", "现金"
    MOBILE = "mobile", "微信/支付宝"
    CARD = "card", "刷卡"
    TRANSFER = "transfer", "转账"
    ON_ACCOUNT = "on_account", "挂账"


class Payer(models.TextChoices):
    CUSTOMER = "customer", "客户"
    WARRANTY = "warranty", "保修"
    INSURER = "insurer", "保险"
    INTERNAL = "internal", "内部"
    GOODWILL = "goodwill", "善意"


class RepairOrder(Document):
    """The order for a visit and, once signed, the repair contract (维修工单/任务委托书).

    Four states move apart (SV-06): this order's, its jobs', its statements', and the car's presence. The board's stage
    is computed from them (fours.service.stage), never stored.
    """

    view_permission: ClassVar[str | None] = "service.view"
    Kind = OrderKind
    State = OrderState
    Presence = Presence
    Payer = Payer
    OldParts = OldParts

    kind = models.CharField(
        "维修类型", max_length=20, choices=OrderKind.choices, default=OrderKind.GENERAL_REPAIR
    )
    repair_class = models.CharField("维修类别", max_length=20, default="minor")
    state = models.CharField("状态", max_length=12, choices=OrderState.choices, default=OrderState.DRAFT)
    presence = models.CharField("车辆状态", max_length=10, choices=Presence.choices, default=Presence.ARRIVED)
    check_in = models.ForeignKey(
        CheckIn, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name="接车单"
    )
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="repair_orders", verbose_name="车辆")
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="repair_orders", verbose_name="托修方"
    )
    deliverer_name = PersonName("送修人", max_length=40)
    deliverer_phone = PersonalText("送修人电话", personal="phone", max_length=24, blank=True)
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="advised_orders", verbose_name="服务顾问"
    )
    arrived_at = models.DateTimeField("进厂时间")
    arrival_date = models.DateField("进厂营业日")
    mileage_in = models.PositiveIntegerField("进厂里程（公里）")
    fuel_level = models.PositiveSmallIntegerField("油量/电量(%)", null=True, blank=True)
    concern = models.TextField("客户原话", max_length=2000, blank=True)
    diagnosis = models.TextField("诊断", max_length=2000, blank=True)
    promised_at = models.DateTimeField("承诺完工时间", null=True, blank=True)
    first_promised_at = models.DateTimeField("首次承诺时间", null=True, blank=True)
    promise_reason = models.CharField("改期原因", max_length=200, blank=True)
    payment_wish = models.CharField("付款方式", max_length=12, choices=PaymentWish.choices, default="mobile")
    old_parts = models.CharField(
        "旧件处理", max_length=10, choices=OldParts.choices, default=OldParts.DISPOSE
    )
    wash_wanted = models.BooleanField("洗车", default=True)
    road_test_allowed = models.BooleanField("同意路试", default=True)
    contact_way = models.CharField("联系方式", max_length=20, default="电话")
    key_tag = models.CharField("钥匙牌号", max_length=10, blank=True)
    parking_place = models.CharField("停车位", max_length=20, blank=True)
    insurer_name = models.CharField("保险公司", max_length=60, blank=True)
    claim_number = models.CharField("报案号", max_length=40, blank=True)
    second_open_reason = models.CharField("重复开单原因", max_length=100, blank=True)
    authorised_at = models.DateTimeField("授权时间", null=True, blank=True)
    authorised_by = PersonName("签字人", max_length=40, blank=True)
    signature = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="客户签字"
    )
    estimated_total = models.DecimalField("授权估价", max_digits=14, decimal_places=2, null=True, blank=True)
    completed_at = models.DateTimeField("竣工时间", null=True, blank=True)
    completed_date = models.DateField("竣工营业日", null=True, blank=True)
    parked_at = models.CharField("竣工停放", max_length=20, blank=True)
    handover_checked_at = models.DateTimeField("内部交车检查", null=True, blank=True)
    handover_items = models.JSONField("内部交车项目", default=list, blank=True)
    delivered_at = models.DateTimeField("交车时间", null=True, blank=True)
    delivered_date = models.DateField("交车营业日", null=True, blank=True)
    mileage_out = models.PositiveIntegerField("出厂里程（公里）", null=True, blank=True)
    delivery_items = models.JSONField("交车项目", default=list, blank=True)
    next_service_on = models.DateField("下次保养日期", null=True, blank=True)
    next_service_mileage = models.PositiveIntegerField("下次保养里程", null=True, blank=True)
    call_from = models.TimeField("方便回访自", null=True, blank=True)
    call_until = models.TimeField("方便回访至", null=True, blank=True)
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True)
    void_reason = models.CharField("作废原因", max_length=100, blank=True)

    class Meta:
        verbose_name = "维修工单"
        constraints = [
            models.UniqueConstraint(
                fields=["store", "number"], condition=~Q(number=""), name="repair_order_number_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "void"]) | ~Q(number=""), name="repair_order_numbered"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "void"])
                | Q(authorised_at__isnull=False, promised_at__isnull=False),
                name="repair_order_authorised_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["delivered", "closed"])
                | Q(delivered_at__isnull=False, presence="left"),
                name="repair_order_delivered_has_left",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "state", "-id"], name="repair_order_state"),
            models.Index(fields=["vehicle", "-id"], name="repair_order_vehicle"),
            models.Index(fields=["store", "delivered_date"], name="repair_order_delivered"),
            models.Index(fields=["store", "arrival_date"], name="repair_order_arrived"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in (OrderState.DRAFT, OrderState.AUTHORISED, OrderState.COMPLETED)


class AdditionalWorkState(models.TextChoices):
    FOUND = "found", "待报价"
    OFFERED = "offered", "待客户答复"
    ACCEPTED = "accepted", "客户同意"
    REFUSED = "refused", "客户不同意"


class AdditionalWork(ChildOfDocument):
    """Work found in the workshop (增项, SV-09). Its lines may be worked or issued only once it is accepted."""

    parent_field: ClassVar[str] = "order"
    view_permission: ClassVar[str | None] = "service.view"
    State = AdditionalWorkState

    order = models.ForeignKey(
        RepairOrder, models.PROTECT, related_name="additional_works", verbose_name="工单"
    )
    number = models.CharField("编号", max_length=32, blank=True)
    finding = models.TextField("发现问题", max_length=1000)
    safety_related = models.BooleanField("涉及安全", default=False)
    state = models.CharField("状态", max_length=10, choices=AdditionalWorkState.choices, default="found")
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发现人"
    )
    found_at = models.DateTimeField("发现时间", auto_now_add=True)
    new_promised_at = models.DateTimeField("新承诺时间", null=True, blank=True)
    answered_by = PersonName("答复人", max_length=40, blank=True)
    answered_via = models.CharField("答复方式", max_length=20, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="记录人",
    )
    refusal_reason = models.CharField("不同意原因", max_length=200, blank=True)
    refusal_consequence = models.CharField("后果说明", max_length=200, blank=True)
    done_later_in = models.ForeignKey(
        RepairOrder, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="后于何单完成"
    )
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "增项"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "refused"])
                | (Q(answered_at__isnull=False) & ~Q(answered_by="")),
                name="additional_work_answer_has_name",
            )
        ]

    def __str__(self) -> str:
        return self.number or "增项"


class Estimate(Document):
    """What was offered to the customer before signing (估价单): the order's lines at that moment, frozen."""

    view_permission: ClassVar[str | None] = "service.view_money"
    order = models.ForeignKey(RepairOrder, models.PROTECT, related_name="estimates", verbose_name="工单")
    promised_at = models.DateTimeField("预计完工", null=True, blank=True)
    total = models.DecimalField("估价合计", max_digits=14, decimal_places=2, default=Decimal(0))
    lines = models.JSONField("明细", default=list)

    class Meta:
        verbose_name = "估价单"
        constraints = [models.UniqueConstraint(fields=["store", "number"], name="estimate_number_once")]
