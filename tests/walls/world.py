"""One row of everything a verb may be called on, in one store, made on the models without any verb."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db import models
from django.utils import timezone

from fours.approvals.models import ApprovalRequest, ApprovalStep
from fours.archive.models import Binding
from fours.customers.models import Customer
from fours.kernel.models import IntakeLoad, Occurrence, Store, StoreScoped, Task, User
from fours.messages.models import Broadcast, Message
from fours.org.models import Assignment, SharedDevice
from fours.parts.models import Bin, IssueLine, IssueSlip, Lot, LotBalance, Part, StockMovement
from fours.service.models import (
    AdditionalWork,
    Appointment,
    CheckIn,
    LaborLine,
    OpeningReceivable,
    Payment,
    RepairOrder,
    Statement,
    Wash,
)
from fours.service.models.lines import PricedLine
from fours.survey.models import DailyReport, FollowUpCall, HandlingSheet
from fours.vehicles.models import Vehicle

Aggregates = Mapping[type[models.Model], models.Model]


def world(store: Store) -> Aggregates:
    """The first argument for every verb, by the model the verb names."""
    now, day = timezone.now(), date(2026, 3, 2)
    hand = User.objects.create(username=f"hand-{store.code}", name="帮手", home_store=store)
    customer = Customer.objects.create(store=store, name="欧阳海棠")
    car = Vehicle.objects.create(store=store, plate=f"苏E{store.code}88")
    order = RepairOrder.objects.create(
        store=store, number=f"RO-{store.code}-260302-0001", vehicle=car, customer=customer, deliverer_name="欧阳海棠",
        advisor=hand, arrived_at=now, arrival_date=day, mileage_in=1000, state="authorised", authorised_at=now,
        promised_at=now,
    )  # fmt: skip
    job = LaborLine(
        order=order, name="保养", hours=Decimal(1), unit_price=Decimal(100), tax_rate=Decimal("0.13")
    )
    job.price()
    job.save()
    work = AdditionalWork.objects.create(
        order=order, finding="油底壳渗漏", found_by=hand, state="offered", new_promised_at=now
    )
    statement = Statement.objects.create(
        store=store, number=f"ST-{store.code}-260302-0001", order=order, payer="customer", payer_name="欧阳海棠",
        state="issued", labor_total=Decimal(100), total=Decimal(100), net=Decimal("88.50"), tax=Decimal("11.50"),
    )  # fmt: skip
    payment = Payment.objects.create(
        store=store, number=f"RC-{store.code}-260302-0001", statement=statement, kind="cash", amount=Decimal(1),
        received_by=hand, business_date=day,
    )  # fmt: skip
    receivable = OpeningReceivable.objects.create(
        store=store, number=f"AR-{store.code}-260302-0001", foreign_number=f"JS-{store.code}-1", customer=customer,
        billed=Decimal(300), total=Decimal(300), business_date=day,
    )  # fmt: skip
    appointment = Appointment.objects.create(
        store=store, number=f"AP-{store.code}-260302-0001", vehicle=car, contact_name="欧阳海棠", at=now, hours=Decimal(1),
        contact_phone="13800000001", advisor=hand, concern="保养",
    )  # fmt: skip
    check_in = CheckIn.objects.create(
        store=store, vehicle=car, deliverer_name="欧阳海棠", deliverer_phone="13800000001", arrived_at=now,
        arrival_date=day, advisor=hand,
    )  # fmt: skip
    call = FollowUpCall.objects.create(
        store=store, number=f"FC-{store.code}-260302-0001", vehicle=car, customer=customer, delivered_on=day,
        contact_name="欧阳海棠", contact_phone="13800000001", window_start=now, window_end=now, due_at=now,
    )  # fmt: skip
    sheet = HandlingSheet.objects.create(
        store=store,
        number=f"QH-{store.code}-260302-0001",
        call=call,
        vehicle=car,
        customer=customer,
        words="不满意",
    )
    task = Task.objects.create(
        store=store, rule="test.rule", source_kind="customers.customer", source_id=customer.pk, post="advisor",
        title="联系客户", url="/", due_at=now,
    )  # fmt: skip
    message = Message.objects.create(
        store=store,
        customer=customer,
        channel="sms",
        purpose="service",
        to="13800000001",
        text="请来取车",
        next_try=now,
    )
    place, line = _stock(store, hand)
    rows: list[models.Model] = [
        store, customer, car, order, job, work, statement, payment, receivable, appointment, check_in, call, sheet, task, place,
        line, message,
        Broadcast.objects.create(store=store, name="国庆问候", channel="sms", purpose="service", text="节日快乐"),
        Wash.objects.create(order=order),
        DailyReport.objects.create(store=store, date=day),
        SharedDevice.objects.create(store=store, name="前台一号", secret_hash=f"{store.pk:064}"),
        Assignment.objects.create(user=hand, store=store, post="washer", starts_on=day),
        IntakeLoad.objects.create(store=store, kind="customers", file_name="x.xlsx", state="loaded"),
        ApprovalRequest.objects.create(
            store=store, number=f"SP-{store.code}-260302-0001", matter="service.discount", amount=Decimal(15),
            target_kind="service.repairorder", target_id=order.pk, target_title=order.number, reason="老客户",
            created_by=hand,
        ),
        Occurrence.objects.create(store=store, rule="test.rule", due_at=now, state="failed"),
        Binding.objects.create(store=store, month=date(2025, 1, 1), papers=1, volumes_due=1, started_by=hand),
    ]  # fmt: skip
    made: dict[type[models.Model], models.Model] = {type(row): row for row in rows}
    ApprovalStep.objects.create(request=made[ApprovalRequest], position=1, post="service_manager")
    # Verbs of any line, and of anything that takes attachments and comments.
    return {**made, PricedLine: job, StoreScoped: customer}


def _stock(store: Store, hand: User) -> tuple[LotBalance, IssueLine]:
    day = date(2026, 3, 2)
    part, _ = Part.objects.get_or_create(group=store.group, number="F-01", defaults={"name": "机油滤清器"})
    shelf = Bin.objects.create(store=store, code="A-01")
    lot = Lot.objects.create(store=store, part=part, code="L1", received_on=day, unit_cost=Decimal(40))
    place = LotBalance.objects.create(store=store, lot=lot, bin=shelf, quantity=Decimal(2))
    slip = IssueSlip.objects.create(
        store=store, number=f"IS-{store.code}-260302-0001", source_kind="service.repairorder", source_id=1,
        source_number="RO", receiver=hand, business_date=day,
    )  # fmt: skip
    movement = StockMovement.objects.create(
        store=store, part=part, lot=lot, bin=shelf, kind="issue", quantity=Decimal(-1), value=Decimal(-40),
        balance=Decimal(2), source_kind="parts.issueslip", source_id=slip.pk, business_date=day, actor_name="帮手",
    )  # fmt: skip
    line = IssueLine.objects.create(
        slip=slip, part=part, movement=movement, source_line_id=1, quantity=Decimal(1)
    )
    return place, line


def tomorrow() -> object:
    return timezone.now() + timedelta(days=1)
