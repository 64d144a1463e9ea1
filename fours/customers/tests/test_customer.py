"""Customer files: what is taken, what is refused, what the history and the search know afterwards."""

from collections.abc import Callable
from datetime import date, time

import pytest

from fours.base.errors import NotAllowed, NotThere, Refused, Stale
from fours.customers.completeness import completeness
from fours.customers.duplicates import find_duplicates, groups_alike
from fours.customers.facts import ContactEntry, PhoneEntry
from fours.customers.models import Contact, Customer, Phone
from fours.customers.verbs.customer import (
    allow_calls,
    change_customer,
    create_customer,
    record_consent,
    stop_calls,
)
from fours.kernel.actor import Actor
from fours.kernel.models import Event, SearchKey, Store

PersonOf = Callable[..., Actor]


@pytest.fixture
def advisor(person: PersonOf, s01: Store) -> Actor:
    return person("advisor", s01)


def zhang(actor: Actor, **more: object) -> Customer:
    values: dict[str, object] = {"name": "张建国", "phones": ["138 1234 5678"], **more}
    return create_customer(actor.must_store, actor=actor, **values)


def keys(customer: Customer) -> set[str]:
    rows = SearchKey.objects.filter(kind="customer", target_id=customer.pk)
    return set(rows.values_list("key", flat=True))


def test_a_new_file_keeps_phones_in_one_form_and_the_first_is_called_first(advisor: Actor) -> None:
    customer = zhang(advisor, phones=["+86 138-1234-5678", "(0512)65123456", "13812345678"])
    assert list(customer.phones.order_by("id").values_list("number", "kind", "primary")) == [
        ("13812345678", "mobile", True),
        ("0512-65123456", "landline", False),
    ]


def test_a_customer_is_found_by_pinyin_initials_phone_and_last_four(advisor: Actor) -> None:
    found = keys(zhang(advisor, phones=["13812345678", "0512-65123456"]))
    assert {
        "zjg",
        "zhangjianguo",
        "张建国",
        "建国",
        "13812345678",
        "5678",
        "051265123456",
        "65123456",
    } <= found


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": "  "}),
        ("phones", {"phones": ["1381234567"]}),
        ("id_number", {"id_number": "320502199001011230"}),
        ("credit_code", {"credit_code": "91320500MA1XXXXXX1"}),
        ("postcode", {"postcode": "2150"}),
        ("email", {"email": "zhang@qq"}),
        ("email", {"email": f"{'z' * 60}@{'q' * 50}.com"}),
        ("birthday", {"birthday": date(2150, 1, 1)}),
        ("kind", {"kind": "robot"}),
        ("call_until", {"call_from": time(18), "call_until": time(9)}),
        ("call_until", {"call_from": time(18)}),
        ("contacts", {"contacts": [ContactEntry("王芳", "deliverer", "12")]}),
        ("address", {"address": "路" * 201}),
    ],
)
def test_wrong_values_are_refused_beside_their_field_and_nothing_is_made(
    advisor: Actor, field: str, given: dict[str, object]
) -> None:
    with pytest.raises(Refused) as refusal:
        zhang(advisor, **given)
    assert field in refusal.value.fields
    assert not Customer.objects.exists()
    assert not SearchKey.objects.exists()
    assert not Event.objects.exists()


def test_a_changed_phone_is_found_and_the_old_one_no_more(advisor: Actor) -> None:
    customer = zhang(advisor)
    changed = change_customer(customer, actor=advisor, version=1, phones=["13900001111"])
    assert changed.version == 2
    assert "13900001111" in keys(customer)
    assert "13812345678" not in keys(customer)


def test_a_number_that_stays_keeps_its_row(advisor: Actor) -> None:
    customer = zhang(advisor)
    row = customer.phones.get().pk
    change_customer(
        customer, actor=advisor, phones=[PhoneEntry("13812345678"), PhoneEntry("13900001111", primary=True)]
    )
    assert list(customer.phones.order_by("id").values_list("number", "primary")) == [
        ("13812345678", False),
        ("13900001111", True),
    ]
    assert Phone.objects.filter(pk=row, number="13812345678").exists()


def test_contacts_are_replaced_as_given(advisor: Actor) -> None:
    customer = zhang(advisor, contacts=[ContactEntry("王芳", "deliverer", "13700002222", for_calls=True)])
    assert "2222" in keys(customer)
    change_customer(customer, actor=advisor, contacts=[ContactEntry("李强", "driver")])
    assert [str(contact) for contact in Contact.objects.all()] == ["李强(司机)"]


def test_the_history_names_fields_but_holds_no_personal_values(advisor: Actor) -> None:
    customer = zhang(advisor)
    change_customer(customer, actor=advisor, address="苏州市人民路 1 号", grade="key")
    event = Event.objects.get(kind="customers.customer_changed")
    assert event.sentence == "修改 地址、级别"
    assert event.data == {"fields": ["地址", "级别"], "changes": {"grade": ["normal", "key"]}}


def test_saving_the_same_again_writes_nothing(advisor: Actor) -> None:
    customer = zhang(advisor)
    same = change_customer(customer, actor=advisor, name="张建国", phones=["13812345678"])
    assert same.version == 1
    assert Event.objects.count() == 1


def test_who_saves_over_a_newer_version_is_refused(advisor: Actor) -> None:
    customer = zhang(advisor)
    change_customer(customer, actor=advisor, version=1, address="新地址")
    with pytest.raises(Stale):
        change_customer(customer, actor=advisor, version=1, address="旧地址")
    assert Customer.objects.get().address == "新地址"


def test_consent_and_do_not_call_are_recorded_with_their_time(advisor: Actor) -> None:
    customer = record_consent(zhang(advisor), agreed=False, actor=advisor)
    assert customer.marketing_consent is False
    assert customer.consent_at is not None
    assert stop_calls(customer, actor=advisor).do_not_call is True
    assert allow_calls(customer, actor=advisor).do_not_call is False
    assert list(Event.objects.order_by("id").values_list("sentence", flat=True))[1:] == [
        "客户不同意营销联系",
        "客户要求请勿来电",
        "客户同意恢复来电",
    ]


# Hand-written from the duties: who keeps customer files.
@pytest.mark.parametrize(
    ("post", "may"),
    [
        ("advisor", True),
        ("receptionist", True),
        ("info_clerk", True),
        ("crm_agent", True),
        ("service_manager", True),
        ("technician", False),
        ("inspector", False),
        ("cashier", False),
        ("parts_keeper", False),
        ("washer", False),
        ("it_admin", False),
    ],
)
def test_only_posts_that_speak_with_customers_keep_their_files(
    person: PersonOf, s01: Store, advisor: Actor, post: str, may: bool
) -> None:
    customer, actor = zhang(advisor), person(post, s01)
    work: list[Callable[[], object]] = [
        lambda: create_customer(s01, actor=actor, name="李四"),
        lambda: change_customer(customer, actor=actor, address=f"{post} 路"),
        lambda: record_consent(customer, agreed=True, actor=actor),
        lambda: stop_calls(customer, actor=actor),
        lambda: allow_calls(customer, actor=actor),
    ]
    for do in work:
        if may:
            do()
        else:
            with pytest.raises(NotAllowed):
                do()
    assert Event.objects.count() == (6 if may else 1)


def test_another_stores_file_is_not_there(person: PersonOf, s02: Store, advisor: Actor) -> None:
    customer = zhang(advisor)
    stranger = person("advisor", s02)
    with pytest.raises(NotThere):
        change_customer(customer, actor=stranger, address="别处")
    assert Customer.objects.get().address == ""


def test_a_file_alike_is_shown_surest_first(person: PersonOf, s02: Store, advisor: Actor) -> None:
    wife = zhang(advisor, name="王芳")
    himself = zhang(advisor)
    found = find_duplicates(advisor, name="张建国", phones=["138-1234-5678"])
    assert [(one.customer, one.reasons, one.sure) for one in found] == [
        (himself, ["电话相同", "姓名相同"], True),
        (wife, ["电话相同"], False),
    ]
    assert find_duplicates(person("advisor", s02), name="张建国", phones=["13812345678"]) == []


def test_files_that_share_a_phone_or_an_identity_number_are_listed(advisor: Actor) -> None:
    one, two = zhang(advisor), zhang(advisor, name="张建國", id_number="11010519491231002X")
    three = zhang(advisor, name="张三", phones=[], id_number="11010519491231002x")
    assert [(group.reason, list(group.customers)) for group in groups_alike(advisor)] == [
        ("身份证号相同", [two, three]),
        ("电话相同", [one, two]),
    ]


def test_completeness_says_what_is_missing(advisor: Actor) -> None:
    poor = completeness(zhang(advisor))
    assert poor.percent == 14
    assert poor.missing == ["方便来电时间", "营销联系意愿", "地址", "生日", "身份证号", "来源"]
    good = zhang(
        advisor,
        address="苏州市人民路 1 号",
        birthday=date(1949, 12, 31),
        id_number="11010519491231002X",
        source="转介绍",
        call_from=time(9),
        call_until=time(18),
    )
    good = record_consent(good, agreed=True, actor=advisor)
    assert completeness(good).complete
