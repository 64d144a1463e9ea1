"""What a copied visit consists of, and what its values point at.

Every model of the product stands in COPIED or in KEPT, and every number that names a row without being a foreign key
stands in POINTERS; a test fails when a new model or column was forgotten here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.apps import apps
from django.db import models

# Parents before what hangs on them.
COPIED: tuple[str, ...] = (
    "service.appointment",
    "service.checkin",
    "service.repairorder",
    "service.additionalwork",
    "service.laborline",
    "service.partline",
    "service.feeline",
    "service.inspection",
    "service.wash",
    "service.jobassignment",
    "service.clockentry",
    "service.statement",
    "service.statementline",
    "service.payment",
    "service.gatepass",
    "parts.issueslip",
    "parts.stockmovement",
    "parts.issueline",
    "vehicles.mileagereading",
    "survey.followupcall",
    "survey.followuporder",
    "survey.callattempt",
    "survey.handlingsheet",
    "kernel.attachment",
    "kernel.task",
    "kernel.event",
)
# Rows that stay as they are when visits are copied, with the reason.
KEPT: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "kernel.group", "kernel.store", "kernel.user", "kernel.setting", "kernel.calendarday", "kernel.apitoken",
                "org.assignment", "org.postright", "org.storefacts", "org.taxrate", "org.department", "org.team",
                "org.bay", "org.shareddevice", "org.devicesignin", "org.pin",
                "parts.part", "parts.bin", "parts.storepart", "service.laboroperation", "service.laborrate",
                "service.package", "service.packageline",
                "approvals.authoritylimit", "approvals.approvalrule", "approvals.substitution",
            ),
            "what the store works with",
        ),
        **dict.fromkeys(
            (
                "customers.customer", "customers.phone", "customers.contact",
                "vehicles.vehicle", "vehicles.ownership", "vehicles.platerecord",
            ),
            "each car and customer has files of its own, made by the verbs",
        ),
        **dict.fromkeys(
            ("parts.stockbalance", "parts.lot", "parts.lotbalance", "parts.stockreceipt"),
            "stock comes in by the verb and is counted down by the shelf",
        ),
        "kernel.printedform": "nobody froze a copy's papers: each would have to be set; they are printed live",
        **dict.fromkeys(
            ("archive.binding", "archive.boundpaper", "archive.volume"), "copies have no kept papers to bind"
        ),
        **dict.fromkeys(("kernel.searchkey", "kernel.numbercounter"), "written for the new numbers"),
        **dict.fromkeys(
            ("kernel.securityentry", "kernel.idempotencykey", "kernel.occurrence", "kernel.closeddate",
             "kernel.intakeload", "kernel.intakerow", "kernel.intakemapping", "survey.dailyreport",
             "messaging.message", "messaging.messagetemplate", "messaging.broadcast", "messaging.optout",
             "messaging.provider", "approvals.approvalrequest", "approvals.approvalstep",
             "service.openingreceivable"),
            "not part of a visit",
        ),
        **dict.fromkeys(
            ("kernel.comment", "kernel.taskwatcher", "service.estimate", "parts.reservation", "parts.backorder"),
            "a visit that has one is not copied",
        ),
    }
)  # fmt: skip
# Numbers that name a row: the column says which model by itself, or by the column beside it.
POINTERS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("kernel.attachment", "aggregate_id"): "aggregate_kind",
        ("kernel.event", "aggregate_id"): "aggregate_kind",
        ("kernel.task", "source_id"): "source_kind",
        ("parts.issueslip", "source_id"): "source_kind",
        ("parts.stockmovement", "source_id"): "source_kind",
        ("parts.issueline", "source_line_id"): "=service.partline",
        ("service.statementline", "source_id"): "kind",
    }
)
# The words a pointer's neighbour uses that are no model labels.
KIND_WORDS: Mapping[str, str] = MappingProxyType(
    {"labor": "service.laborline", "part": "service.partline", "fee": "service.feeline"}
)
# Kilometres, which go with the car.
MILEAGE = frozenset(
    {
        ("service.checkin", "mileage"),
        ("service.repairorder", "mileage_in"),
        ("service.repairorder", "mileage_out"),
        ("service.repairorder", "next_service_mileage"),
        ("vehicles.mileagereading", "kilometers"),
    }
)
# What a copy has of its own, what the shelf decides, what stays as it is written, and what says the owner's name.
FRESH = frozenset({("kernel.attachment", "token")})
BY_SHELF = frozenset({("parts.stockmovement", name) for name in ("lot", "bin", "value", "balance")})
VERBATIM = frozenset({("kernel.attachment", "path"), ("kernel.attachment", "sha256")})
OWNER_NAMES = frozenset({("service.statement", "payer_name")})
# Names of the store's own people, which a customer's name must not be looked for in.
STAFF_NAMES = frozenset({("kernel.event", "actor_name"), ("parts.stockmovement", "actor_name")})
# Keys of event data that carry ids, with the model; the rest of the numbers there are amounts.
DATA_IDS: Mapping[str, str] = MappingProxyType(
    {
        "job": "service.laborline",
        "jobs": "service.laborline",
        "clock": "service.clockentry",
        "wash": "service.wash",
        "slip": "parts.issueslip",
        "lines": "service.partline",
        "statement": "service.statement",
        "statements": "service.statement",
        "payments": "service.payment",
        "gate_pass": "service.gatepass",
        "additional_work": "service.additionalwork",
        "order": "service.repairorder",
        "check_in": "service.checkin",
        "call": "survey.followupcall",
        "second_call": "survey.followupcall",
        "vehicle": "vehicles.vehicle",
        "customer": "customers.customer",
        "advisor": "kernel.user",
        "receiver": "kernel.user",
        "technicians": "kernel.user",
        "person": "kernel.user",
    }
)
DATA_MILEAGE = frozenset({"kilometers", "mileage"})
DATA_AMOUNTS = frozenset({"photos"})
# `line` is of the model that `kind` names beside it.
DATA_LINE = "line"
# Which model the number in a task's address names.
ADDRESSES: Mapping[str, str] = MappingProxyType(
    {
        "/service/jobs/": "service.laborline",
        "/service/orders/": "service.repairorder",
        "/service/additional/": "service.additionalwork",
        "/service/statements/": "service.statement",
        "/service/appointments/": "service.appointment",
        "/survey/calls/": "survey.followupcall",
        "/survey/handling/": "survey.handlingsheet",
    }
)


def model_of(label: str) -> type[models.Model]:
    """The model a label names."""
    return apps.get_model(label)
