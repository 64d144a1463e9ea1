"""What a screen can do, the interface can do: every verb has its address, or a reason for having none."""

import re
from functools import cache

import pytest
from django.db import models

from fours.approvals.models import ApprovalRequest
from fours.archive.models import Binding
from fours.config.api import api
from fours.customers.models import Customer
from fours.kernel.models import Store, StoreScoped, Task
from fours.kernel.verbs import VERBS, Verb
from fours.messages.models import Message
from fours.parts.models import LotBalance
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

RESOURCES: dict[type[models.Model], tuple[str, ...]] = {
    AdditionalWork: ("additional-works",),
    Appointment: ("appointments",),
    Binding: ("bindings",),
    ApprovalRequest: ("approvals",),
    CheckIn: ("check-ins",),
    Customer: ("customers",),
    DailyReport: ("daily-reports",),
    FollowUpCall: ("follow-up-calls",),
    HandlingSheet: ("handling-sheets",),
    LaborLine: ("jobs",),
    LotBalance: ("lot-balances",),
    Message: ("messages",),
    OpeningReceivable: ("opening-receivables",),
    Payment: ("payments",),
    PricedLine: ("jobs", "part-lines", "fee-lines"),
    RepairOrder: ("repair-orders",),
    Statement: ("statements",),
    StoreScoped: ("documents",),
    Task: ("tasks",),
    Vehicle: ("vehicles",),
    Wash: ("washes",),
}
# What a verb's name says of its aggregate, left out of the address.
AGGREGATE = (
    "_(additional_work|binding|offer|daily_report|check_in|vehicles?|appointment|customers?|request|order|job|line|wash|task"
    "|handling|statement|payment|receivable|message|stock|call)$"
)
# Makers, changes, and what has another name in the interface than among the verbs.
ADDRESSES = {
    "add_vehicle_user": "POST /vehicles/{pk}/add-user",
    "bind_month": "POST /bindings",
    "book_appointment": "POST /appointments",
    "change_customer": "PATCH /customers/{pk}",
    "change_order": "PATCH /repair-orders/{pk}",
    "change_vehicle": "PATCH /vehicles/{pk}",
    "create_customer": "POST /customers",
    "create_vehicle": "POST /vehicles",
    "end_vehicle_user": "POST /vehicles/{pk}/end-user",
    "issue_to_order": "POST /repair-orders/{pk}/issue-parts",
    "note_large_order": "POST /repair-orders/{pk}/note-large",
    "open_order": "POST /repair-orders",
    "open_receivable": "POST /opening-receivables",
    "queue_message": "POST /messages",
    "receive_parts": "POST /stock-receipts",
    "request_approval": "POST /approvals",
    "return_to_stock": "POST /repair-orders/{pk}/return-to-stock",
    "save_check_in": "PATCH /check-ins/{pk}",
    "set_store_part": "POST /parts/{pk}/set-store-part",
    "start_check_in": "POST /check-ins",
}
# A store is administered by a person who is signed in, not by a token that may lie in some script.
ADMINISTRATION = {
    "org.manage_users",
    "org.change_settings",
    "org.change_rights",
    "messages.change_providers",
    "org.manage_devices",
}
WITHOUT = {
    "add_package_line": "the catalogue is kept on screens and by imports; the interface reads it",
    "remove_package_line": "as add_package_line",
    "start_loading": "imports are done on screens and by `fours import`",
    "stop_loading": "as start_loading",
    "start_undoing": "as start_loading",
    "undo_rows": "as start_loading",
    "broadcast_message": "whom it reaches is looked at on the screen before it is sent",
    "recall_broadcast": "as broadcast_message",
    "create_customers": "create_customer in quantity, for imports",
    "create_vehicles": "create_vehicle in quantity, for imports",
    "open_stock": "opening stock is imported from a workbook",
    "issue_parts": "the part of issue_to_order that knows no order",
    "return_issued": "the part of return_to_stock that knows no order",
    "receive_file": "files are imported on a screen or by `fours import`, which say what is wrong by row and column",
    "map_columns": "as receive_file",
    "check_load": "as receive_file",
    "load_rows": "as receive_file",
    "erase_customer": "for good: done by a person who has read what it does",
}  # fmt: skip


@cache
def addresses() -> frozenset[str]:
    """Everything the interface answers, as `POST /tasks/{pk}/claim`."""
    paths = api.get_openapi_schema()["paths"]
    found = ((path.removeprefix("/api/v1"), method) for path, methods in paths.items() for method in methods)
    return frozenset(f"{method.upper()} {path}" for path, method in found)


def wanted(verb: Verb) -> set[str]:
    if verb.name in ADDRESSES:
        return {ADDRESSES[verb.name]}
    short = re.sub(AGGREGATE, "", verb.name).replace("_", "-")
    middle = "/{kind}" if verb.model is StoreScoped else ""
    return {f"POST /{resource}{middle}/{{pk}}/{short}" for resource in RESOURCES.get(verb.model, ("?",))}


@pytest.mark.parametrize("name", sorted(VERBS))
def test_every_verb_has_its_address(name: str) -> None:
    verb = VERBS[name]
    if name in WITHOUT or verb.permission in ADMINISTRATION:
        return
    assert wanted(verb) <= addresses()


def test_no_reason_is_given_for_what_is_there_or_is_gone() -> None:
    there = addresses()
    assert set(WITHOUT) | set(ADDRESSES) <= set(VERBS)
    assert [name for name in WITHOUT if VERBS[name].model is not Store and wanted(VERBS[name]) <= there] == []
