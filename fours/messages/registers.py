"""The texts messages are made of: those the product sends by itself, and the store's own for broadcasts."""

import re
from typing import Any

from fours.base.errors import Refused
from fours.base.text import squeeze
from fours.kernel.actor import Actor
from fours.register import Register, column, register

from .menu import SECTION
from .models import Channel, MessageTemplate
from .occasions import OCCASIONS
from .texts import COMMON, check_text
from .verbs.message import check_subject

CODE = re.compile(r"[a-z][a-z0-9_.-]{1,59}")


@register
class TemplateRegister(Register):
    name = "message_templates"
    model = MessageTemplate
    view = "messages.view"
    change = "messages.change_templates"
    columns = ("name", "code", "channel", "purpose", "usable", "active")
    filters = ("channel", "purpose", "active")
    search = ("code", "name", "text")
    form = (("", ("code", "name", "channel", "purpose", "subject", "text")),)
    section = SECTION
    icon = "template"
    order = 30
    label = "消息模板"

    @column("可用占位符")
    def usable(self, row: MessageTemplate) -> str:
        return " ".join(f"{{{name}}}" for name in known(row.code))

    def prepare(self, row: Any, actor: Actor) -> None:
        """Refuse a text that names what is not known, and anything that would part a shipped text from its occasion."""
        row.code = squeeze(row.code).lower()
        if not CODE.fullmatch(row.code):
            raise Refused("代码用小写字母开头，可含数字、点、横线和下划线，如 spring-2027。", field="code")
        before = MessageTemplate.objects.filter(pk=row.pk).values_list("code", flat=True).first()
        if before in OCCASIONS and row.code != before:
            raise Refused("系统自动发送的模板不能改代码。", field="code")
        occasion = OCCASIONS.get(row.code)
        if occasion is not None and row.purpose != occasion.purpose:
            raise Refused("系统自动发送的模板不能改用途。", field="purpose")
        if row.channel == Channel.ROBOT and (occasion is None or occasion.channel != Channel.ROBOT):
            raise Refused("群机器人只发给员工，请选择其他通道。", field="channel")
        row.subject = check_subject(row.subject, row.channel)
        row.text = check_text(row.text, known(row.code))


def known(code: str) -> tuple[str, ...]:
    """The placeholders a template of this code may use."""
    occasion = OCCASIONS.get(code)
    return occasion.known if occasion else COMMON
