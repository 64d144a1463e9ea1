"""What the description of the interface says beside its operations: errors in their one shape, keys, where a new row is."""

from typing import Any

PROBLEM = {
    "title": "Problem",
    "description": "Why a request was refused; it has changed nothing.",
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string", "description": "for the person, in Chinese"},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "by path: lines.0.quantity",
        },
    },
    "required": ["code", "message", "fields"],
    "additionalProperties": False,
}
REFUSALS = {
    "400": "unreadable",
    "401": "no valid token",
    "403": "no right",
    "404": "not there, or another store's",
    "422": "wrong content",
    "429": "too many requests; Retry-After says when to come again",
}
REFUSED_WRITES = {"409": "stale, illegal in this state, or a key used for something else", "413": "too large"}
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"},
    "description": "the work is done once; a repetition gets the first answer",
}
LOCATION = {"Location": {"schema": {"type": "string"}, "description": "the address of the new row"}}
RETRY_AFTER = {"Retry-After": {"schema": {"type": "string"}, "description": "seconds"}}


def complete(description: dict[str, Any]) -> None:
    """Add to every operation what it can be refused with, and to writes their key."""
    description.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for operations in description["paths"].values():
        for method, operation in operations.items():
            _complete(operation, reads=method == "get")


def _complete(operation: dict[str, Any], *, reads: bool) -> None:
    # The framework writes statuses as numbers, JSON has them as texts.
    answers = {str(status): answer for status, answer in operation["responses"].items()}
    shape = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, why in (REFUSALS if reads else REFUSALS | REFUSED_WRITES).items():
        answers.setdefault(status, {"description": why, "content": shape})
    answers["429"] = {**answers["429"], "headers": RETRY_AFTER}
    if "201" in answers:
        answers["201"] = {**answers["201"], "headers": LOCATION}
    operation["responses"] = answers
    if not reads:
        operation.setdefault("parameters", []).append(KEY)
