"""What customer care adds to a car's page: red flags and the talks in its life."""

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from fours.kernel.actor import Actor
from fours.vehicles.flags import Flag, register_flags
from fours.vehicles.life import Facts, LifeEntry, LifeSource, of_file, register_life
from fours.vehicles.models import Vehicle

from .models import CallAttempt, FollowUpCall, HandlingSheet
from .models.handling import HandlingKind, HandlingState

CALL_TONES = {"reached": "green", "refused": "red", "wrong_number": "red"}


@register_flags
def unhappy_customer(vehicle: Vehicle, actor: Actor) -> list[Flag]:
    """Somebody was not content with this car's last visit and it is not settled yet."""
    sheets = (
        HandlingSheet.objects.visible_to(actor).filter(vehicle=vehicle).exclude(state=HandlingState.CLOSED)
    )
    return [
        Flag(
            f"客户不满未结：{sheet.get_kind_display()}（{sheet.number}）",
            url=reverse("handling_sheet", args=[sheet.pk]),
        )
        for sheet in sheets.order_by("pk")
    ]


def _talks(vehicle: Vehicle, actor: Actor) -> QuerySet[CallAttempt]:
    calls = FollowUpCall.objects.visible_to(actor).filter(of_file(vehicle))
    return CallAttempt.objects.visible_to(actor).filter(call__in=calls)


def _talk(when: datetime, facts: Facts) -> LifeEntry:
    result = CallAttempt.Result(facts["result"])
    reached = result == CallAttempt.Result.REACHED
    unhappy = reached and facts["satisfied"] is False
    return LifeEntry(
        when,
        f"{'二次' if facts['second'] else ''}回访：{result.label}{'，不满意' if unhappy else ''}",
        url=reverse("call", args=[facts["call"]]),
        detail=facts["words"] if reached else facts["note"],
        who=facts["by"],
        icon="phone",
        tone="red" if unhappy else CALL_TONES.get(result, "neutral"),
    )


def _sheets(vehicle: Vehicle, actor: Actor) -> QuerySet[HandlingSheet]:
    return HandlingSheet.objects.visible_to(actor).filter(of_file(vehicle))


def _sheet(when: datetime, facts: Facts) -> LifeEntry:
    state = HandlingState(facts["state"])
    return LifeEntry(
        when,
        f"快速处理 {facts['number']}：{HandlingKind(facts['kind']).label}，{state.label}",
        url=reverse("handling_sheet", args=[facts["pk"]]),
        detail=facts["measure"] or facts["words"],
        who=facts["responsible"] or "",
        icon="urgent",
        tone="green" if state == HandlingState.CLOSED else "red",
    )


register_life(
    LifeSource(
        "calls",
        "回访",
        "survey.view",
        _talks,
        "at",
        {
            "call": "call_id",
            "second": "call__second_call",
            "satisfied": "call__satisfied",
            "words": "call__words",
            "result": "result",
            "note": "note",
            "by": "by__name",
        },
        _talk,
    )
)
register_life(
    LifeSource(
        "handling",
        "不满处理",
        "survey.view",
        _sheets,
        "created_at",
        {
            **{name: name for name in ("pk", "number", "kind", "state", "measure", "words")},
            "responsible": "responsible__name",
        },
        _sheet,
    )
)
