"""Work and inspections of an order on its page."""

from django.db.models import Prefetch, prefetch_related_objects

from fours.kernel.offers import offer
from fours.kernel.panels import Panel, panel
from fours.kernel.printing import print_address
from fours.kernel.web import ActorRequest
from fours.service.models import Inspection, JobAssignment, LaborLine, RepairOrder
from fours.service.views.workshop_jobs import TONES
from fours.service.workshop_tasks import TO_DO


def work(request: ActorRequest, order: RepairOrder) -> dict[str, object]:
    """Each agreed job with its people and clocked time, and every check."""
    # The order may be seen, so its jobs may; its page has read them already.
    jobs = list(order.jobs.all())
    hands = Prefetch("assignments", JobAssignment.objects.select_related("technician"))
    prefetch_related_objects(jobs, hands, "clock_entries")
    checks = Inspection.objects.visible_to(request.actor).filter(order=order)
    return {
        "jobs": [
            (job, TONES[LaborLine.State(job.state)], _minutes(job), _is_running(job))
            for job in jobs
            if job.is_authorised
        ],
        "checks": list(checks.select_related("job", "inspector").order_by("-pk")),
        "may_dispatch": request.actor.can("service.dispatch") and order.state == RepairOrder.State.AUTHORISED,
        "card_url": print_address("service.job_card", order),
        "inspection_url": print_address("service.inspection", order),
    }


def _minutes(job: LaborLine) -> int:
    lengths = (one.ended_at - one.started_at for one in job.clock_entries.all() if one.ended_at)
    return sum(int(length.total_seconds()) for length in lengths) // 60


def _is_running(job: LaborLine) -> bool:
    return any(one.ended_at is None for one in job.clock_entries.all())


def open_jobs(request: ActorRequest, order: RepairOrder) -> int | None:
    """How many jobs are still to be worked on; no figure when none is left."""
    return order.jobs.filter(state__in=TO_DO).count() or None


panel(
    RepairOrder,
    Panel("work", "施工/检验", 10, "service/workshop/panel.html", work, open_jobs, "service.view"),
)
offer(RepairOrder, "final_check", order=50, route="inspection")
