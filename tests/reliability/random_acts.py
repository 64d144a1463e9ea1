"""What somebody of a store may think of doing next: any verb on any order, chosen by the seed's luck."""

import random
from datetime import time, timedelta
from decimal import Decimal
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from fours.demo.founding import Catalogue
from fours.demo.run import signature
from fours.demo.staff import Staff
from fours.demo.workshop import FINAL_CHECK, SELF_CHECK, TEAM_CHECK
from fours.kernel.actor import Actor
from fours.kernel.models import User
from fours.parts.models import IssueLine, Part
from fours.service.checklists import WASH_ITEMS
from fours.service.models import (
    AdditionalWork,
    LaborLine,
    PartLine,
    Payment,
    RepairOrder,
    Statement,
)
from fours.service.verbs.additional import (
    accept_additional_work,
    offer_additional_work,
    refuse_additional_work,
    report_finding,
)
from fours.service.verbs.check_in import save_check_in, sign_check_in, start_check_in
from fours.service.verbs.delivery import (
    check_handover,
    deliver_order,
    delivery_checklist,
    give_gate_pass,
    handover_checklist,
)
from fours.service.verbs.inspection import check_job, final_check
from fours.service.verbs.lines import add_fee, add_labor, add_part, split_line
from fours.service.verbs.order import authorise_order, open_order, void_order
from fours.service.verbs.parts import Give, issue_to_order, return_to_stock
from fours.service.verbs.payment import Part as Money
from fours.service.verbs.payment import receive_payments, refund_payment
from fours.service.verbs.settlement import issue_statements, put_on_account, reverse_statement
from fours.service.verbs.wash import finish_wash, start_wash
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job, pause_job, take_back_job
from fours.survey.models import FollowUpCall, HandlingSheet
from fours.survey.questionnaire import QUESTIONS
from fours.survey.verbs.daily_report import ensure_report, sign_daily_report
from fours.survey.verbs.follow_up import complete_call, record_attempt
from fours.survey.verbs.handling import solve_handling
from fours.vehicles.models import Vehicle

M = TypeVar("M", bound=Model)
SIGNATURE = signature()
PAYERS = ["customer", "customer", "customer", "insurer", "warranty", "internal"]


class RandomActs:
    """The acts. Each returns what it did, nothing when there was nothing to do it to, or is refused."""

    def __init__(self, staff: Staff, catalogue: Catalogue, seed: int) -> None:
        self.staff, self.store = staff, staff.store
        self.rng = random.Random(seed)
        self.parts: list[Part] = sorted(catalogue.parts.values(), key=lambda part: part.number)[:12]
        self.operations = sorted(catalogue.operations.values(), key=lambda operation: operation.code)

    # ---- who and which ----

    def actor(self, post: str) -> Actor:
        return self.rng.choice(self.staff.actors[post])

    def user(self, post: str) -> User:
        user = self.actor(post).user
        assert user is not None
        return user

    def order(self, *states: str) -> RepairOrder | None:
        rows = RepairOrder.objects.filter(store=self.store)
        rows = rows.filter(state__in=states) if states else rows
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        return RepairOrder.objects.get(pk=self.rng.choice(ids)) if ids else None

    def any(self, rows: QuerySet[M]) -> M | None:
        """One of the rows by the seed's luck."""
        listed = list(rows.order_by("pk"))
        return self.rng.choice(listed) if listed else None

    def job(self, *states: str) -> LaborLine | None:
        rows = LaborLine.objects.filter(store=self.store, state__in=states).select_related(
            "order", "additional_work"
        )
        listed = list(rows.order_by("pk"))
        return self.rng.choice(listed) if listed else None

    def statement(self) -> Statement | None:
        rows = list(Statement.objects.filter(store=self.store).order_by("-pk")[:12])
        return self.rng.choice(rows) if rows else None

    # ---- acts ----

    def arrive(self) -> RepairOrder:
        car = self.rng.choice(list(Vehicle.objects.filter(store=self.store).order_by("pk")))
        advisor = self.actor("advisor")
        assert advisor.user is not None
        check_in = start_check_in(
            self.store,
            vehicle=car,
            advisor=advisor.user,
            deliverer_name="送车人",
            deliverer_phone="13900000000",
            actor=advisor,
        )
        facts = {
            "mileage": (car.mileage or 0) + self.rng.randint(-5, 400),
            "fuel_level": 50, "concern": "异响", "valuables_reminded": True,
        }  # fmt: skip
        check_in = save_check_in(check_in, changes=facts, actor=advisor)
        check_in = sign_check_in(check_in, signature=SIGNATURE, signed_by="送车人", actor=advisor)
        return open_order(
            self.store,
            check_in=check_in,
            kind=self.rng.choice(["general_repair", "periodic_service", "accident"]),
            insurer_name="演示保险", claim_number="YB1", wash_wanted=self.rng.random() < 0.5,
            second_open_reason="再次来店", actor=advisor,
        )  # fmt: skip

    def add(self) -> object:
        order, advisor = self.order("draft"), self.actor("advisor")
        if order is None:
            return None
        payer, kind = self.rng.choice(PAYERS), self.rng.random()
        if kind < 0.4:
            return add_labor(order, operation=self.rng.choice(self.operations), payer=payer, actor=advisor)
        if kind < 0.9:
            quantity = Decimal(self.rng.randint(1, 3))
            return add_part(
                order, part=self.rng.choice(self.parts), quantity=quantity, payer=payer, actor=advisor
            )
        return add_fee(order, name="拖车费", unit_price=Decimal("199.99"), payer=payer, actor=advisor)

    def split(self) -> object:
        line = self.any(PartLine.objects.filter(store=self.store, order__state="draft"))
        if line is None:
            return None
        return split_line(line, payer="insurer", amount=line.gross / 3, actor=self.actor("advisor"))

    def authorise(self, order: RepairOrder | None = None) -> object:
        order = order or self.order("draft")
        if order is None:
            return None
        self.add()
        promised = timezone.now() + timedelta(hours=self.rng.randint(1, 30))
        order.refresh_from_db()
        return authorise_order(
            order, signature=SIGNATURE, signed_by="送车人", promised_at=promised, actor=self.actor("advisor")
        )

    def void(self) -> object:
        order = self.order()
        return order and void_order(order, reason="客户改主意", actor=self.actor("frontdesk_supervisor"))

    def dispatch(self, job: LaborLine | None = None) -> object:
        job = job or self.job("open", "dispatched")
        return job and dispatch_job(
            job, technicians=[self.user("technician")], bay="J01", actor=self.actor("foreman")
        )

    def take_back(self) -> object:
        job = self.job("dispatched", "in_work")
        return job and take_back_job(job, actor=self.actor("foreman"))

    def worker(self, job: LaborLine) -> Actor:
        names = set(job.assignments.values_list("technician_id", flat=True))
        of_job = [actor for actor in self.staff.actors["technician"] if actor.user and actor.user.pk in names]
        return self.rng.choice(of_job or self.staff.actors["technician"])

    def clock_on(self, job: LaborLine | None = None) -> object:
        job = job or self.job("dispatched", "paused", "in_work")
        return job and clock_on(job, actor=self.worker(job))

    def pause(self) -> object:
        job = self.job("in_work")
        return job and pause_job(job, reason="parts", actor=self.worker(job))

    def finish(self, job: LaborLine | None = None) -> object:
        job = job or self.job("in_work", "paused")
        return job and finish_job(
            job, items=SELF_CHECK, cause="磨损", work_done="更换", actor=self.worker(job)
        )

    def team_check(self, job: LaborLine | None = None) -> object:
        job = job or self.job("self_checked")
        passed = self.rng.random() < 0.85
        items = TEAM_CHECK if passed else ({"name": "项目与工单一致", "result": "fail"},)
        return job and check_job(
            job, passed=passed, items=items, reason="" if passed else "返工", actor=self.actor("team_leader")
        )

    def issue(self, line: PartLine | None = None) -> object:
        order = line.order if line else self.order("authorised", "completed")
        lines = [line] if line else list(order.parts.exclude(part=None)) if order else []
        if order is None or not lines:
            return None
        one = self.rng.choice(lines)
        gives = [Give(one.pk, one.still_to_issue if line else Decimal(self.rng.randint(1, 3)))]
        return issue_to_order(
            order, lines=gives, receiver=self.user("technician"), actor=self.actor("parts_keeper")
        )

    def return_part(self) -> object:
        line = self.any(IssueLine.objects.filter(store=self.store))
        if line is None:
            return None
        order = RepairOrder.objects.get(pk=line.slip.source_id)
        return return_to_stock(order, issue_line=line, quantity=Decimal(1), actor=self.actor("parts_keeper"))

    def find(self) -> object:
        order = self.order("authorised")
        if order is None:
            return None
        work = report_finding(order, finding="刹车片到极限", actor=self.actor("technician"))
        advisor = self.actor("advisor")
        part = self.rng.choice(self.parts)
        add_part(order, part=part, quantity=Decimal(1), additional_work=work, actor=advisor)
        add_labor(order, operation=self.rng.choice(self.operations), additional_work=work, actor=advisor)
        work.refresh_from_db()
        return offer_additional_work(work, new_promised_at=timezone.now() + timedelta(days=1), actor=advisor)

    def answer(self) -> object:
        work = AdditionalWork.objects.filter(store=self.store, state="offered").order_by("pk").first()
        if work is None:
            return None
        advisor = self.actor("advisor")
        if self.rng.random() < 0.6:
            return accept_additional_work(work, answered_by="送车人", via="电话", actor=advisor)
        return refuse_additional_work(
            work,
            answered_by="送车人",
            via="电话",
            reason="太贵",
            consequence="影响制动",
            signature=SIGNATURE,
            actor=advisor,
        )

    def final_check(self, order: RepairOrder | None = None) -> object:
        order = order or self.order("authorised")
        if order is None:
            return None
        if self.rng.random() < 0.2 and (back := order.jobs.filter(state="team_checked").first()):
            failed = ({"name": "路试", "result": "fail"},)
            return final_check(
                order,
                passed=False,
                items=failed,
                reason="异响",
                failed_jobs=[back.pk],
                actor=self.actor("inspector"),
            )
        return final_check(order, passed=True, items=FINAL_CHECK, actor=self.actor("inspector"))

    def wash(self, order: RepairOrder | None = None) -> object:
        waiting = RepairOrder.objects.filter(store=self.store, state="authorised", wash__isnull=False)
        order = order or self.any(waiting)
        if order is None:
            return None
        washer = self.actor("washer")
        start_wash(order.wash, actor=washer)
        order.wash.refresh_from_db()
        return finish_wash(order.wash, items=WASH_ITEMS, parking_place="竣工区1", actor=washer)

    def hand_over(self, order: RepairOrder | None = None) -> object:
        order = order or self.order("completed")
        return order and check_handover(order, items=handover_checklist(order), actor=self.actor("advisor"))

    def settle(self, order: RepairOrder | None = None) -> object:
        order = order or self.order("completed", "delivered")
        return order and issue_statements(order, actor=self.actor("advisor"))

    def pay(self, statement: Statement | None = None) -> object:
        statement = statement or self.statement()
        if statement is None:
            return None
        share = self.rng.choice([Decimal(1), Decimal(1), Decimal("0.37"), Decimal("1.5")])
        amount = (statement.due * share).quantize(Decimal("0.01"))
        return receive_payments(statement, parts=[Money("cash", amount)], actor=self.actor("cashier"))

    def on_account(self, statement: Statement | None = None) -> object:
        statement = statement or self.statement()
        return statement and put_on_account(statement, reason="月结", actor=self.actor("cashier"))

    def refund(self) -> object:
        payment = self.any(Payment.objects.filter(store=self.store))
        if payment is None:
            return None
        amount = (abs(payment.amount) / self.rng.choice([1, 2, 3])).quantize(Decimal("0.01"))
        return refund_payment(payment, amount=amount, reason="多收", actor=self.actor("cashier"))

    def reverse(self) -> object:
        statement = self.statement()
        return statement and reverse_statement(statement, reason="开错", actor=self.actor("cashier"))

    def gate_pass(self, order: RepairOrder | None = None) -> object:
        order = order or self.order("completed")
        return order and give_gate_pass(order, actor=self.actor("cashier"))

    def deliver(self, order: RepairOrder | None = None) -> object:
        order = order or self.order("completed")
        return order and deliver_order(
            order,
            mileage_out=order.mileage_in + self.rng.randint(0, 3),
            items=delivery_checklist(order),
            call_from=time(10),
            call_until=time(12),
            actor=self.actor("advisor"),
        )

    def call(self) -> object:
        call = FollowUpCall.objects.filter(store=self.store, state="due").order_by("pk").first()
        if call is None:
            return None
        agent = self.actor("crm_agent")
        if self.rng.random() < 0.3:
            return record_attempt(call, result="no_answer", actor=agent)
        happy = self.rng.random() < 0.6
        answers = {question.code: 5 if happy else 1 for question in QUESTIONS}
        return complete_call(
            call,
            answers=answers,
            satisfied=happy,
            words="好" if happy else "没修好",
            problem_kind="repair_quality",
            actor=agent,
        )

    def solve(self) -> object:
        sheet = HandlingSheet.objects.filter(store=self.store, state="open").order_by("pk").first()
        return sheet and solve_handling(
            sheet,
            cause="复检不到位",
            measure="免费复检",
            result="已排除",
            actor=self.actor("service_manager"),
        )

    def sign_day(self) -> object:
        report = ensure_report(self.store, timezone.localdate())
        return sign_daily_report(report, actor=self.actor("service_manager"))
