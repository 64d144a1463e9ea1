"""Real documents in every state, and for each write of the interface one that fits it with a body that is right."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from fours.archive.jobs import bind_on
from fours.archive.models import Binding
from fours.archive.verbs.binding import bind_month
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.models import Attachment, Store, Task
from fours.messages.models import Message, MessageTemplate
from fours.org.post_permissions import PERMISSIONS_OF_POST
from fours.parts.models import Bin, IssueLine, LotBalance, Part, StockReceipt
from fours.parts.verbs.receive import Arrival, receive_parts
from fours.service.checklists import WASH_ITEMS, final_check
from fours.service.models import (
    Estimate,
    FeeLine,
    Inspection,
    LaborLine,
    OpeningReceivable,
    Package,
    PartLine,
    Payment,
    RepairOrder,
    Wash,
)
from fours.service.tests.order_house import (
    House,
    authorised,
    draft,
    fresh,
    house,
    photo,
    signature,
    with_lines,
)
from fours.service.tests.reception_house import booked, filled
from fours.service.tests.settling import delivery, finished_order, labor
from fours.service.tests.workshop_house import (
    Shop,
    dispatched,
    final_passed,
    finished,
    good,
    in_work,
    job_of,
    shop,
    team_checked,
)
from fours.service.verbs.additional import offer_additional_work, report_finding
from fours.service.verbs.delivery import check_handover, give_gate_pass, handover_checklist
from fours.service.verbs.estimate import issue_estimate
from fours.service.verbs.lines import add_fee, add_part
from fours.service.verbs.parts import Give, issue_to_order
from fours.service.verbs.workshop import clock_on
from fours.survey.models import FollowUpCall, HandlingSheet
from fours.survey.tests.care import HAPPY, billed, delivered, paid
from tests.walls.world import Aggregates, world

from .test_every_verb import RESOURCES

PersonOf = Callable[..., Actor]
# By the operation without /api/v1: the id in its address, and a body it takes.
Fitting = dict[str, tuple[int | None, Any]]
READ: dict[str, type[models.Model]] = {
    "attachments": Attachment,
    "documents": Customer,
    "estimates": Estimate,
    "fee-lines": FeeLine,
    "inspections": Inspection,
    "jobs": LaborLine,
    "message-templates": MessageTemplate,
    "packages": Package,
    "part-lines": PartLine,
    "parts": Part,
    "stock-receipts": StockReceipt,
}
ONE = {resource: model for model, resources in RESOURCES.items() for resource in resources[:1]} | READ


def hand_of(store: Store, person: PersonOf) -> Actor:
    """Somebody who holds every post, so that nothing is refused for want of a right."""
    for post in sorted(PERMISSIONS_OF_POST):
        person(post, store, "hand")
    return person("gm", store, "hand")


def ids_of(resource: str) -> list[int]:
    """The rows an address of the resource may name."""
    rows: Any = ONE[resource]
    return list(rows.objects.order_by("pk").values_list("pk", flat=True)[:40])


def soon(hours: float = 3) -> str:
    return timezone.localtime(timezone.now() + timedelta(hours=hours)).isoformat()


def picture() -> dict[str, Any]:
    data = b64encode(photo().read()).decode()
    return {"files": [{"name": "左前门.jpg", "data": f"data:image/jpeg;base64,{data}"}]}


class Seeds:
    """One store with everything in it; `fitting` is what may be done next."""

    def __init__(self, store: Store, person: PersonOf) -> None:
        self.store, self.person = store, person
        self.hand = hand_of(store, person)
        self.cars = 0
        self.at = self.house()
        self.rows: Aggregates = world(store)
        Package.objects.create(group=store.group, code="P5", name="5000 公里保养")
        shelf = Bin.objects.create(store=store, code="B-02-01")
        arrivals = [
            Arrival(part, Decimal(9), Decimal(40), shelf) for part in (self.at.filter, self.at.bumper)
        ]
        receive_parts(store, lines=arrivals, actor=self.hand)
        self.fitting: Fitting = {}
        self._files()
        self._reception()
        self._orders()
        self._workshop()
        self._parts()
        self._money()
        self._after()
        self._desk()
        self._folders()

    def house(self) -> House:
        self.cars += 1
        return house(self.store, plate=f"苏E{self.cars:03}KK")

    def shop(self) -> Shop:
        return shop(self.house(), self.person)

    def may(self, operation: str, pk: int | None, body: Any = None) -> None:
        self.fitting[operation] = (pk, {} if body is None else body)

    def _files(self) -> None:
        other, car = Customer.objects.create(store=self.store, name="李四"), self.house().car
        owner, spare = self.at.owner.pk, self.house().car
        today = timezone.localdate().isoformat()
        self.may("POST /customers", None, {"name": "刘海涛", "phones": [{"number": "13812345678"}]})
        self.may("PATCH /customers/{pk}", owner, {"note": "老客户"})
        self.may("POST /customers/{pk}/record-consent", owner, {"agreed": True})
        self.may("POST /customers/{pk}/stop-calls", owner)
        self.may("POST /customers/{pk}/merge", other.pk, {"into_id": owner})
        self.may("POST /vehicles", None, {"plate": "苏E77K77", "brand": "测试"})
        self.may("PATCH /vehicles/{pk}", car.pk, {"note": "右后门补过漆"})
        self.may("POST /vehicles/{pk}/change-owner", car.pk, {"customer_id": other.pk, "on": today})
        self.may("POST /vehicles/{pk}/add-user", car.pk, {"customer_id": other.pk, "on": today})
        self.may("POST /vehicles/{pk}/record-mileage", car.pk, {"kilometers": 20000, "read_on": today})
        self.may("POST /vehicles/{pk}/merge", spare.pk, {"into_id": car.pk})

    def _reception(self) -> None:
        advisor, car = self.person("advisor", self.store), self.house().car
        when = timezone.now() + timedelta(days=1, hours=2)
        visit = booked(self.store, advisor, car, when)
        name = "advisor-S01"
        new = {"vehicle_id": self.house().car.pk, "contact_name": "张三", "contact_phone": "13800001111",
               "at": soon(27), "hours": "1.00", "advisor": name, "concern": "保养"}  # fmt: skip
        self.may("POST /appointments", None, new)
        self.may("POST /appointments/{pk}/reschedule", visit.pk, {"at": soon(28)})
        self.may("POST /appointments/{pk}/cancel", visit.pk, {"reason": "客户有事"})
        task = Task.objects.filter(source_kind="service.appointment", source_id=visit.pk).first()
        if task is not None:
            self.may("POST /appointments/{pk}/confirm-preparation", visit.pk, {"rule": task.rule})
        taken = filled(self.store, advisor, self.house().car)
        self.may("POST /check-ins", None, {"vehicle_id": self.house().car.pk, "advisor": name,
                                           "deliverer_name": "张三", "deliverer_phone": "13800001111"})  # fmt: skip
        self.may("PATCH /check-ins/{pk}", taken.pk, {"fuel_level": 75})
        self.may("POST /check-ins/{pk}/add-photos", taken.pk, picture())
        self.may("POST /check-ins/{pk}/sign", taken.pk, {"signature": signature(), "signed_by": "张三"})
        self.may("POST /check-ins/{pk}/void", taken.pk, {"reason": "客户离开"})

    def _orders(self) -> None:
        empty, full = draft(self.house(), self.hand), with_lines(self.house(), self.hand)
        signed = authorised(self.house(), self.hand)
        add_fee(full, name="拖车费", unit_price=Decimal(100), actor=self.hand)
        issue_estimate(full, actor=self.hand)
        self.may("POST /repair-orders", None, {"vehicle_id": self.house().car.pk, "mileage_in": 9000})
        self.may("PATCH /repair-orders/{pk}", full.pk, {"concern": "异响"})
        self.may("POST /repair-orders/{pk}/issue-estimate", full.pk)
        self.may("POST /repair-orders/{pk}/authorise", full.pk,
                 {"signature": signature(), "signed_by": "张三", "promised_at": soon()})  # fmt: skip
        self.may("POST /repair-orders/{pk}/change-promise", signed.pk,
                 {"promised_at": soon(6), "reason": "待料", "told_customer": True})  # fmt: skip
        self.may("POST /repair-orders/{pk}/void", empty.pk, {"reason": "客户不修了"})
        self.may("POST /repair-orders/{pk}/note-large", signed.pk)
        self.may("POST /repair-orders/{pk}/report-finding", signed.pk, {"finding": "前保险杠开裂"})
        self.may("POST /repair-orders/{pk}/add-labor", empty.pk, {"operation_id": self.at.oil_change.pk})
        self.may("POST /repair-orders/{pk}/add-part", empty.pk, {"part_id": self.at.filter.pk})
        self.may("POST /repair-orders/{pk}/add-fee", empty.pk, {"name": "拖车费", "unit_price": "100.00"})
        self._lines(full, signed)
        found = report_finding(signed, finding="前保险杠开裂", actor=self.hand)
        add_part(fresh(signed), part=self.at.bumper, additional_work=found, actor=self.hand)
        self.may("POST /additional-works/{pk}/offer", found.pk, {"new_promised_at": soon(6)})
        again = report_finding(fresh(signed), finding="雨刮老化", actor=self.hand)
        add_fee(fresh(signed), name="雨刮", unit_price=Decimal(80), additional_work=again, actor=self.hand)
        offer_additional_work(again, new_promised_at=timezone.now() + timedelta(hours=7), actor=self.hand)
        answer = {"answered_by": "张三", "via": "电话"}
        self.may("POST /additional-works/{pk}/withdraw", again.pk)
        self.may("POST /additional-works/{pk}/accept", again.pk, answer)
        self.may("POST /additional-works/{pk}/refuse", again.pk, {**answer, "reason": "下次再做"})

    def _lines(self, full: RepairOrder, signed: RepairOrder) -> None:
        kinds: list[tuple[str, Any]] = [("jobs", LaborLine), ("part-lines", PartLine), ("fee-lines", FeeLine)]
        for resource, model in kinds:
            line = model.objects.get(order=full)
            self.may(f"POST /{resource}/{{pk}}/change", line.pk, {"payer": "internal"})
            self.may(f"POST /{resource}/{{pk}}/remove", line.pk)
            self.may(f"POST /{resource}/{{pk}}/split", line.pk, {"payer": "internal", "amount": "20.00"})
            right = model.objects.filter(order=signed).first()
            if right is not None:
                why = {"reason": "店内承担"}
                self.may(f"POST /{resource}/{{pk}}/correct", right.pk, {"payer": "goodwill", **why})
                share = {"payer": "goodwill", "amount": "20.00", **why}
                self.may(f"POST /{resource}/{{pk}}/share", right.pk, share)
                if resource != "jobs":  # The only job of an order cannot be cancelled.
                    self.may(f"POST /{resource}/{{pk}}/cancel", right.pk, why)

    def _workshop(self) -> None:
        waiting = self.shop()
        self.may("POST /jobs/{pk}/dispatch", job_of(waiting.order()).pk,
                 {"technicians": ["technician-S01"], "bay": "A01"})  # fmt: skip
        given = self.shop()
        job = dispatched(given, given.order(), self.hand)
        self.may("POST /jobs/{pk}/take-back", job.pk)
        self.may("POST /jobs/{pk}/clock-on", job.pk)
        busy, own = self.shop(), self.shop()
        self.may("POST /jobs/{pk}/pause", in_work(busy, busy.order()).pk, {"reason": "parts"})
        clock_on(dispatched(own, own.order(), own.bob), actor=own.bob)
        # One clock runs for each person, so the next cars come after the first job is out of Ann's hands.
        rest = self.person("technician", self.store, "fourth")
        shops = [self._by(rest) for _ in range(3)]
        self.may("POST /jobs/{pk}/check", finished(shops[0], shops[0].order()).pk, {"passed": True})
        ready = shops[1].order()
        team_checked(shops[1], ready)
        whole = {"passed": True, "items": good(final_check(ready))}
        self.may("POST /repair-orders/{pk}/final-check", ready.pk, whole)
        final_passed(shops[2], shops[2].order())
        wash = Wash.objects.filter(order__vehicle=shops[2].at.car).first()
        if wash is not None:
            self.may("POST /washes/{pk}/start", wash.pk)
            Wash.objects.exclude(pk=wash.pk).update(state="washing", started_at=timezone.now())
        washed = self.rows[Wash]
        self.may("POST /washes/{pk}/finish", washed.pk, {"items": list(WASH_ITEMS)})

    def _by(self, technician: Actor) -> Shop:
        made = self.shop()
        values = {
            name: getattr(made, name) for name in ("at", "advisor", "foreman", "bob", "leader", "inspector")
        }
        return Shop(**values, ann=technician, washer=made.washer)

    def _parts(self) -> None:
        order, keeper = authorised(self.house(), self.hand), self.hand
        line = PartLine.objects.get(order=order)
        self.may("POST /repair-orders/{pk}/issue-parts", order.pk,
                 {"receiver": "hand", "lines": [{"line_id": line.pk, "quantity": "1"}]})  # fmt: skip
        given = authorised(self.house(), self.hand)
        wanted = [Give(PartLine.objects.get(order=given).pk, Decimal(1))]
        assert self.hand.user is not None
        slip = issue_to_order(given, lines=wanted, receiver=self.hand.user, actor=keeper)
        issued = IssueLine.objects.get(slip=slip)
        self.may("POST /repair-orders/{pk}/return-to-stock", given.pk,
                 {"issue_line_id": issued.pk, "quantity": "1"})  # fmt: skip
        arrival = {"part_id": self.at.filter.pk, "quantity": "2", "unit_cost": "41.5", "bin": "B-02-01"}
        self.may("POST /stock-receipts", None, {"supplier": "配件商", "lines": [arrival]})
        lot = LotBalance.objects.get(lot__part=self.at.bumper, bin__code="B-02-01")
        self.may("POST /lot-balances/{pk}/adjust", lot.pk, {"counted": "8", "reason": "盘点"})
        own = {"bin": "B-02-01", "retail_price": "70.00", "minimum_stock": None}
        self.may("POST /parts/{pk}/set-store-part", self.at.filter.pk, own)

    def _money(self) -> None:
        order = finished_order(self.store, plate="苏E501KK")
        labor(order, "200.00")
        self.may("POST /repair-orders/{pk}/issue-statements", order.pk)
        owed = billed(self.store, self.person, plate="苏E502KK")
        self.may("POST /statements/{pk}/receive-payments", owed.pk,
                 {"parts": [{"kind": "cash", "amount": "280.00"}]})  # fmt: skip
        self.may("POST /statements/{pk}/put-on-account", owed.pk, {"reason": "月结客户"})
        self.may("POST /statements/{pk}/reverse", owed.pk, {"reason": "开错付费方"})
        settled = paid(self.store, self.person, plate="苏E503KK")
        money = Payment.objects.filter(statement=settled).get()
        self.may("POST /payments/{pk}/refund", money.pk, {"amount": "80.00", "reason": "多收"})
        owed_before = self.rows[OpeningReceivable]
        self.may("POST /opening-receivables", None,
                 {"customer_id": self.at.owner.pk, "foreign_number": "JS-77", "billed": "300.00"})  # fmt: skip
        self.may("POST /opening-receivables/{pk}/collect", owed_before.pk,
                 {"parts": [{"kind": "cash", "amount": "100.00"}]})  # fmt: skip
        self.may("POST /opening-receivables/{pk}/reverse", owed_before.pk, {"reason": "重复登记"})
        car = settled.order
        self.may("POST /repair-orders/{pk}/check-handover", car.pk, {"items": handover_checklist(car)})
        out = paid(self.store, self.person, plate="苏E504KK").order
        check_handover(out, items=handover_checklist(out), actor=self.person("advisor", self.store))
        self.may("POST /repair-orders/{pk}/give-gate-pass", out.pk)
        left = paid(self.store, self.person, plate="苏E505KK").order
        give_gate_pass(fresh(left), actor=self.person("cashier", self.store))
        ticked = delivery(fresh(left))
        self.may("POST /repair-orders/{pk}/deliver", left.pk,
                 {"mileage_out": ticked["mileage_out"], "items": ticked["items"]})  # fmt: skip

    def _after(self) -> None:
        delivered(self.store, self.person, plate="苏E506KK")
        call = FollowUpCall.objects.latest("pk")
        self.may("POST /follow-up-calls/{pk}/record-attempt", call.pk, {"result": "no_answer"})
        self.may("POST /follow-up-calls/{pk}/complete", call.pk, {"answers": HAPPY, "satisfied": True})
        lost, silent = (self._call(state) for state in ("unreachable", "not_callable"))
        self.may("POST /follow-up-calls/{pk}/call-again", lost.pk)
        self.may("POST /follow-up-calls/{pk}/note-letter-sent", silent.pk)
        sheet = self.rows[HandlingSheet]
        self.may("POST /handling-sheets/{pk}/assign", sheet.pk,
                 {"responsible": "advisor-S01", "department": "前台", "promised_at": soon(5)})  # fmt: skip
        self.may("POST /handling-sheets/{pk}/solve", sheet.pk,
                 {"cause": "漏洗", "measure": "重洗", "result": "满意"})  # fmt: skip
        report = next(row for model, row in self.rows.items() if model.__name__ == "DailyReport")
        self.may("POST /daily-reports/{pk}/write-remarks", report.pk, {"remarks": "雨天"})
        self.may("POST /daily-reports/{pk}/sign", report.pk)

    def _call(self, state: str) -> FollowUpCall:
        delivered(self.store, self.person, plate=f"苏E5{len(state)}XKK")
        call = FollowUpCall.objects.latest("pk")
        FollowUpCall.objects.filter(pk=call.pk).update(state=state)
        return call

    def _desk(self) -> None:
        task, why = self.rows[Task], {"reason": "休假"}
        self.may("POST /tasks/{pk}/claim", task.pk)
        self.may("POST /tasks/{pk}/hand-over", task.pk, {"person": "advisor-S01", **why})
        self.may("POST /tasks/{pk}/snooze", task.pk, {"until": soon(), **why})
        asked = next(row for model, row in self.rows.items() if model.__name__ == "ApprovalRequest")
        self.may("POST /approvals/{pk}/approve", asked.pk, {"note": "同意"})
        self.may("POST /approvals/{pk}/refuse", asked.pk, {"reason": "过高"})
        message = self.rows[Message]
        self.may(
            "POST /messages", None, {"customer_id": self.at.owner.pk, "channel": "sms", "text": "请来取车"}
        )
        self.may("POST /messages/{pk}/cancel", message.pk)
        self.may("POST /documents/{kind}/{pk}/add-attachments", self.at.owner.pk, picture())
        self.may("POST /documents/{kind}/{pk}/add-comment", self.at.owner.pk, {"text": "喜欢靠窗"})

    def _folders(self) -> None:
        today = timezone.localdate()
        bound = bind_month(self.store, month=today, actor=self.hand)
        bind_on(bound.pk, self.store.pk)
        authorised(self.house(), self.hand)
        self.may("POST /bindings", None, {"month": f"{today:%Y-%m}"})
        self.may("POST /bindings/{pk}/verify", bound.pk)
        self.may("POST /bindings/{pk}/stop", self.rows[Binding].pk)
