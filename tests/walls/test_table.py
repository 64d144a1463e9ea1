"""Who may do what: a table post × verb × store written by hand from the job descriptions, tried on every pair.

The rights of the product are in `fours/org/post_permissions.py`; this table does not read them. A verb that is not in
it fails the test, so whoever writes a verb says here whose work it is.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, models, transaction

# Some verbs are declared by what only the screens import.
import fours.config.urls  # noqa: F401
from fours.base.errors import NotAllowed, NotThere, Refused
from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.kernel.verbs import VERBS, Verb

from .world import Aggregates, tomorrow, world

POSTS = (
    "gm", "aftersales_manager", "service_manager", "frontdesk_supervisor", "advisor", "info_clerk", "receptionist",
    "foreman", "team_leader", "technician", "inspector", "technical_director", "washer", "cashier", "settlement_clerk",
    "parts_manager", "parts_planner", "parts_keeper", "warranty_clerk", "crm_manager", "crm_agent", "renewal_agent",
    "insurance_agent", "sales_manager", "sales_consultant", "tool_keeper", "it_admin",
)  # fmt: skip

MANAGERS = "service_manager aftersales_manager"
# 前台: takes cars, writes orders, speaks with the customer (SV-01 to SV-05, SV-09).
RECEPTION = f"advisor frontdesk_supervisor {MANAGERS}"
# 信息员 keeps files and helps at the counter; 大厅接待 receives and books; 客服 keeps what customers say of themselves.
FILES = f"{RECEPTION} info_clerk receptionist"
CARE = "crm_agent crm_manager info_clerk"

TABLE: dict[str, str] = {
    # PF-03, PF-04: files of customers and cars
    "create_customer": f"{FILES} {CARE}",
    "change_customer": f"{FILES} {CARE}",
    "record_consent": f"{FILES} {CARE}",
    "stop_calls": f"{FILES} {CARE}",
    "allow_calls": f"{FILES} {CARE}",
    "create_customers": f"{FILES} {CARE}",
    "create_vehicles": FILES,
    "erase_customer": f"gm {MANAGERS} crm_manager",
    "merge_customers": f"frontdesk_supervisor {MANAGERS} info_clerk crm_manager",
    "create_vehicle": FILES,
    "change_vehicle": FILES,
    "change_owner": FILES,
    "add_vehicle_user": FILES,
    "end_vehicle_user": FILES,
    "record_mileage": FILES,
    "merge_vehicles": f"frontdesk_supervisor {MANAGERS} info_clerk crm_manager",
    # SV-01, SV-03: appointment and check-in
    "book_appointment": FILES,
    "reschedule_appointment": FILES,
    "cancel_appointment": FILES,
    "mark_no_show": FILES,
    "start_check_in": f"{RECEPTION} info_clerk",
    "save_check_in": f"{RECEPTION} info_clerk",
    "add_photos": f"{RECEPTION} info_clerk",
    "sign_check_in": f"{RECEPTION} info_clerk",
    "void_check_in": f"{RECEPTION} info_clerk",
    # SV-05, SV-06, SV-09: estimate, order, additional work
    "open_order": RECEPTION,
    "change_order": RECEPTION,
    "authorise_order": RECEPTION,
    "change_promise": RECEPTION,
    "void_order": RECEPTION,
    "issue_estimate": RECEPTION,
    "add_labor": RECEPTION,
    "add_part": RECEPTION,
    "add_fee": RECEPTION,
    "add_package": RECEPTION,
    "change_line": RECEPTION,
    "remove_line": RECEPTION,
    "split_line": RECEPTION,
    "correct_line": RECEPTION,
    "share_line": RECEPTION,
    "cancel_line": RECEPTION,
    "take_up_recommendation": RECEPTION,
    # the workshop finds, the customer at the counter asks for more
    "report_finding": f"technician team_leader foreman inspector technical_director {RECEPTION}",
    "offer_additional_work": RECEPTION,
    "withdraw_offer": RECEPTION,
    "accept_additional_work": RECEPTION,
    "refuse_additional_work": RECEPTION,
    "add_package_line": MANAGERS,
    "remove_package_line": MANAGERS,
    # SV-07, SV-10, SV-11: the workshop; nobody but the inspector and the technical director does the final check
    "dispatch_job": f"foreman {MANAGERS}",
    "take_back_job": f"foreman {MANAGERS}",
    "clock_on": "technician team_leader foreman",
    "pause_job": "technician team_leader foreman",
    "finish_job": "technician team_leader foreman",
    "check_job": "team_leader foreman technical_director",
    "final_check": "inspector technical_director",
    "start_wash": "washer foreman",
    "finish_wash": "washer foreman",
    # PT-02, PT-06: the store room; costs money, so the keeper counts and the manager corrects
    "issue_parts": "parts_keeper parts_manager",
    "return_issued": "parts_keeper parts_manager",
    "issue_to_order": "parts_keeper parts_manager",
    "return_to_stock": "parts_keeper parts_manager",
    "receive_parts": "parts_keeper parts_manager",
    "open_stock": "parts_manager parts_planner it_admin",
    "adjust_stock": "parts_manager parts_planner",
    "set_store_part": "parts_manager parts_planner",
    # SV-12, SV-13: money and the car's leaving; who takes cash writes no bill, who writes it reverses none
    "issue_statements": f"{RECEPTION} settlement_clerk",
    "receive_payments": "cashier settlement_clerk",
    "refund_payment": MANAGERS,
    # PF-15: what was owed before the first day is entered by who answers for it or sets the store up, never by the till
    "open_receivable": f"gm {MANAGERS} it_admin",
    "collect_receivable": "cashier settlement_clerk",
    "reverse_receivable": f"gm {MANAGERS} it_admin",
    "reverse_statement": MANAGERS,
    "give_gate_pass": f"cashier settlement_clerk frontdesk_supervisor {MANAGERS}",
    "check_handover": RECEPTION,
    "deliver_order": RECEPTION,
    # a customer's debt, as the world's statement is one: only with the right signature
    "put_on_account": f"gm {MANAGERS}",
    # SU-01, SU-03, SU-13: calls, what customers complain of, the day's report
    "record_attempt": CARE,
    "complete_call": CARE,
    "call_again": CARE,
    "note_letter_sent": CARE,
    "assign_handling": f"{MANAGERS} crm_manager",
    "solve_handling": f"{MANAGERS} crm_manager",
    "write_remarks": f"info_clerk frontdesk_supervisor {MANAGERS} gm crm_manager",
    "sign_daily_report": f"{MANAGERS} gm",
    # PF-01, PF-02, settings, faults
    "add_employee": "it_admin",
    "assign_post": "it_admin",
    "end_assignment": "it_admin",
    "change_post_rights": "it_admin gm",
    "reset_password": "it_admin",
    "dismiss_employee": "it_admin",
    # PF-15: which browsers of the store are shared
    "register_device": "it_admin",
    "revoke_device": "it_admin",
    "set_up_bays": f"it_admin gm {MANAGERS}",
    "set_labor_rates": f"it_admin gm {MANAGERS}",
    # PF-06: anybody asks, the step's post answers (the world's is a discount), the asker takes back and reads the answer
    "request_approval": " ".join(POSTS),
    "approve_request": "service_manager",
    "refuse_request": "service_manager",
    "withdraw_request": "",
    "note_answer": "",
    "note_large_order": f"gm {MANAGERS}",
    "change_setting": f"it_admin gm {MANAGERS}",
    "retry_occurrence": f"it_admin gm {MANAGERS}",
    "retry_delivery": f"it_admin gm {MANAGERS}",
    # PF-11: the info clerk and the administrator load customers, as the world's file holds
    "receive_file": "info_clerk it_admin",
    "map_columns": "info_clerk it_admin",
    "check_load": "info_clerk it_admin",
    "load_rows": "info_clerk it_admin",
    "start_loading": "info_clerk it_admin",
    "stop_loading": "info_clerk it_admin",
    "start_undoing": "info_clerk it_admin",
    "undo_rows": "info_clerk it_admin",
    # PF-07: a task is its post's own; the world's is an advisor's
    "claim_task": "advisor",
    "hand_over_task": "advisor",
    "snooze_task": "advisor",
    # PF-12: messages. Who speaks with customers writes to them; many at once is the managers' word, the way out the
    # administrator's; an opt-out is taken by whoever keeps the file.
    "queue_message": f"{FILES} {CARE}",
    "cancel_message": f"{FILES} {CARE}",
    "retry_message": f"{FILES} {CARE}",
    "post_letter": f"{FILES} {CARE}",
    "opt_out": f"{FILES} {CARE}",
    "lift_opt_outs": f"{FILES} {CARE}",
    "broadcast_message": f"{MANAGERS} crm_manager",
    "recall_broadcast": f"{MANAGERS} crm_manager",
    "set_provider": "it_admin",
    # PF-09: the month's folders of papers (当月修理单文件夹 is the info clerk's)
    "bind_month": f"info_clerk {MANAGERS}",
    "stop_binding": f"info_clerk {MANAGERS}",
    "verify_binding": f"gm info_clerk frontdesk_supervisor {MANAGERS}",
    # PF-09: who may see a customer may add a photo and a remark to the file
    "add_attachments": (
        f"gm {FILES} {CARE} foreman cashier settlement_clerk parts_manager parts_planner warranty_clerk renewal_agent "
        "insurance_agent sales_manager sales_consultant it_admin"
    ),
    "add_comment": (
        f"gm {FILES} {CARE} foreman cashier settlement_clerk parts_manager parts_planner warranty_clerk renewal_agent "
        "insurance_agent sales_manager sales_consultant it_admin"
    ),
    # SV-01: whose side of the preparation it is has a test of its own
    "confirm_preparation": "",
}  # fmt: skip

# Whose work these are is found out by the function itself, so they are called with everything they need.
GIVEN: dict[str, dict[str, Any]] = {
    "put_on_account": {"reason": "月结客户"},
    "hand_over_task": {"person": None, "reason": "休假"},
    "snooze_task": {"until": tomorrow(), "reason": "客户在开会"},
    "add_attachments": {"uploads": []},
    "receive_file": {"kind": "customers", "data": b"", "file_name": "x.xlsx"},
    "map_columns": {"mapping": {}},
    "add_comment": {"text": "客户下午来"},
    "refuse_request": {"reason": "让利过多"},
}
# The preparation of a visit is told apart by side, not by post alone: see the test of its own below.
OWN_TEST = {"confirm_preparation"}


class _Back(Exception):
    """Undoes what an allowed call has done."""


def outcome(verb: Verb, aggregate: models.Model, actor: Actor) -> str:
    """How the verb answers this person: `may`, `no right` or `not there`."""
    given = {**GIVEN.get(verb.name, {})}
    if "person" in given:
        given["person"] = actor.user
    try:
        with transaction.atomic():
            verb.call(aggregate, actor=actor, **given)
            raise _Back
    except NotThere:
        return "not there"
    except NotAllowed:
        return "no right"
    except TypeError as error:
        # Past the right, and asked for what the verb needs.
        if "required keyword-only argument" not in str(error):
            raise
        return "may"
    except (Refused, _Back):
        return "may"


def written() -> int:
    """How many rows this transaction has inserted, changed or deleted, undone ones counted too."""
    with connection.cursor() as cursor:
        cursor.execute("select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_xact_user_tables")
        return int(cursor.fetchone()[0] or 0)


@pytest.fixture
def worlds(s01: Store, s02: Store, see: Callable[..., None]) -> tuple[Aggregates, Aggregates]:
    see(s01, s02)
    return world(s01), world(s02)


def test_every_verb_is_in_the_table() -> None:
    assert set(VERBS) == set(TABLE)


def test_the_table_names_posts_that_are_tried() -> None:
    assert {post for posts in TABLE.values() for post in posts.split()} <= set(POSTS)


@pytest.mark.parametrize("post", POSTS)
def test_a_post_does_its_own_work_and_no_other(
    post: str, worlds: tuple[Aggregates, Aggregates], s01: Store, person: Callable[..., Actor]
) -> None:
    actor, own = person(post, s01), worlds[0]
    wrong = []
    for name in sorted(set(TABLE) - OWN_TEST):
        verb, before = VERBS[name], written()
        may = post in TABLE[name].split()
        answer = outcome(verb, own[verb.model], actor)
        refused = {"not there"} if "task" in name else {"no right"}
        if answer not in ({"may"} if may else refused):
            wrong.append(f"{post} {name}: {answer}")
        if not may and written() != before:
            wrong.append(f"{post} {name}: refused, but something was written")
    assert wrong == []


@pytest.mark.parametrize("post", POSTS)
def test_nobody_does_anything_in_another_store(
    post: str, worlds: tuple[Aggregates, Aggregates], s02: Store, person: Callable[..., Actor]
) -> None:
    actor, other = person(post, s02), worlds[0]
    before = written()
    answers = {name: outcome(verb, other[verb.model], actor) for name, verb in VERBS.items()}
    assert {name: answer for name, answer in answers.items() if answer != "not there"} == {}
    assert written() == before


def test_each_side_of_a_visit_is_prepared_by_who_does_it(
    worlds: tuple[Aggregates, Aggregates], s01: Store, person: Callable[..., Actor]
) -> None:
    """The parts are laid ready by the store room, the bay by the workshop, the customer reminded by reception (SV-01)."""
    verb = VERBS["confirm_preparation"]
    visit = worlds[0][verb.model]
    expected = {
        "service.prepare_parts": "parts_keeper parts_manager",
        "service.prepare_workshop": f"foreman {MANAGERS}",
        "service.prepare_reception": FILES,
    }
    for rule, posts in expected.items():
        for post in POSTS:
            try:
                with transaction.atomic():
                    verb.call(visit, rule=rule, actor=person(post, s01))
                    raise _Back
            except NotAllowed:
                may = False
            except (Refused, _Back):
                may = True
            assert may == (post in posts.split()), (rule, post)
