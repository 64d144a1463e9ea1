"""Every page a person opens in the story asks at most fifteen questions of the database, whatever the rows."""

from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from fours.kernel.events import kind_of
from fours.register.base import REGISTERS
from fours.survey.tests.care import MONDAY

from .busy_store import BusyStore, busy_store

MOST = 15

# (post, URL name, the row it is opened on, query). A page with tabs or lists of its own is opened on the fullest row.
PAGES = [
    ("advisor", "home", "", ""), ("service_manager", "home", "", ""), ("cashier", "home", "", ""),
    ("foreman", "home", "", ""), ("technician", "home", "", ""), ("crm_agent", "home", "", ""),
    ("parts_keeper", "home", "", ""), ("gm", "home", "", ""), ("info_clerk", "home", "", ""),
    ("advisor", "tasks", "", ""), ("advisor", "task", "task", ""),
    ("advisor", "search", "", "q=1000"), ("advisor", "search", "", "q=RO"),
    ("info_clerk", "intakes", "", ""), ("service_manager", "settings", "", ""), ("it_admin", "security_log", "", ""),
    ("service_manager", "failed_jobs", "", ""), ("info_clerk", "archive", "", ""),
    ("it_admin", "people", "", ""), ("it_admin", "person_new", "", ""), ("service_manager", "posts", "", ""),
    ("advisor", "customers", "", ""), ("advisor", "customers", "", "q=张"), ("advisor", "customers_new", "", ""),
    ("info_clerk", "customer_duplicates", "", ""), ("advisor", "customer", "owner", ""),
    ("advisor", "customer", "owner", "tab=attachments"), ("advisor", "customer", "owner", "tab=comments"),
    ("advisor", "customer_edit", "owner", ""), ("info_clerk", "customer_merge", "owner", ""),
    ("advisor", "vehicles", "", ""), ("advisor", "vehicles", "", "q=苏E1"), ("advisor", "vehicles_new", "", ""),
    ("advisor", "vehicle", "car", ""), ("advisor", "vehicle", "car", "tab=file"),
    ("advisor", "vehicle", "car", "tab=attachments"), ("advisor", "vehicle", "car", "tab=comments"),
    ("advisor", "vehicle", "car", "kind=order"), ("service_manager", "vehicle", "car", ""),
    ("advisor", "vehicle_edit", "car", ""), ("advisor", "vehicle_owner", "car", ""),
    ("advisor", "vehicle_mileage", "car", ""), ("info_clerk", "vehicle_merge", "car", ""),
    ("receptionist", "appointments", "", ""), ("receptionist", "appointment_new", "", ""),
    ("advisor", "appointment", "appointment", ""), ("advisor", "appointment_move", "appointment", ""),
    ("advisor", "check_ins", "", ""), ("advisor", "check_in_new", "", ""), ("advisor", "check_in", "check_in", ""),
    ("advisor", "orders", "", ""), ("advisor", "orders", "", "state=all"), ("advisor", "order_new", "", ""),
    ("advisor", "order", "draft", ""), ("advisor", "order", "order", ""), ("advisor", "order", "gate", ""),
    ("advisor", "order_edit", "draft", ""), ("advisor", "order_estimate", "draft", ""),
    ("advisor", "order_authorise", "draft", ""), ("advisor", "order_promise", "order", ""),
    ("technician", "finding_new", "order", ""), ("advisor", "additional", "work", ""),
    ("advisor", "additional", "offered", ""),
    ("foreman", "board", "", ""), ("foreman", "order_dispatch", "order", ""), ("technician", "my_jobs", "", ""),
    ("foreman", "job", "working", ""), ("technician", "job", "job", ""), ("foreman", "job_pause", "working", ""),
    ("foreman", "job_finish", "working", ""), ("team_leader", "job_check", "self_checked", ""),
    ("inspector", "inspections", "", ""), ("inspector", "inspection", "checked", ""), ("washer", "washes", "", ""),
    ("parts_keeper", "order_parts", "", ""), ("parts_keeper", "order_issue", "order", ""),
    ("parts_keeper", "stock", "", ""), ("parts_keeper", "part", "part", ""), ("parts_manager", "part_store", "part", ""),
    ("parts_manager", "stock_adjust", "place", ""), ("parts_keeper", "backorders", "", ""),
    ("parts_keeper", "receipts", "", ""), ("parts_keeper", "receipt_new", "", ""),
    ("parts_keeper", "receipt", "receipt", ""), ("parts_keeper", "issue_slips", "", ""),
    ("parts_keeper", "issue_slip", "slip", ""),
    ("settlement_clerk", "statements", "", ""), ("settlement_clerk", "statement", "statement", ""),
    ("settlement_clerk", "statement", "paid", ""), ("cashier", "statement_pay", "statement", ""),
    ("service_manager", "statement_account", "statement", ""), ("cashier", "cashier", "", ""),
    ("cashier", "cashier", "", "state=opening"), ("cashier", "cashier", "", "q=苏E"),
    ("service_manager", "opening_receivable", "receivable", ""), ("cashier", "opening_receivable_pay", "receivable", ""),
    ("service_manager", "opening_receivable_new", "", ""),
    ("cashier", "cashier_day", "", ""), ("advisor", "order_settle", "completed", ""),
    ("advisor", "handover", "completed", ""), ("advisor", "delivery", "completed", ""),
    ("crm_agent", "calls", "", ""), ("crm_agent", "calls", "", "state=done"), ("crm_agent", "call", "call", ""),
    ("crm_agent", "call", "done_call", ""), ("crm_manager", "handling_sheets", "", ""),
    ("crm_manager", "handling_sheet", "sheet", ""), ("crm_manager", "assign_handling", "sheet", ""),
    ("crm_manager", "solve_handling", "sheet", ""), ("service_manager", "daily_reports", "", ""),
    ("service_manager", "daily_report", "report", ""), ("service_manager", "approvals", "", ""),
    ("it_admin", "setup", "", ""), ("it_admin", "setup_people", "", ""), ("it_admin", "setup_bays", "", ""),
    ("service_manager", "setup_rates", "", ""), ("crm_manager", "messages", "", ""),
    ("crm_manager", "broadcasts", "", ""), ("crm_manager", "broadcast_new", "", ""),
    ("it_admin", "providers", "", ""), ("it_admin", "provider_new", "", ""), ("crm_manager", "message_new", "owner", ""),
    ("service_manager", "approval", "approval", ""), ("advisor", "vehicle_user", "car", ""),
    ("service_manager", "customer_erase", "owner", ""),
    ("it_admin", "devices", "", ""), ("advisor", "own_pin", "", ""),
]  # fmt: skip


@pytest.fixture(scope="module")
def busy(django_db_blocker: pytest.FixtureRequest) -> Iterator[BusyStore]:
    """Made once, on a working Monday, in a transaction that is undone after the last page."""
    with (
        time_machine.travel(MONDAY, tick=True),
        # A hundred papers are frozen on the way; here nobody reads them.
        patch("fours.kernel.printing.typeset", return_value=b"%PDF-"),
        django_db_blocker.unblock(),  # type: ignore[attr-defined]
        transaction.atomic(),
    ):
        yield busy_store()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def opened(busy: BusyStore) -> Callable[[str, str], None]:
    """Opens an address as a post, twice, and counts the second time."""
    clients: dict[str, Client] = {}

    def open_as(post: str, address: str) -> None:
        if post not in clients:
            user = busy.person(post, busy.store).user
            assert user is not None
            clients[post] = Client()
            clients[post].force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert clients[post].get(address).status_code == 200
        with CaptureQueriesContext(connection) as asked:
            clients[post].get(address)
        sent = [query["sql"] for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]]
        assert len(sent) <= MOST, f"{len(sent)} questions:\n" + "\n".join(sql[:180] for sql in sent)

    return open_as


@pytest.mark.parametrize(
    ("post", "name", "row", "query"), PAGES, ids=["-".join(filter(None, page)) for page in PAGES]
)
def test_a_page_asks_at_most_fifteen_questions(
    busy: BusyStore, opened: Callable[[str, str], None], post: str, name: str, row: str, query: str
) -> None:
    opened(post, reverse(name, args=[busy.rows[row].pk] if row else []) + (f"?{query}" if query else ""))


@pytest.mark.parametrize("key", ["work", "issued_parts", "settlement", "history"])
def test_a_tab_of_an_order_asks_at_most_fifteen_questions(
    busy: BusyStore, opened: Callable[[str, str], None], key: str
) -> None:
    opened("service_manager", reverse("order", args=[busy.rows["order"].pk]) + f"?panel={key}")


@pytest.mark.parametrize("name", sorted(REGISTERS))
def test_a_register_asks_at_most_fifteen_questions(
    busy: BusyStore, opened: Callable[[str, str], None], name: str
) -> None:
    posts = {"parts": "parts_manager", "bins": "parts_manager"}
    opened(posts.get(name, "service_manager"), reverse(name))


def test_the_history_of_a_car_asks_at_most_fifteen_questions(
    busy: BusyStore, opened: Callable[[str, str], None]
) -> None:
    car = busy.rows["car"]
    opened("advisor", reverse("history", args=[kind_of(car), car.pk]))


def test_putting_a_line_right_asks_at_most_fifteen_questions(
    busy: BusyStore, opened: Callable[[str, str], None]
) -> None:
    line = busy.rows["work"].partlines.latest("pk")
    opened("advisor", reverse("line_correct", args=[line.order_id, "part", line.pk]))


def test_asking_for_approval_asks_at_most_fifteen_questions(
    busy: BusyStore, opened: Callable[[str, str], None]
) -> None:
    draft = busy.rows["draft"]
    asked = f"?matter=service.discount&kind={kind_of(draft)}&pk={draft.pk}&amount=20.00"
    opened("advisor", reverse("approval_new") + asked)


def test_what_a_post_may_do_asks_at_most_fifteen_questions(opened: Callable[[str, str], None]) -> None:
    opened("it_admin", reverse("post_rights", args=["advisor"]))


# Addresses that show no page of their own: what they answer, or where the same page is counted.
NOT_PAGES = {
    "posted to": {
        "switch_store", "do_verb", "snooze_task", "hand_over_task", "additional_offer", "additional_accept",
        "additional_refuse", "attach", "comment", "intake_load", "intake_stop", "appointment_prepared", "appointment_arrive",
        "check_in_photos", "line_add", "line_change", "line_remove", "line_split", "recommendation_take_up",
        "board_move", "wash_finish", "order_return", "payment_refund", "package_line_new", "package_line_remove",
        "customer_consent", "approval_approve", "approval_refuse", "reveal", "customer_opt_out",
        "device_revoke", "remove_own_pin", "lock_open", "lock_active", "intake_undo", "binding_verify",
    },
    "opened above by more than a number": {"line_correct", "approval_new", "post_rights"},
    "a file": {
        "attachment", "print_form", "intake_template", "intake_errors", "customers_export", "vehicles_export",
        "healthz", "metrics", "archive_missing", "binding_list", "binding_volume",
    },
    "a piece of a page that is counted whole": {
        "pick", "customer_alike", "vehicle_alike", "vehicle_tab", "customer_tab", "order_panel", "report_rows",
        "setting", "history", "binding_progress",
    },
    "counted with its own app": {
        "intake", "intake_columns", "intake_progress", "person", "person_assign", "person_password",
        "person_dismiss", "assignment_end",
        "post", "message", "broadcast", "provider", "lock", "switch_person", "chosen_person", "other_person", "binding",
    },
    "allauth's": {"account_login", "account_logout", "account_change_password"},
}  # fmt: skip


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            if one.namespace is None:
                yield from names(one.url_patterns)
        elif one.name:
            yield one.name


def test_every_page_of_the_product_is_counted() -> None:
    registers = {
        f"{name}{word}" for name in REGISTERS for word in ("", "_new", "_export", "_row", "_edit", "_rest")
    }
    counted = {name for _, name, _, _ in PAGES}.union(*NOT_PAGES.values(), registers)
    assert set(names(get_resolver().url_patterns)) - counted == set()
