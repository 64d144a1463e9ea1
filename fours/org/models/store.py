from datetime import time
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from fours.kernel.models import Scope, Store, StoreScoped


class TaxpayerKind(models.TextChoices):
    GENERAL = "general", "一般纳税人"
    SMALL = "small", "小规模纳税人"


class StoreFacts(StoreScoped):
    """What stands on a store's letterhead, and when it is open (门店资料)."""

    store = models.OneToOneField(Store, models.PROTECT, related_name="facts", verbose_name="门店")
    legal_name = models.CharField("法定名称", max_length=120)
    address = models.CharField("地址", max_length=200)
    postcode = models.CharField("邮编", max_length=6, blank=True)
    phone = models.CharField("服务电话", max_length=30)
    rescue_phone = models.CharField("救援电话", max_length=30, blank=True)
    complaint_phone = models.CharField("投诉电话", max_length=30)
    credit_code = models.CharField("统一社会信用代码", max_length=18)
    bank = models.CharField("开户行", max_length=100, blank=True)
    bank_account = models.CharField("账号", max_length=40, blank=True)
    taxpayer_kind = models.CharField(
        "纳税人类别", max_length=10, choices=TaxpayerKind.choices, default=TaxpayerKind.GENERAL
    )
    opens_at = models.TimeField("营业开始", default=time(8, 30))
    closes_at = models.TimeField("营业结束", default=time(18))
    closed_on_holidays = models.BooleanField("法定节假日休息", default=False)
    print_footer = models.CharField("单据页脚", max_length=200, blank=True)

    class Meta:
        verbose_name = "门店资料"

    def __str__(self) -> str:
        return self.legal_name


class TaxRate(models.Model):
    """VAT rate by kind of taxpayer, from a date on (增值税率, rules: 13 % repair and parts)."""

    scope: ClassVar[Scope] = Scope.INSTALLATION
    taxpayer_kind = models.CharField("纳税人类别", max_length=10, choices=TaxpayerKind.choices)
    rate = models.DecimalField("税率", max_digits=5, decimal_places=4)
    valid_from = models.DateField("生效日期")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["taxpayer_kind", "valid_from"], name="tax_rate_once"),
            models.CheckConstraint(condition=Q(rate__gte=0) & Q(rate__lt=1), name="tax_rate_range"),
        ]

    def __str__(self) -> str:
        return f"{self.get_taxpayer_kind_display()} {self.rate:.0%}"


class DepartmentKind(models.TextChoices):
    MANAGEMENT = "management", "管理"
    SERVICE = "service", "售后服务"
    WORKSHOP = "workshop", "车间"
    PARTS = "parts", "配件"
    CUSTOMER_CARE = "customer_care", "客户关系"
    INSURANCE = "insurance", "保险金融"
    SALES = "sales", "销售"
    FINANCE = "finance", "财务"
    OFFICE = "office", "行政"


class Department(StoreScoped):
    """A department of a store (部门)."""

    Kind = DepartmentKind
    kind = models.CharField("类别", max_length=20, choices=DepartmentKind.choices)
    name = models.CharField("名称", max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="department_once")]
        verbose_name = "部门"

    def __str__(self) -> str:
        return self.name


class Team(StoreScoped):
    """A group of technicians under a leader (班组)."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="teams", verbose_name="部门")
    name = models.CharField("名称", max_length=40)
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="班组长",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="team_once")]
        verbose_name = "班组"

    def __str__(self) -> str:
        return self.name


class BayKind(models.TextChoices):
    MECHANICAL = "mechanical", "机电工位"
    QUICK = "quick", "快修工位"
    BODY = "body", "钣金工位"
    PAINT = "paint", "喷漆工位"
    WASH = "wash", "洗车工位"


class Bay(StoreScoped):
    """A work place in the workshop (工位)."""

    Kind = BayKind
    code = models.CharField("编号", max_length=10)
    kind = models.CharField("类别", max_length=12, choices=BayKind.choices)
    active = models.BooleanField("在用", default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="bay_once")]
        ordering = ["code"]
        verbose_name = "工位"

    def __str__(self) -> str:
        return self.code
