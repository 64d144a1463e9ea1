"""The daily report (SU-13): there by itself, remarks by hand, signed once, then frozen for good."""

from datetime import date, datetime, time, timedelta

from django.db.models import Min
from django.urls import reverse
from django.utils import timezone

from fours.base.errors import NotAllowed, Refused
from fours.kernel.actor import Actor
from fours.kernel.business_date import close_date, today
from fours.kernel.deadlines import due_of
from fours.kernel.events import announce
from fours.kernel.models import Event, Store
from fours.kernel.printing import freeze
from fours.kernel.tasks import make_task
from fours.kernel.verbs import keep, move, must_be, take, verb
from fours.org.letterhead import known_facts

from ..call_time import open_days
from ..models import DailyReport
from ..models.daily_report import ReportState
from ..report.build import build, digest
from ..transitions import REPORT_MOVES

SIGN = "survey.sign_report"
PAPER = "survey.daily_report"
LONGEST = 2000


def ensure_report(store: Store, on: date) -> DailyReport:
    """The report of the day, made with its task to sign when it is not there yet. Idempotent."""
    report, made = DailyReport.objects.get_or_create(store=store, date=on)
    if made:
        start = timezone.make_aware(datetime.combine(on, time()))
        due = due_of(store, SIGN, start)
        make_task(
            store,
            rule=SIGN,
            source=report,
            title=f"签售后日报 {on:%m-%d}",
            post="service_manager",
            url=reverse("daily_report", args=[report.pk]),
            due_at=due.at,
            counted_from=start,
            note=due.warning,
        )
    return report


def ensure_report_of_open_day(store: Store, on: date) -> DailyReport | None:
    """The same by the clock; a day on which the store is closed gets one only if there was business all the same."""
    facts = known_facts(store)
    if open_days(facts, [on]) or had_business(store, on, on):
        return ensure_report(store, on)
    return None


@verb("保存备注", "survey.view_report", states=["draft"])
def write_remarks(
    report: DailyReport, *, remarks: str, actor: Actor, version: int | None = None
) -> DailyReport:
    """Keep the words of who prepares or signs the report; its figures are never typed."""
    report = take(report, version=version)
    if not any(
        actor.can(right, report.store_id) for right in ("survey.prepare_report", "survey.sign_report")
    ):
        raise NotAllowed("您的岗位不编制售后日报。")
    must_be(report, ReportState.DRAFT, doing="改备注")
    remarks = remarks.strip()
    if len(remarks) > LONGEST:
        raise Refused(f"备注最多 {LONGEST} 个字。", field="remarks")
    report.remarks, report.prepared_by = remarks, actor.user
    keep(report, "remarks", "prepared_by")
    announce("survey.report_prepared", report, actor=actor, sentence="写日报备注")
    return report


@verb(
    "签字",
    "survey.sign_report",
    states=["draft"],
    plain=True,
    confirm="签字后当天数据冻结，营业日关闭；之后的业务记入下一营业日，更正列在日报旁。",
)
def sign_daily_report(report: DailyReport, *, actor: Actor, version: int | None = None) -> DailyReport:
    """Freeze the day: its figures with their hash, the paper, and the business date, which takes no more postings.

    Refused for a day that has not come, and while an earlier day with business is not signed.
    """
    report = take(report, version=version)
    must_be(report, ReportState.DRAFT, doing="再签字")
    if actor.user is None:
        raise NotAllowed("日报须由经理本人签字。")
    check_may_be_signed(report)
    close_date(report.store, report.date, "售后日报已签")
    report.figures = build(report.store, report.date)
    report.sha256 = digest(report.figures, report.remarks)
    report.signed_by, report.signed_at = actor.user, timezone.now()
    move(report, ReportState.SIGNED, REPORT_MOVES)
    keep(report, "figures", "sha256", "signed_by", "signed_at", "state")
    announce(
        "survey.report_signed",
        report,
        actor=actor,
        sentence=f"签 {report.date} 售后日报",
        data={"date": report.date.isoformat(), "sha256": report.sha256},
    )
    freeze(PAPER, report, actor=actor)
    return report


def check_may_be_signed(report: DailyReport) -> None:
    """Refuse a day to come, and a day before which another is still open."""
    if report.date > today():
        raise Refused(f"{report.date} 还没有到，不能签字。")
    earlier = unsigned_before(report.store, report.date)
    if earlier is not None:
        raise Refused(f"{earlier} 的日报还没有签字，请先签前一天的日报。")


def unsigned_before(store: Store, on: date) -> date | None:
    """The first earlier day whose report is open, or that had business after the last signed day and has no report."""
    reports = DailyReport.objects.filter(store=store, date__lt=on)
    open_draft = (
        reports.filter(state=ReportState.DRAFT).order_by("date").values_list("date", flat=True).first()
    )
    signed = reports.filter(state=ReportState.SIGNED).order_by("-date").values_list("date", flat=True).first()
    if signed is None:
        return open_draft
    business = had_business(store, signed + timedelta(days=1), on - timedelta(days=1))
    return min((day for day in (open_draft, business) if day is not None), default=None)


def had_business(store: Store, first: date, last: date) -> date | None:
    """The first day of the range on which the store served a car or took money."""
    rows = Event.objects.filter(
        store=store, business_date__gte=first, business_date__lte=last, kind__startswith="service."
    )
    day: date | None = rows.aggregate(first=Min("business_date"))["first"]
    return day


def is_unchanged(report: DailyReport) -> bool:
    """Whether what stands in the row is what was signed."""
    return report.sha256 == digest(report.figures, report.remarks)
