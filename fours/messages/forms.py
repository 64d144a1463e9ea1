"""What people type about messages: one to a customer, one to many, opt-outs, ways out."""

from decimal import Decimal
from typing import Any

from django import forms

from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.models import User
from fours.org.people import present_assignments

from .models import Channel, Provider, Purpose
from .models.opt_out import OptOutScope
from .models.provider import ProviderKind, Security
from .verbs.message import TO_CUSTOMERS

CHANNELS = [(channel.value, channel.label) for channel in TO_CUSTOMERS]
TEXT = forms.Textarea(attrs={"rows": 5})
PLACEHOLDERS = "可用占位符：{客户} {门店} {电话}。短信开头的签名和营销消息的退订提示会自动加上。"


class MessageForm(TablerForm, forms.Form):
    """A message to one customer."""

    channel = forms.ChoiceField(label="通道", choices=CHANNELS, widget=forms.RadioSelect)
    purpose = forms.ChoiceField(label="用途", choices=Purpose.choices, widget=forms.RadioSelect)
    to = forms.CharField(
        label="收件", required=False, max_length=300, help_text="空白时用客户档案中的手机号、邮箱或地址。"
    )
    subject = forms.CharField(label="标题", required=False, max_length=100, help_text="邮件必填。")
    text = forms.CharField(label="正文", max_length=2000, widget=TEXT, help_text=PLACEHOLDERS)


class OptOutForm(TablerForm, forms.Form):
    """What a customer no longer wants to get."""

    autofocus = False
    what = forms.ChoiceField(label="退订内容", choices=OptOutScope.choices)
    channel = forms.ChoiceField(label="通道", required=False, choices=[("", "全部通道"), *CHANNELS])


class FilterForm(TablerForm, forms.Form):
    """The filters of the outbox."""

    autofocus = False
    q = forms.CharField(label="客户、收件", required=False, max_length=80)
    channel = forms.ChoiceField(label="通道", required=False, choices=[("", "全部"), *Channel.choices])
    purpose = forms.ChoiceField(label="用途", required=False, choices=[("", "全部"), *Purpose.choices])
    state = forms.CharField(required=False, widget=forms.HiddenInput)


class BroadcastForm(TablerForm, forms.Form):
    """A text to many, and whom it is for."""

    name = forms.CharField(label="名称", max_length=60, help_text="只在本店内看到，如 国庆问候。")
    channel = forms.ChoiceField(label="通道", choices=CHANNELS, widget=forms.RadioSelect)
    purpose = forms.ChoiceField(
        label="用途", choices=Purpose.choices, widget=forms.RadioSelect,
        help_text="活动、促销、节日问候是营销，只发给同意营销联系的客户；召回、停业等履约通知是服务通知。",
    )  # fmt: skip
    subject = forms.CharField(label="标题", required=False, max_length=100, help_text="邮件必填。")
    text = forms.CharField(label="正文", max_length=2000, widget=TEXT, help_text=PLACEHOLDERS)
    kind = forms.ChoiceField(label="客户类型", required=False, choices=[("", "全部"), *Customer.Kind.choices])
    grade = forms.ChoiceField(label="级别", required=False, choices=[("", "全部"), *Customer.Grade.choices])
    source = forms.CharField(label="来源", required=False, max_length=40)
    tag = forms.CharField(label="标签", required=False, max_length=40)
    advisor = forms.ModelChoiceField(
        User.objects.none(), label="专属顾问", required=False, empty_label="全部"
    )
    birth_month = forms.TypedChoiceField(
        label="生日月份", required=False, coerce=int, empty_value=None,
        choices=[("", "全部"), *((str(month), f"{month} 月") for month in range(1, 13))],
    )  # fmt: skip
    since = forms.DateField(label="建档自", required=False)
    until = forms.DateField(label="建档至", required=False)

    AUDIENCE = ("kind", "grade", "source", "tag", "advisor", "birth_month", "since", "until")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        advisor = self.fields["advisor"]
        assert isinstance(advisor, forms.ModelChoiceField)
        here = present_assignments(actor.must_store)
        advisor.queryset = User.objects.filter(assignments__in=here).distinct().order_by("name", "pk")

    def said(self) -> dict[str, Any]:
        """What is sent, as the verb takes it."""
        names = ("name", "channel", "purpose", "subject", "text")
        return {name: self.cleaned_data[name] for name in names} | {"audience": self.audience()}

    def audience(self) -> dict[str, Any]:
        advisor = self.cleaned_data["advisor"]
        return {name: self.cleaned_data[name] for name in self.AUDIENCE} | {
            "advisor": advisor.pk if advisor else None
        }


class ProviderForm(TablerForm, forms.Form):
    """Who carries a channel. The secret there is is never shown; an empty field keeps it."""

    kind = forms.ChoiceField(label="方式", choices=ProviderKind.choices)
    address = forms.CharField(
        label="地址",
        max_length=300,
        help_text="短信网关和机器人填网址；邮件填 主机:端口，如 smtp.example.com:465。",
    )
    account = forms.CharField(label="账号", required=False, max_length=100)
    secret = forms.CharField(
        label="密钥/密码", required=False, max_length=300,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="保存后不再显示；留空则不变。",
    )  # fmt: skip
    security = forms.ChoiceField(label="邮件加密", choices=Security.choices)
    sender = forms.CharField(label="发件人", required=False, max_length=200, help_text="邮件的发件地址。")
    price = forms.DecimalField(
        label="单价（元/条）", required=False, min_value=0, max_digits=8, decimal_places=4,
        help_text="短信 70 字以内一条，超长按每 67 字一条计。",
    )  # fmt: skip
    active = forms.BooleanField(
        label="启用", required=False, help_text="启用后，发件箱中到期的消息会真实发出。"
    )

    @classmethod
    def of(cls, data: Any, row: Provider | None) -> "ProviderForm":
        names = ("kind", "address", "account", "security", "sender", "price", "active")
        initial: dict[str, Any] = {"security": Security.SSL}
        if row:
            initial = {name: getattr(row, name) for name in names}
        if row and row.secret_is_lost:
            initial["address"] = ""
        return cls(data, initial=initial)

    def said(self) -> dict[str, Any]:
        return {**self.cleaned_data, "price": self.cleaned_data["price"] or Decimal(0)}
