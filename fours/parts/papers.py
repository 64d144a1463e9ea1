"""The paper a technician signs for parts (领料单, PT-06)."""

from django.db.models import QuerySet
from django.utils import timezone

from fours.kernel.actor import Actor
from fours.kernel.printing import Print, declare_print
from fours.org.letterhead import letterhead
from fours.org.models import Assignment

from .errors import plain
from .models import IssueLine, IssueSlip
from .sources import facts_of


def lines_of(slip: IssueSlip) -> QuerySet[IssueLine]:
    """The slip's lines in bin order, as they are picked."""
    rows = slip.lines.select_related("part", "movement__lot", "movement__bin")
    return rows.order_by("movement__bin__code", "part__number", "pk")


def issue_slip_view(slip: IssueSlip, actor: Actor) -> dict[str, object]:
    """What stands on a slip; the technician's copy has no prices, so none are given."""
    facts = facts_of(slip.source_kind, slip.source_id, slip.live_source)
    keeper = slip.created_by.name if slip.created_by else ""
    empty = {"at": "", "image": ""}
    return {
        "letterhead": letterhead(slip.store),
        "kind": "领料单" if facts.plate else "出库单",
        "source_number": slip.source_number,
        "plate": facts.plate or slip.subject,
        "vin": facts.vin,
        "model": facts.model,
        "team": _team(slip),
        "receiver": slip.receiver.name,
        "issued_at": f"{timezone.localtime(slip.created_at):%Y-%m-%d %H:%M}",
        "show_prices": False,
        "lines": [_line(line) for line in lines_of(slip)],
        "total": "",
        "capitals": "",
        "remarks": "",
        "keeper_signature": {"name": keeper, **empty},
        "receiver_signature": {"name": slip.receiver.name, **empty},
        "approver_signature": {"name": "", **empty},
    }


def _team(slip: IssueSlip) -> str:
    """The team of whoever receives the parts."""
    held = Assignment.objects.filter(user=slip.receiver, store=slip.store).exclude(team="")
    return held.order_by("-starts_on").values_list("team", flat=True).first() or ""


def _line(line: IssueLine) -> dict[str, str]:
    moved = line.movement
    return {
        "bin": moved.bin.code,
        "number": line.part.number,
        "name": line.part.name,
        "lot": moved.lot.code,
        "unit": line.part.unit,
        "asked": plain(line.quantity),
        "given": plain(line.quantity),
        "price": "",
        "amount": "",
    }


declare_print(
    Print(
        form="parts.issue_slip",
        label="领料单",
        model=IssueSlip,
        template="parts/issue_slip.typ",
        permission="parts.view",
        view=issue_slip_view,
    )
)
