"""工作台: what now? The tasks of the post by due time, today's figures, and what is still open at the end of the day."""

from datetime import timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from fours.desk.worklist import TaskRow, end_of_day, figures_for, rows_of, to_do
from fours.kernel.actor import Actor
from fours.kernel.deadlines import DAY_ENDS
from fours.kernel.models import Task
from fours.kernel.store_settings import setting
from fours.kernel.web import ActorRequest, page, screen

SHOWN = 40


@require_GET
@screen(None)
def home(request: ActorRequest) -> HttpResponse:
    """The worklist of the person's posts in the current store."""
    actor = request.actor
    now = timezone.now()
    rows = rows_of(to_do(actor, now).select_related("person")[: SHOWN + 1], actor)
    today = [row for row in rows[:SHOWN] if row.task.due_at < end_of_day(now)]
    context = {
        "today": today,
        "later": [row for row in rows[:SHOWN] if row not in today],
        "has_more": len(rows) > SHOWN,
        "figures": figures_for(actor),
        "closing": closing_of(actor, today),
        "now_local": timezone.localtime(now),
    }
    return page(request, "desk/home.html", context)


def closing_of(actor: Actor, today: list[TaskRow]) -> dict[str, object]:
    """今日收尾: tasks due today and not done, what the apps ask for, and how much was done."""
    midnight = end_of_day(timezone.now())
    done = Task.objects.visible_to(actor).filter(
        done_by=actor.user, done_at__gte=midnight - timedelta(days=1), state=Task.State.DONE
    )
    checks = figures_for(actor, closing=True)
    ends = setting(actor.must_store, DAY_ENDS)
    return {
        "open": len(today),
        "done": done.count(),
        "checks": checks,
        "is_clear": not today and not any(check.value for check in checks),
        "ends": ends,
        "is_time": timezone.localtime().time() >= ends,
    }
