"""Two people in the same second: one is served, the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from fours.base.errors import Refused
from fours.kernel.actor import Actor, open_scope
from fours.kernel.business_date import business_date, today
from fours.kernel.models import ClosedDate, Group, PrintedForm, Store
from fours.org.models import Assignment, StoreFacts, TaxRate
from fours.service.models import Statement
from fours.service.tests.settling import finished_order, holder, labor
from fours.service.verbs.settlement import issue_statements
from fours.survey.models import CallAttempt, DailyReport, FollowUpCall, HandlingSheet
from fours.survey.report.build import ids_of
from fours.survey.verbs.daily_report import ensure_report, sign_daily_report
from fours.survey.verbs.follow_up import complete_call

from .care import HAPPY, delivered

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("committed")]


def shop() -> tuple[Store, list[Actor], list[Actor]]:
    """A store with two agents, two managers and a delivered car, really committed; call inside a transaction."""
    TaxRate.objects.create(taxpayer_kind="general", rate=Decimal("0.13"), valid_from=date(2019, 4, 1))
    store = Store.objects.create(group=Group.objects.create(name="竞争集团"), code="R01", name="竞争店")
    open_scope([store.pk])
    StoreFacts.objects.create(
        store=store, legal_name="竞争店", address="-", phone="1", complaint_phone="2", credit_code="3"
    )
    agents = [holder("crm_agent", store, f"agent{n}") for n in (1, 2)]
    managers = [holder("service_manager", store, f"manager{n}") for n in (1, 2)]
    delivered(store, _person)
    return store, agents, managers


def _person(post: str, store: Store, username: str = "") -> Actor:
    found = Assignment.objects.filter(store=store, post=post).first()
    return Actor.of(found.user, store) if found else holder(post, store)


def at_once(store: Store, people: list[Actor], work: Callable[[Actor], object]) -> list[str]:
    """What each of them heard: "done" or the refusal's code."""
    start = Barrier(len(people))

    def one(actor: Actor) -> str:
        try:
            start.wait(timeout=10)
            with transaction.atomic():
                open_scope([store.pk])
                work(actor)
            return "done"
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        return sorted(pool.map(one, people))


def test_of_two_agents_one_completes_the_call() -> None:
    with transaction.atomic():
        store, agents, _ = shop()
        call = FollowUpCall.objects.get()
    heard = at_once(
        store,
        agents,
        lambda actor: complete_call(call, answers=HAPPY, satisfied=False, words="等太久", actor=actor),
    )
    assert heard == ["done", "illegal_state"]
    with transaction.atomic():
        open_scope([store.pk])
        assert CallAttempt.objects.count() == 1
        assert HandlingSheet.objects.count() == 1


def test_of_two_managers_one_signs_the_report() -> None:
    with transaction.atomic():
        store, _, managers = shop()
        report = ensure_report(store, today())
    heard = at_once(store, managers, lambda actor: sign_daily_report(report, actor=actor))
    assert heard == ["done", "illegal_state"]
    with transaction.atomic():
        open_scope([store.pk])
        assert DailyReport.objects.get().state == "signed"
        assert ClosedDate.objects.count() == 1
        assert PrintedForm.objects.filter(form="survey.daily_report").count() == 1


def test_a_signature_waits_for_a_posting_that_has_begun() -> None:
    """The posting knows its date, but is not committed when the manager signs that date."""
    with transaction.atomic():
        store, _, managers = shop()
        report = ensure_report(store, today())
        order = finished_order(store, plate="苏E00002")
        labor(order, "200.00")
    begun, may_end = Event(), Event()

    def bill() -> date:
        try:
            with transaction.atomic():
                open_scope([store.pk])
                day = business_date(store)
                begun.set()
                assert may_end.wait(timeout=10)
                issue_statements(order, actor=_person("service_manager", store))
                return day
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        billing = pool.submit(bill)
        assert begun.wait(timeout=10)
        signing = pool.submit(
            at_once, store, managers[:1], lambda actor: sign_daily_report(report, actor=actor)
        )
        with pytest.raises(TimeoutError):
            signing.result(timeout=1)
        may_end.set()
        assert billing.result(timeout=30) == report.date
        assert signing.result(timeout=30) == ["done"]
    with transaction.atomic():
        open_scope([store.pk])
        billed = Statement.objects.get(order=order)
        assert billed.business_date == report.date
        assert billed.pk in ids_of(DailyReport.objects.get().figures, "turnover")
        assert business_date(store) > report.date
