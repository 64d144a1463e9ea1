"""A person asks to be forgotten: nothing of theirs is left in the database but what the law wants, and that is locked."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from fours.base.errors import NotAllowed, NotThere, Refused
from fours.customers.erasing import erase_old_papers
from fours.customers.models import Contact, Customer
from fours.customers.verbs.customer import change_customer
from fours.customers.verbs.erase import erase_customer
from fours.desk.checks import kept_files
from fours.kernel.actor import Actor
from fours.kernel.attachments import add_attachments
from fours.kernel.comments import add_comment
from fours.kernel.models import Attachment, Event, IntakeLoad, IntakeRow, PrintedForm, SecurityEntry, Store
from fours.kernel.printing import PRINTS, sheet_of
from fours.service.models import RepairOrder
from fours.service.tests.order_house import authorised, house, photo
from fours.service.verbs.order import void_order
from fours.vehicles.models import Vehicle

PersonOf = Callable[..., Actor]
NAME, PHONE, IDENTITY, ADDRESS = (
    "欧阳海棠",
    "13800001111",
    "320502199003071230",
    "苏州市吴中区枫桥路七号三单元",
)
EMAIL = "haitang.ouyang@example.com"
OTHERS, DRIVER = "13900002222", "司马相如"
WORDS = (NAME, PHONE, IDENTITY, ADDRESS, EMAIL, OTHERS, DRIVER, "1990-03-07")


@pytest.fixture
def manager(person: PersonOf, s01: Store) -> Actor:
    return person("service_manager", s01)


@pytest.fixture
def customer(s01: Store, manager: Actor) -> Customer:
    """Somebody whose words stand wherever a person's words can stand: a signed order, remarks, files, a load, the log."""
    at = house(s01)
    owner = change_customer(
        at.owner,
        name=NAME,
        id_number=IDENTITY,
        address=ADDRESS,
        email=EMAIL,
        birthday=date(1990, 3, 7),
        actor=manager,
    )
    Contact.objects.create(customer=owner, name=DRIVER, relation="driver", phone=OTHERS)
    order = authorised(at, manager)
    add_comment(order, text=f"{NAME}说明天来,电话{PHONE}", actor=manager)
    add_comment(at.car, text=f"联系{OTHERS}", actor=manager)
    add_attachments(owner, uploads=[SimpleUploadedFile(f"{NAME}身份证.jpg", photo().read())], actor=manager)
    load = IntakeLoad.objects.create(store=s01, kind="customers", file_name="x.xlsx", path="none.xlsx")
    IntakeRow.objects.create(load=load, number=2, values={"name": NAME, "phone": PHONE})
    IntakeRow.objects.create(load=load, number=3, values={"name": "别人", "phone": "13700000000"})
    SecurityEntry.objects.create(kind="exported", detail=f"客户 1 行 q={PHONE}")
    return owner


def ended(customer: Customer, manager: Actor) -> Customer:
    """The same with nothing open any more."""
    for order in RepairOrder.objects.filter(customer=customer):
        void_order(order, reason="客户取消", actor=manager)
    customer.refresh_from_db()
    return customer


def dumped(*without: str) -> dict[str, str]:
    """All that is written as text anywhere in the database, by table."""
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        names = [name for (name,) in cursor.fetchall() if name not in without]
        found = {}
        for name in names:
            with transaction.atomic():
                cursor.execute(f"select coalesce(string_agg(t::text, chr(10)), '') from \"{name}\" t")
                found[name] = cursor.fetchone()[0]
    return found


def test_nothing_of_the_person_is_left_but_locked_papers(customer: Customer, manager: Actor) -> None:
    ended(customer, manager)
    assert any(NAME in text for text in dumped().values())
    erase_customer(customer, reason="客户本人要求", actor=manager)
    left = {
        (table, word)
        for table, text in dumped("kernel_printedform").items()
        for word in WORDS
        if word in text
    }
    assert left == set()
    order = RepairOrder.objects.get()
    assert (order.deliverer_name, order.deliverer_phone) == ("已删除", "已删除")
    assert order.number
    assert order.estimated_total
    assert Vehicle.objects.filter(plate="苏E12345").exists()
    customer.refresh_from_db()
    assert (customer.name, customer.active, customer.do_not_call) == (f"已删除客户{customer.pk}", False, True)
    event = Event.objects.get(kind="customers.customer_erased")
    assert event.sentence == "应要求删除个人信息；依法留存单据 1 份"


def test_others_keep_what_is_theirs(customer: Customer, manager: Actor, s01: Store) -> None:
    ended(customer, manager)
    other = Customer.objects.create(store=s01, name=NAME, address=ADDRESS)
    add_comment(other, text=f"{NAME}是老客户", actor=manager)
    erase_customer(customer, reason="客户本人要求", actor=manager)
    other.refresh_from_db()
    assert (other.name, other.address) == (NAME, ADDRESS)
    assert IntakeRow.objects.get(number=3).values["name"] == "别人"


def test_the_laws_papers_open_only_with_the_right_and_go_after_six_years(
    customer: Customer, manager: Actor, person: PersonOf, s01: Store
) -> None:
    ended(customer, manager)
    erase_customer(customer, reason="客户本人要求", actor=manager)
    order = RepairOrder.objects.get()
    form = PRINTS["service.repair_order"]
    with pytest.raises(NotAllowed, match="依法留存"):
        sheet_of(form, order, actor=manager)
    gm = person("gm", s01)
    assert sheet_of(form, order, actor=gm).data.startswith(b"%PDF")
    assert erase_old_papers(s01) == 0
    PrintedForm.objects.update(created_at=timezone.now() - timedelta(days=7 * 366))
    # One whose PDF nobody asked for has no file to remove.
    unset = PrintedForm.objects.create(
        store=s01, aggregate_kind="service.repairorder", aggregate_id=order.pk, form="service.estimate",
        month=timezone.localdate(), view={"paper": {}}, locked_at=timezone.now(),
    )  # fmt: skip
    PrintedForm.objects.filter(pk=unset.pk).update(created_at=timezone.now() - timedelta(days=7 * 366))
    assert erase_old_papers(s01) == 2
    with pytest.raises(NotThere, match="不再保存"):
        sheet_of(form, order, actor=gm)
    assert [word for word in WORDS for text in dumped().values() if word in text] == []
    assert list(kept_files()) == []


def test_what_is_open_is_settled_first(customer: Customer, manager: Actor) -> None:
    before = dumped()
    with pytest.raises(Refused, match="还有未交车的工单"):
        erase_customer(customer, reason="客户本人要求", actor=manager)
    assert dumped() == before


def test_it_takes_the_right_a_reason_and_a_person(
    customer: Customer, manager: Actor, person: PersonOf, s01: Store
) -> None:
    ended(customer, manager)
    with pytest.raises(NotAllowed):
        erase_customer(customer, reason="要求", actor=person("advisor", s01))
    with pytest.raises(Refused, match="请写明原因"):
        erase_customer(customer, reason=" ", actor=manager)
    erase_customer(customer, reason="要求", actor=manager)
    with pytest.raises(Refused, match="已经删除"):
        erase_customer(customer, reason="要求", actor=manager)
    company = Customer.objects.create(store=s01, name="某公司", kind="company")
    with pytest.raises(Refused, match="单位客户"):
        erase_customer(company, reason="要求", actor=manager)


def test_events_are_written_over_only_while_a_person_is_erased(customer: Customer, manager: Actor) -> None:
    event = Event.objects.latest("pk")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(sentence="改")
    ended(customer, manager)
    erase_customer(customer, reason="客户本人要求", actor=manager)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(sentence="改")


def test_on_screen_it_asks_for_the_reason_and_that_one_is_sure(
    customer: Customer, manager: Actor, client_of: Callable[..., Client], s01: Store, see: Callable[..., None]
) -> None:
    ended(customer, manager)
    client = client_of("service_manager", s01)
    address = f"/customers/{customer.pk}/erase/"
    assert "依法锁定留存" in client.get(address).text
    assert client.post(address, {"reason": "客户本人要求"}).status_code == 422
    assert client_of("advisor", s01).get(address).status_code == 403
    assert client.post(address, {"reason": "客户本人要求", "sure": "on"}).status_code == 302
    see(s01)
    assert NAME not in client.get(f"/customers/{customer.pk}/").text
    assert not Attachment.objects.filter(aggregate_kind="customers.customer").exists()
