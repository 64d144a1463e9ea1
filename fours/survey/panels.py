"""What customer care adds to a car's page: red flags and the talks in its life."""

from collections.abc import Iterable

from django.urls import reverse

from fours.kernel.actor import Actor
from fours.vehicles.flags import Flag, register_flags
from fours.vehicles.life import LifeEntry, LifeSource, of_file, register_life
from fours.vehicles.models import Vehicle

from .models import CallAttempt, FollowUpCall, HandlingSheet
from .models.handling import HandlingState

CALL_TONES = {"reached": "green", "refused": "red", "wrong_number": "red"}


@register_flags
def unhappy_customer(vehicle: Vehicle, actor: Actor) -> list[Flag]:
    """Somebody was not content with this car's last visit and it is not settled yet."""
    sheets = (
        HandlingSheet.objects.visible_to(actor).filter(vehicle=vehicle).exclude(state=HandlingState.CLOSED)
    )
    return [
        Flag(
            f"客户不满未结:{sheet.get_kind_display()}({sheet.number})",
            url=reverse("handling_sheet", args=[sheet.pk]),
        )
        for sheet in sheets.order_by("pk")
    ]


def _talks(vehicle: Vehicle, actor: Actor, limit: int) -> Iterable[LifeEntry]:
    calls = FollowUpCall.objects.visible_to(actor).filter(of_file(vehicle))
    tries = CallAttempt.objects.visible_to(actor).filter(call__in=calls).select_related("call", "by")
    return [_talk(row) for row in tries.order_by("-pk")[:limit]]


def _talk(row: CallAttempt) -> LifeEntry:
    reached = row.result == CallAttempt.Result.REACHED
    unhappy = reached and row.call.satisfied is False
    return LifeEntry(
        row.at,
        f"{'二次' if row.call.second_call else ''}回访:{row.get_result_display()}{',不满意' if unhappy else ''}",
        url=reverse("call", args=[row.call_id]),
        detail=row.call.words if reached else row.note,
        who=row.by.name,
        icon="phone",
        tone="red" if unhappy else CALL_TONES.get(row.result, "neutral"),
    )


def _sheets(vehicle: Vehicle, actor: Actor, limit: int) -> Iterable[LifeEntry]:
    rows = HandlingSheet.objects.visible_to(actor).filter(of_file(vehicle)).select_related("responsible")
    return [
        LifeEntry(
            sheet.created_at,
            f"快速处理 {sheet.number}:{sheet.get_kind_display()},{sheet.get_state_display()}",
            url=reverse("handling_sheet", args=[sheet.pk]),
            detail=sheet.measure or sheet.words,
            who=sheet.responsible.name if sheet.responsible else "",
            icon="urgent",
            tone="green" if sheet.state == HandlingState.CLOSED else "red",
        )
        for sheet in rows.order_by("-pk")[:limit]
    ]


register_life(LifeSource("calls", "回访", "survey.view", _talks))
register_life(LifeSource("handling", "不满处理", "survey.view", _sheets))
