"""Daily reports: the list, the report as the paper shows it, and the rows behind each figure."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse

from fours.kernel.business_date import today
from fours.kernel.printing import print_address
from fours.kernel.verbs import verbs_for
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen

from ..forms import RemarksForm, posted
from ..models import DailyReport
from ..models.daily_report import ReportState
from ..report.build import figures_of, ids_of
from ..report.corrections import corrections_of
from ..report.figures import count
from ..report.rows import LABELS, SHOWN, lines_of, rows_behind
from ..verbs.daily_report import PAPER, ensure_report, is_unchanged, write_remarks

PER_PAGE = 31
ROWS_PER_PAGE = 50
TONES = {"draft": "amber", "signed": "green"}
IN_LIST = {
    "arrived": "进厂",
    "delivered": "交车",
    "turnover": "产值（含税）",
    "calls_done": "已回访",
    "sheets_opened": "新增不满",
}
RELATED = ("store", "signed_by", "prepared_by")


@screen("survey.view_report")
def daily_reports(request: ActorRequest) -> HttpResponse:
    """The reports by day, newest first; today's is there though nobody made it."""
    ensure_report(request.actor.must_store, today())
    rows = DailyReport.objects.visible_to(request.actor).select_related("signed_by").order_by("-date")
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, object] = {
        "rows": shown,
        "labels_with_class": [(label, "num") for label in IN_LIST.values()],
        "values": {report.pk: _in_list(report) for report in shown},
        "tones": TONES,
        "today": today(),
    }
    return page(request, "survey/daily_reports.html", context)


def _in_list(report: DailyReport) -> list[str]:
    """The main figures of a signed day; a draft is computed on its own page."""
    values = {figure["code"]: figure["value"] for figure in report.figures.get("figures", [])}
    return [values.get(code, "—") for code in IN_LIST]


@screen("survey.view_report")
def daily_report(request: ActorRequest, pk: int) -> HttpResponse:
    """The report: computed as long as it is a draft, as it was signed afterwards, with the corrections since."""
    report = find(DailyReport, pk, request.actor, *RELATED)
    form = RemarksForm(posted(request), initial={"remarks": report.remarks, "version": report.version})
    if request.method == "POST":
        saved = attempt(
            form,
            lambda: write_remarks(
                report, remarks=form.cleaned_data["remarks"], actor=request.actor, version=form.seen
            ),
        )
        if saved is not None:
            return done(request, "备注已保存", reverse("daily_report", args=[pk]))
    signed = report.state == ReportState.SIGNED
    shown = figures_of(report)
    context: dict[str, object] = {
        "report": report,
        "figures": shown["figures"],
        "tables": shown["tables"],
        "tone": TONES[report.state],
        "form": form,
        "may_write": not signed
        and any(request.actor.can(right) for right in ("survey.prepare_report", "survey.sign_report")),
        "verbs": verbs_for(report, request.actor, ["sign_daily_report"]) if report.date <= today() else [],
        "print_url": print_address(PAPER, report),
        "corrections": corrections_of(report),
        "unchanged": is_unchanged(report) if signed else True,
    }
    return page(request, "survey/daily_report.html", context, form)


def _counted(report: DailyReport, code: str) -> list[int]:
    """The rows behind a figure: those signed, else those there are now."""
    if report.state == ReportState.SIGNED:
        return ids_of(report.figures, code)
    counted = count(report.store, [report.date])[report.date]
    return counted[code].ids if code in counted else []


@screen("survey.view_report")
def report_rows(request: ActorRequest, pk: int, code: str) -> HttpResponse:
    """The rows a figure of the report was counted from."""
    report = find(DailyReport, pk, request.actor, *RELATED)
    ids = _counted(report, code)
    rows = rows_behind(code, ids, request.GET.dict(), report.date, request.actor)
    shown = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    plain = len(SHOWN[code].columns) - SHOWN[code].numbers
    context: dict[str, object] = {
        "report": report,
        "label": LABELS[code],
        "heads": [
            (column, "num" if number >= plain else "") for number, column in enumerate(SHOWN[code].columns)
        ],
        "plain": plain,
        "rows": shown,
        "lines": lines_of(code, shown.object_list),  # type: ignore[arg-type]
        "hidden": len(ids) - rows.model._default_manager.visible_to(request.actor).filter(pk__in=ids).count(),
    }
    return page(request, "survey/report_rows.html", context)
