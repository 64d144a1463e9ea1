from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from fours.base.personal import PersonalDate, PersonalText, PersonName, mask
from fours.kernel.models import ChildOfDocument, StoreScoped


class CustomerKind(models.TextChoices):
    PERSON = "person", "个人"
    COMPANY = "company", "单位"


class Grade(models.TextChoices):
    NORMAL = "normal", "普通"
    KEY = "key", "重点"


class Customer(StoreScoped):
    """A person or company the store works for (客户). Merged files stay, pointing at the one that goes on.

    A file that was taken back with its import points at itself, and so is in no list either.
    """

    view_permission: ClassVar[str | None] = "customers.view"
    Kind = CustomerKind
    Grade = Grade

    kind = models.CharField("类型", max_length=10, choices=CustomerKind.choices, default=CustomerKind.PERSON)
    name = PersonName("姓名/名称", max_length=100)
    id_number = PersonalText("身份证号", personal="identity", max_length=18, blank=True)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    birthday = PersonalDate("生日", null=True, blank=True)
    address = PersonalText("地址", personal="address", max_length=200, blank=True)
    postcode = models.CharField("邮编", max_length=6, blank=True)
    email = PersonalText("邮箱", personal="email", max_length=100, blank=True, default="")
    grade = models.CharField("级别", max_length=10, choices=Grade.choices, default=Grade.NORMAL)
    source = models.CharField("来源", max_length=40, blank=True)
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="专属顾问",
    )
    tags = models.JSONField("标签", default=list, blank=True)
    call_from = models.TimeField("方便来电自", null=True, blank=True)
    call_until = models.TimeField("方便来电至", null=True, blank=True)
    do_not_call = models.BooleanField("请勿来电", default=False)
    marketing_consent = models.BooleanField("同意营销联系", null=True, blank=True)
    consent_at = models.DateTimeField("同意/拒绝时间", null=True, blank=True)
    note = models.CharField("备注", max_length=500, blank=True)
    active = models.BooleanField("在用", default=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="并入"
    )
    erased_at = models.DateTimeField("个人信息删除时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建档时间", auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = "客户"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_name"),
        ]
        indexes = [
            models.Index(fields=["store", "-id"], name="customer_newest"),
            # An import finds the files its rows mean by these, 500 rows at a time.
            models.Index(fields=["store", "name"], name="customer_name"),
            models.Index(
                fields=["store", "id_number"], name="customer_id_number", condition=~Q(id_number="")
            ),
            models.Index(
                fields=["store", "credit_code"], name="customer_credit_code", condition=~Q(credit_code="")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def withdrawn(self) -> bool:
        """Whether the file was taken back with the import that made it: it goes on nowhere but in itself."""
        return self.merged_into_id is not None and self.merged_into_id == self.pk


class PhoneKind(models.TextChoices):
    MOBILE = "mobile", "手机"
    LANDLINE = "landline", "固定电话"
    SERVICE = "service", "400/800"


class Phone(ChildOfDocument):
    """A number of a customer (电话), in the form of `check_phone`: 13812345678, 0512-65123456."""

    parent_field: ClassVar[str] = "customer"
    view_permission: ClassVar[str | None] = "customers.view"
    Kind = PhoneKind

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="phones", verbose_name="客户")
    number = PersonalText("号码", personal="phone", max_length=24)
    kind = models.CharField("类型", max_length=10, choices=PhoneKind.choices, default=PhoneKind.MOBILE)
    valid = models.BooleanField("有效", default=True)
    primary = models.BooleanField("首选", default=False)

    class Meta:
        verbose_name = "电话"
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="phone_once_per_customer"),
            models.UniqueConstraint(fields=["customer"], condition=Q(primary=True), name="phone_one_primary"),
        ]
        indexes = [models.Index(fields=["store", "number"], name="phone_number")]

    def __str__(self) -> str:
        return mask(self.number, "phone")


class Relation(models.TextChoices):
    OWNER = "owner", "车主"
    DELIVERER = "deliverer", "送修人"
    PAYER = "payer", "付款人"
    DRIVER = "driver", "司机"


class Contact(ChildOfDocument):
    """Somebody else one speaks to for a customer (联系人)."""

    parent_field: ClassVar[str] = "customer"
    view_permission: ClassVar[str | None] = "customers.view"
    Relation = Relation

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts", verbose_name="客户")
    name = PersonName("姓名", max_length=40)
    relation = models.CharField("关系", max_length=10, choices=Relation.choices)
    phone = PersonalText("电话", personal="phone", max_length=24, blank=True)
    for_calls = models.BooleanField("回访联系人", default=False)
    note = models.CharField("备注", max_length=100, blank=True)

    class Meta:
        verbose_name = "联系人"

    def __str__(self) -> str:
        return f"{self.name}({self.get_relation_display()})"
