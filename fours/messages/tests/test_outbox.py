"""What gets into the outbox and what does not: consent, opt-outs, not too often, not at night."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.customers.verbs.customer import (
    change_customer,
    create_customer,
    merge_customers,
    record_consent,
    stop_calls,
)
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Event, Store
from fours.kernel.store_settings import change_setting
from fours.messages.audience import preview, receivers
from fours.messages.models import Message, OptOut
from fours.messages.quiet import after_quiet
from fours.messages.texts import check_text, fill, parts_of
from fours.messages.verbs.message import cancel_message, post_letter, queue_message, retry_message
from fours.messages.verbs.opt_out import lift_opt_outs, opt_out

pytestmark = pytest.mark.usefixtures("noon")


def marketing(customer: Customer, clerk: Actor, **more: str) -> Message:
    values = {"channel": "sms", "purpose": "marketing", "text": "春季活动", **more}
    return queue_message(customer, **values, actor=clerk)


def test_a_message_says_who_writes_and_goes_to_the_mobile_number(customer: Customer, clerk: Actor) -> None:
    row = queue_message(customer, channel="sms", text="{客户}您好，请致电{电话}", actor=clerk)
    assert row.text == "【四方一店】张建国您好，请致电0512-66000001"
    assert (row.to, row.state, row.purpose) == ("13812345678", "waiting", "service")
    assert row.next_try <= timezone.now()


def test_marketing_ends_with_the_way_to_refuse_more(customer: Customer, clerk: Actor) -> None:
    assert marketing(customer, clerk).text == "【四方一店】春季活动拒收请回复R"
    assert marketing(customer, clerk, text="活动 拒收请回复R").text == "【四方一店】活动 拒收请回复R"


@pytest.mark.parametrize("agreed", [None, False])
def test_without_consent_no_marketing_but_service_notices(
    s01: Store, clerk: Actor, agreed: bool | None
) -> None:
    customer = create_customer(s01, actor=clerk, name="李梅", phones=["13912345678"])
    if agreed is not None:
        customer = record_consent(customer, agreed=agreed, actor=clerk)
    with pytest.raises(Refused, match="没有同意营销联系"):
        marketing(customer, clerk)
    assert Message.objects.count() == 0
    queue_message(customer, channel="sms", text="车已修好", actor=clerk)
    assert Message.objects.count() == 1


def test_who_must_not_be_called_gets_no_marketing(customer: Customer, clerk: Actor) -> None:
    stop_calls(customer, actor=clerk)
    with pytest.raises(Refused, match="请勿来电"):
        marketing(customer, clerk)
    assert Message.objects.count() == 0


@pytest.mark.parametrize(("born", "may"), [(date(2012, 3, 17), False), (date(2012, 3, 16), True)])
def test_a_child_gets_no_marketing_until_fourteen(
    customer: Customer, clerk: Actor, born: date, may: bool
) -> None:
    Customer.objects.filter(pk=customer.pk).update(birthday=born)
    if may:
        assert marketing(customer, clerk).state == "waiting"
    else:
        with pytest.raises(Refused, match="未满 14 周岁"):
            marketing(customer, clerk)


def test_the_third_marketing_message_of_a_month_is_refused_and_a_month_later_taken(
    customer: Customer, clerk: Actor, noon
) -> None:
    marketing(customer, clerk)
    marketing(customer, clerk)
    with pytest.raises(Refused, match="已达上限"):
        marketing(customer, clerk)
    assert Message.objects.count() == 2
    noon.shift(timedelta(days=31))
    assert marketing(customer, clerk).state == "waiting"


def test_an_opt_out_counts_at_once_also_for_what_waits(customer: Customer, clerk: Actor) -> None:
    waiting, service = (
        marketing(customer, clerk),
        queue_message(customer, channel="sms", text="取车", actor=clerk),
    )
    opt_out(customer, what="marketing", actor=clerk)
    waiting.refresh_from_db()
    service.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("cancelled", "客户已退订")
    assert service.state == "waiting"
    with pytest.raises(Refused, match="已退订"):
        marketing(customer, clerk)
    assert Event.objects.filter(kind="messages.opted_out").count() == 1


def test_an_opt_out_of_one_channel_leaves_the_others(customer: Customer, clerk: Actor) -> None:
    opt_out(customer, what="all", channel="sms", actor=clerk)
    with pytest.raises(Refused, match="已退订"):
        queue_message(customer, channel="sms", text="取车", actor=clerk)
    mail = queue_message(
        customer, channel="email", to="zhang@example.com", subject="取车", text="取车", actor=clerk
    )
    assert mail.state == "waiting"


def test_opting_out_twice_is_one_row_and_lifting_ends_it(customer: Customer, clerk: Actor) -> None:
    first = opt_out(customer, what="marketing", actor=clerk)
    assert opt_out(customer, what="marketing", actor=clerk) == first
    lift_opt_outs(customer, actor=clerk)
    assert marketing(customer, clerk).state == "waiting"
    with pytest.raises(Refused, match="没有退订"):
        lift_opt_outs(customer, actor=clerk)


def test_withdrawn_consent_takes_waiting_marketing_out_of_the_outbox(
    customer: Customer, clerk: Actor
) -> None:
    row = marketing(customer, clerk)
    record_consent(customer, agreed=False, actor=clerk)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("cancelled", "客户没有同意营销联系")


def test_an_opt_out_goes_with_the_file_into_a_merge(customer: Customer, clerk: Actor, s01: Store) -> None:
    twin = create_customer(s01, actor=clerk, name="张建国", phones=["13912345678"])
    opt_out(twin, what="all", actor=clerk)
    waiting = queue_message(customer, channel="sms", text="取车", actor=clerk)
    merge_customers(twin, into=customer, actor=clerk)
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert OptOut.objects.get().customer_id == customer.pk


def test_who_is_erased_gets_nothing_that_waits_or_failed(customer: Customer, clerk: Actor) -> None:
    rows = [queue_message(customer, channel="sms", text="取车", actor=clerk) for _ in range(2)]
    Message.objects.filter(pk=rows[0].pk).update(state="failed")
    announce("customers.customer_erased", customer, actor=clerk, sentence="应要求删除个人信息")
    assert set(Message.objects.values_list("state", "reason")) == {("cancelled", "客户个人信息已删除")}


def test_without_a_mobile_number_nothing_is_queued(s01: Store, clerk: Actor) -> None:
    customer = create_customer(s01, actor=clerk, name="某公司", phones=["0512-65123456"])
    with pytest.raises(Refused, match="没有可用的手机号") as refusal:
        queue_message(customer, channel="sms", text="取车", actor=clerk)
    assert "to" in refusal.value.fields
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"channel": "robot"}, "channel"),
        ({"channel": "pigeon"}, "channel"),
        ({"purpose": "spam"}, "purpose"),
        ({"text": " "}, "text"),
        ({"text": "{车牌}好了"}, "text"),
        ({"text": "{客户 您好"}, "text"),
        ({"text": "长" * 500}, "text"),
        ({"to": "0512-65123456"}, "to"),
        ({"to": "12"}, "to"),
        ({"channel": "email", "to": "zhang@example.com"}, "subject"),
        ({"channel": "email", "subject": "取车"}, "to"),
        ({"channel": "email", "subject": "取车", "to": "zhang"}, "to"),
        ({"channel": "letter"}, "to"),
    ],
)
def test_what_cannot_be_sent_is_refused_beside_its_field(
    customer: Customer, clerk: Actor, values: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        queue_message(customer, **{"channel": "sms", "text": "取车", **values}, actor=clerk)
    assert field in refusal.value.fields
    assert Message.objects.count() == 0


def test_a_name_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert fill("{客户}您好，{电话}", {"客户": "{电话}", "电话": "123"}) == "{电话}您好，123"


def test_a_text_names_known_placeholders_only() -> None:
    assert check_text(" {客户}\r\n您好 ", ["客户"]) == "{客户}\n您好"
    with pytest.raises(Refused, match="这样的占位符"):
        check_text("{车牌}", ["客户"])


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_long_messages_count_by_sixty_seven_characters(length: int, parts: int) -> None:
    assert parts_of("字" * length) == parts


def at(hour: int, minute: int = 0, day: int = 16) -> datetime:
    """A time in the store, whose clock is eight hours ahead."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("moment", "goes"),
    [
        (at(12), at(12)),
        (at(19, 59), at(19, 59)),
        (at(20), at(9, day=17)),
        (at(23, 59), at(9, day=17)),
        (at(0), at(9)),
        (at(8, 59), at(9)),
        (at(9), at(9)),
    ],
)
def test_quiet_hours_reach_over_midnight(moment: datetime, goes: datetime) -> None:
    assert after_quiet(moment, time(20), time(9)) == goes


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    assert after_quiet(at(13), time(12), time(14)) == at(14)
    assert after_quiet(at(14), time(12), time(14)) == at(14)
    assert after_quiet(at(3), time(0), time(0)) == at(3)


def test_a_message_written_at_night_waits_for_the_morning_a_letter_does_not(
    customer: Customer, clerk: Actor, noon
) -> None:
    Customer.objects.filter(pk=customer.pk).update(address="苏州市测试路2号", postcode="215000")
    customer.refresh_from_db()
    noon.move_to(at(21, 30))
    assert queue_message(customer, channel="sms", text="取车", actor=clerk).next_try == at(9, day=17)
    letter = queue_message(customer, channel="letter", text="取车", actor=clerk)
    assert letter.next_try < at(21, 31)
    assert letter.to == "215000 苏州市测试路2号 张建国（收）"


def test_the_quiet_hours_are_the_stores_own(
    customer: Customer, clerk: Actor, person, s01: Store, noon
) -> None:
    change_setting(s01, key="messages.quiet_from", value="22:00", actor=person("gm", s01))
    noon.move_to(at(21, 30))
    assert queue_message(customer, channel="sms", text="取车", actor=clerk).next_try < at(21, 31)


def test_what_waits_or_failed_can_be_cancelled_what_was_sent_not(customer: Customer, clerk: Actor) -> None:
    row = queue_message(customer, channel="sms", text="取车", actor=clerk)
    assert cancel_message(row, actor=clerk).state == "cancelled"
    sent = queue_message(customer, channel="sms", text="取车", actor=clerk)
    Message.objects.filter(pk=sent.pk).update(state="sent", sent_at=timezone.now())
    for verb in (cancel_message, retry_message, post_letter):
        with pytest.raises(Refused):
            verb(sent, actor=clerk)
    sent.refresh_from_db()
    assert (sent.state, sent.version) == ("sent", 1)


def test_a_message_in_the_senders_hand_is_not_cancelled(customer: Customer, clerk: Actor) -> None:
    row = queue_message(customer, channel="sms", text="取车", actor=clerk)
    Message.objects.filter(pk=row.pk).update(leased_until=timezone.now() + timedelta(minutes=1))
    with pytest.raises(Refused, match="正在发送"):
        cancel_message(row, actor=clerk)
    opt_out(customer, what="all", actor=clerk)
    row.refresh_from_db()
    assert row.state == "waiting"


def test_a_letter_is_sent_by_a_person_a_short_message_is_not(customer: Customer, clerk: Actor) -> None:
    Customer.objects.filter(pk=customer.pk).update(address="苏州市测试路2号")
    customer.refresh_from_db()
    letter = queue_message(customer, channel="letter", text="取车", actor=clerk)
    assert post_letter(letter, actor=clerk).state == "sent"
    with pytest.raises(Refused, match="只有信函"):
        post_letter(queue_message(customer, channel="sms", text="取车", actor=clerk), actor=clerk)


def test_no_number_and_no_word_stands_in_the_history(customer: Customer, clerk: Actor) -> None:
    row = queue_message(customer, channel="sms", text="机密内容", actor=clerk)
    cancel_message(row, actor=clerk)
    told: Callable[[Event], str] = lambda event: f"{event.sentence}{event.data}"  # noqa: E731
    said = "".join(told(event) for event in Event.objects.filter(kind__startswith="messages."))
    assert "13812345678" not in said
    assert "机密" not in said


def test_a_mail_goes_to_the_address_on_file(customer: Customer, clerk: Actor) -> None:
    with pytest.raises(Refused, match="客户没有邮箱") as refusal:
        queue_message(customer, channel="email", subject="取车", text="取车", actor=clerk)
    assert "to" in refusal.value.fields
    assert not Message.objects.exists()
    customer = change_customer(customer, email="Zhang.JG@QQ.com", actor=clerk)
    row = queue_message(customer, channel="email", subject="取车", text="取车", actor=clerk)
    assert (row.to, row.state) == ("Zhang.JG@qq.com", "waiting")


def test_a_broadcast_by_mail_reaches_who_has_an_address(customer: Customer, clerk: Actor, s01: Store) -> None:
    other = create_customer(s01, name="李梅", email="limei@example.com", actor=clerk)
    record_consent(other, agreed=True, actor=clerk)
    counted = preview(s01, {}, "email", "marketing")
    assert (counted.reached, dict(counted.left_out)) == (1, {"没有邮箱地址": 1})
    assert list(receivers(s01, {}, "email", "marketing")) == [(other, "limei@example.com")]
