"""Outbox, broadcast, templates, ways out and opt-outs as people see them, and the interface beside them."""

import io
from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from pypdf import PdfReader

from fours.base.errors import Gone, Refused
from fours.customers.models import Customer
from fours.customers.verbs.customer import create_customer, record_consent
from fours.kernel.actor import Actor
from fours.kernel.models import Event, PrintedForm, Store
from fours.messages.audience import preview
from fours.messages.models import Broadcast, Message, MessageTemplate, OptOut, Provider
from fours.messages.occasions import OCCASIONS, ship_templates
from fours.messages.verbs.broadcast import broadcast_message, recall_broadcast
from fours.messages.verbs.message import queue_message
from fours.messages.verbs.provider import set_provider
from fours.register.tests.promises import RegisterPromises
from tests.api.conftest import caller

SECRET = "nobody-reads-this"
ASKED = {"name": "国庆问候", "channel": "sms", "purpose": "marketing", "text": "{客户}节日快乐"}


@pytest.fixture
def client(client_of, s01: Store):
    return client_of("crm_manager", s01)


@pytest.fixture
def row(noon, customer: Customer, clerk: Actor) -> Message:
    return queue_message(customer, channel="sms", text="取车", actor=clerk)


class TestTemplates(RegisterPromises):
    register = "message_templates"
    post = "service_manager"
    values = {
        "code": "spring-2027", "name": "春季活动", "channel": "sms", "purpose": "marketing", "text": "{客户}您好，春季免费检测"
    }  # fmt: skip
    change = {"text": "{客户}您好，春季免费检测开始"}


def template(client: Any, **values: str) -> Any:
    return client.post("/r/message_templates/new/", {**TestTemplates.values, **values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"text": "{车牌}您好"}, "没有 {车牌} 这样的占位符"),
        ({"text": "{客户"}, "没有配对"),
        ({"code": "1"}, "代码用小写字母开头"),
        ({"channel": "robot"}, "只发给员工"),
        ({"channel": "email"}, "邮件请填写标题"),
    ],
)
def test_a_template_is_checked_when_it_is_saved(client, values: dict[str, str], words: str) -> None:
    answer = template(client, **values)
    assert answer.status_code == 422
    assert words in answer.text
    assert MessageTemplate.objects.count() == 0


def test_shipped_texts_come_once_and_stay_with_their_occasion(client, s01: Store) -> None:
    assert ship_templates(s01) == len(OCCASIONS)
    assert ship_templates(s01) == 0
    shipped = MessageTemplate.objects.get(code="service.car_ready")
    page = f"/r/message_templates/{shipped.pk}/edit/"
    kept = {
        "code": shipped.code,
        "name": shipped.name,
        "channel": "sms",
        "purpose": "service",
        "text": "{车牌}好了",
    }
    for values, words in (({"code": "other"}, "不能改代码"), ({"purpose": "marketing"}, "不能改用途")):
        answer = client.post(page, {**kept, **values})
        assert answer.status_code == 422
        assert words in answer.text
    assert client.post(page, kept).status_code == 302
    shipped.refresh_from_db()
    assert shipped.text == "{车牌}好了"


# ---- outbox


def test_the_outbox_says_why_nothing_leaves_a_fresh_store(row: Message, client) -> None:
    page = client.get("/messages/").text
    assert "张建国" in page
    assert "短信、邮件、群机器人还没有设置发送通道" in page


def test_the_outbox_is_filtered_and_its_tabs_count(row: Message, client) -> None:
    assert "张建国" in client.get("/messages/?q=13812345678").text
    assert "没有符合条件的消息" in client.get("/messages/?q=139").text
    assert "没有符合条件的消息" in client.get("/messages/?channel=email").text
    Message.objects.update(state="failed", reason="空号")
    assert "空号" in client.get("/messages/?state=failed").text


def test_outbox_and_message_take_few_queries(row: Message, client, django_assert_max_num_queries) -> None:
    for address in ("/messages/", f"/messages/{row.pk}/", f"/customers/{row.customer_id}/", "/broadcasts/"):
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200


def test_a_failed_message_is_sent_anew_by_a_button(row: Message, client) -> None:
    Message.objects.update(state="failed", tries=5)
    assert "重新发送" in client.get(f"/messages/{row.pk}/").text
    client.post(f"/do/retry_message/{row.pk}/", {"version": row.version})
    row.refresh_from_db()
    assert (row.state, row.tries) == ("waiting", 0)


def test_a_message_is_written_on_a_page_and_a_refusal_keeps_the_text(customer, client, noon) -> None:
    page = f"/messages/to/{customer.pk}/"
    assert "13812345678" in client.get(page).text
    typed = {"channel": "sms", "purpose": "service", "text": "{车牌}好了"}
    refused = client.post(page, typed)
    assert refused.status_code == 422
    assert "{车牌}好了" in refused.text
    assert client.post(page, {**typed, "text": "车好了"}).status_code == 302
    assert Message.objects.get().text == "【四方一店】车好了"


def test_an_opt_out_is_taken_on_the_customers_page_and_lifted_there(row: Message, client) -> None:
    customer = row.customer_id
    client.post(f"/customers/{customer}/opt-out/", {"what": "all", "channel": ""})
    row.refresh_from_db()
    assert row.state == "cancelled"
    page = client.get(f"/customers/{customer}/").text
    assert "客户已退订各通道的全部消息" in page
    assert "恢复接收" in page
    client.post(f"/do/lift_opt_outs/{customer}/")
    assert not OptOut.objects.filter(lifted_at=None).exists()


def test_an_opt_out_of_nothing_is_refused(row: Message, client) -> None:
    client.post(f"/customers/{row.customer_id}/opt-out/", {"what": "everything"})
    assert OptOut.objects.count() == 0


def test_another_stores_message_is_not_there(row: Message, client_of, s02: Store) -> None:
    stranger = client_of("crm_manager", s02)
    for address in (f"/messages/{row.pk}/", f"/messages/to/{row.customer_id}/"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"/customers/{row.customer_id}/opt-out/", {"what": "all"}).status_code == 404


# ---- broadcast


@pytest.fixture
def many(noon, clerk: Actor, customer: Customer) -> list[Customer]:
    """Beside 张建国: one without consent, one who opted out, one without a number, a twin number, two more."""
    made = []
    people = [("李梅", "13900000001", None), ("王强", "13900000002", True), ("赵敏", "", True),
              ("张建国妻", "13812345678", True), ("孙丽", "13900000005", True), ("周杰", "13900000006", True)]  # fmt: skip
    for name, phone, agreed in people:
        one = create_customer(clerk.must_store, actor=clerk, name=name, phones=[phone] if phone else [])
        made.append(one if agreed is None else record_consent(one, agreed=agreed, actor=clerk))
    OptOut.objects.create(store=clerk.must_store, customer=made[1], what="marketing")
    return made


LEFT_OUT = {"客户没有同意营销联系": 1, "客户已退订": 1, "没有可用的手机号": 1, "与其他客户同一号码": 1}


def test_a_broadcast_is_counted_before_with_the_reasons(many, s01: Store) -> None:
    found = preview(s01, {}, "sms", "marketing")
    assert (found.reached, dict(found.left_out)) == (3, LEFT_OUT)


def test_a_broadcast_goes_to_those_who_may_get_it_by_name(many, s01: Store, clerk: Actor) -> None:
    sent = broadcast_message(s01, **ASKED, audience={}, expected=3, actor=clerk)
    assert (sent.queued, sent.left_out) == (3, LEFT_OUT)
    texts = sorted(Message.objects.values_list("to", "text"))
    assert texts == [
        ("13812345678", "【四方一店】张建国节日快乐拒收请回复R"),
        ("13900000005", "【四方一店】孙丽节日快乐拒收请回复R"),
        ("13900000006", "【四方一店】周杰节日快乐拒收请回复R"),
    ]


def test_a_broadcast_to_others_than_were_seen_is_refused(many, s01: Store, clerk: Actor) -> None:
    record_consent(many[4], agreed=False, actor=clerk)
    with pytest.raises(Gone, match="由 3 位变为 2 位"):
        broadcast_message(s01, **ASKED, audience={}, expected=3, actor=clerk)
    assert Broadcast.objects.count() + Message.objects.count() == 0


def test_a_service_notice_needs_no_consent(many, s01: Store) -> None:
    assert preview(s01, {}, "sms", "service").reached == 5


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ({"kind": "company"}, 0), ({"grade": "key"}, 1), ({"tag": "车友会"}, 1), ({"birth_month": 5}, 1),
        ({"since": date(2027, 1, 1)}, 0), ({"until": date(2026, 12, 31)}, 3), ({"source": "朋友介绍"}, 0),
    ],
)  # fmt: skip
def test_filters_narrow_the_audience(many, s01: Store, asked: dict[str, Any], reached: int) -> None:
    Customer.objects.filter(name="孙丽").update(grade="key", tags=["车友会"], birthday=date(1990, 5, 4))
    assert preview(s01, asked, "sms", "marketing").reached == reached


def test_what_of_a_broadcast_waits_can_be_recalled(many, s01: Store, clerk: Actor) -> None:
    sent = broadcast_message(s01, **ASKED, audience={}, expected=3, actor=clerk)
    gone = Message.objects.earliest("pk")
    Message.objects.filter(pk=gone.pk).update(state="sent", sent_at=timezone.now())
    recall_broadcast(sent, actor=clerk)
    assert sorted(Message.objects.values_list("state", flat=True)) == ["cancelled", "cancelled", "sent"]
    with pytest.raises(Refused, match="没有待发"):
        recall_broadcast(sent, actor=clerk)


def test_the_form_shows_the_count_first_and_then_sends(many, client) -> None:
    looked = client.post("/broadcasts/new/", {**ASKED, "step": "preview"})
    assert looked.status_code == 200
    assert "发送给 3 位客户" in looked.text
    assert "张建国节日快乐拒收请回复R" in looked.text
    assert Message.objects.count() == 0
    sent = client.post("/broadcasts/new/", {**ASKED, "step": "send", "expected": "3"})
    assert sent.status_code == 302
    page = client.get(sent["Location"]).text
    assert "撤回待发" in page
    assert "待发 3" in page


def test_a_wrong_text_is_told_in_the_preview_and_nothing_typed_is_lost(many, client) -> None:
    answer = client.post("/broadcasts/new/", {**ASKED, "text": "{车牌}", "step": "preview"})
    assert answer.status_code == 422
    assert "占位符" in answer.text
    assert "{车牌}" in answer.text


def test_only_who_may_send_to_many_does(client_of, s01: Store) -> None:
    assert client_of("crm_agent", s01).get("/broadcasts/new/").status_code == 403


# ---- ways out


def provider(client: Any, **values: str) -> Any:
    typed = {
        "kind": "signed_sms", "address": "https://sms.example.com/send", "account": "store-1", "secret": SECRET,
        "security": "ssl", "price": "0.045", "active": "on",
    }  # fmt: skip
    return client.post("/messages/providers/new/", {**typed, **values})


@pytest.fixture
def admin(client_of, s01: Store):
    return client_of("it_admin", s01)


def test_a_secret_goes_in_and_never_comes_out(admin, s01: Store) -> None:
    assert provider(admin).status_code == 302
    row = Provider.objects.get()
    assert row.secret == SECRET
    pages = [admin.get("/messages/providers/"), admin.get(f"/messages/providers/{row.pk}/")]
    refused = admin.post(
        f"/messages/providers/{row.pk}/", {"kind": "signed_sms", "address": "x", "secret": SECRET}
    )
    assert refused.status_code == 422
    said = "".join(page.text for page in [*pages, refused])
    told = "".join(f"{event.sentence}{event.data}" for event in Event.objects.all())
    assert SECRET not in said + told + repr(row)
    assert "sms.example.com" not in told


def test_an_empty_secret_keeps_the_one_there_is_but_not_for_another_address(admin) -> None:
    provider(admin)
    provider(admin, secret="", price="0.05")
    row = Provider.objects.get()
    assert (row.secret, f"{row.price}") == (SECRET, "0.0500")
    refused = provider(admin, secret="", address="https://elsewhere.example.com/send")
    assert refused.status_code == 422
    assert "更换地址时请重新填写密钥" in refused.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"address": "sms.example.com"}, "https://"),
        ({"address": "ftp://sms.example.com"}, "https://"),
        ({"address": "http://[::1"}, "https://"),
        ({"kind": "smtp", "address": "smtp.example.com", "sender": "a@example.com"}, "主机:端口"),
        ({"kind": "smtp", "address": "smtp.example.com:0", "sender": "a@example.com"}, "主机:端口"),
        ({"kind": "smtp", "address": "smtp.example.com:465", "sender": "me"}, "邮箱地址"),
        ({"kind": "pigeon"}, "选择"),
        ({"price": "-1"}, "0"),
    ],
)
def test_a_way_out_that_cannot_be_is_refused(admin, values: dict[str, str], words: str) -> None:
    answer = provider(admin, **values)
    assert answer.status_code == 422
    assert words in answer.text
    assert Provider.objects.count() == 0


def test_only_the_administrator_sees_the_ways_out(client) -> None:
    assert client.get("/messages/providers/").status_code == 403


def test_a_channel_has_one_provider(s01: Store, person) -> None:
    admin = person("it_admin", s01)
    for kind in ("dingtalk", "wecom"):
        set_provider(s01, kind=kind, address="https://robot.example.com/send?x=1", actor=admin)
    assert Provider.objects.get().kind == "wecom"


# ---- interface


@pytest.fixture
def api(clerk: Actor):
    return caller(clerk.user)


def test_the_interface_lists_writes_and_cancels(row: Message, api) -> None:
    listed = api.get("messages", state="waiting", customer_id=row.customer_id).json()
    assert [one["id"] for one in listed["items"]] == [row.pk]
    assert listed["items"][0]["to"] == "13812345678"
    made = api.send("messages", {"customer_id": row.customer_id, "channel": "sms", "text": "您好"})
    assert made.status_code == 201
    assert api.get(f"messages/{made.json()['id']}").json()["state"] == "waiting"
    cancelled = api.send(f"messages/{row.pk}/cancel", {"version": row.version})
    assert cancelled.json()["state"] == "cancelled"
    assert api.send(f"messages/{row.pk}/retry", {}).status_code == 409


def test_the_interface_takes_an_opt_out(row: Message, api) -> None:
    answer = api.send(f"customers/{row.customer_id}/opt-out", {"what": "all"})
    assert answer.json()["channel"] == ""
    refused = api.send("messages", {"customer_id": row.customer_id, "channel": "sms", "text": "您好"})
    assert refused.status_code == 422
    assert api.send(f"customers/{row.customer_id}/lift-opt-outs", {}).json()[0]["lifted_at"]


def test_the_interface_reads_templates(s01: Store, api) -> None:
    ship_templates(s01)
    listed = api.get("message-templates", code="service.car_ready").json()
    assert listed["count"] == 1
    assert api.get(f"message-templates/{listed['items'][0]['id']}").json()["channel"] == "sms"


# ---- letters


def words_of(data: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def test_a_letter_is_printed_with_its_address_posted_and_kept(
    customer: Customer, clerk: Actor, client, noon
) -> None:
    Customer.objects.filter(pk=customer.pk).update(address="苏州市测试路2号", postcode="215000")
    customer.refresh_from_db()
    letter = queue_message(
        customer, channel="letter", subject="感谢信", text="尊敬的{客户}：\n祝您平安。", actor=clerk
    )
    page = client.get(f"/messages/{letter.pk}/").text
    assert "打印信函" in page
    assert "已寄出" in page
    printed = words_of(client.get(f"/print/messages.letter/{letter.pk}/").content)
    for expected in (
        "215000苏州市测试路2号张建国（收）",
        "感谢信",
        "尊敬的张建国：",
        "祝您平安。",
        "四方一店",
    ):
        assert expected in printed
    client.post(f"/do/post_letter/{letter.pk}/", {"version": letter.version})
    kept = PrintedForm.objects.get(form="messages.letter", aggregate_id=letter.pk)
    assert kept.view["receiver"] == "215000 苏州市测试路2号 张建国（收）"
