"""What is typed in the workshop: who does a job and where, checks item by item, the washed car."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from fours.kernel.forms import TablerForm
from fours.kernel.models import User
from fours.org.models import Bay

from ..checklists import RESULTS, Check
from ..dispatching import Hand, likeliest
from ..models import LaborLine
from .settlement import VersionForm

UNANSWERED = "请选择结果。"


class DispatchForm(TablerForm, forms.Form):
    """The jobs of an order that wait for hands: technicians and bay of each. A job left empty stays as it is.

    An order of several jobs also has `technicians_all` and `bay_all`: what is left empty goes there, since a car
    is mostly given to one person as a whole.
    """

    autofocus = False

    def __init__(
        self, *args: Any, jobs: Sequence[LaborLine], hands: Sequence[Hand], bays: Sequence[Bay], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.jobs = jobs
        self.people = {str(hand.user.pk): hand.user for hand in hands}
        self.proposals: dict[int, Hand | None] = {}
        self.by_kind: dict[str, Hand | None] = {}
        people = [(str(hand.user.pk), hand.user.name) for hand in hands]
        places = [("", "不指定"), *((bay.code, f"{bay.code} {bay.get_kind_display()}") for bay in bays)]
        load: dict[int, Decimal] = {}
        for job in jobs:
            given = [str(one.technician_id) for one in job.assignments.all()]
            if job.work_kind not in self.by_kind:
                self.by_kind[job.work_kind] = likeliest(
                    [_with_load(hand, load) for hand in hands], job.work_kind
                )
            proposal = self.proposals[job.pk] = self.by_kind[job.work_kind]
            if proposal is not None:
                load[proposal.user.pk] = load.get(proposal.user.pk, Decimal(0)) + job.hours
            self._add_choice(str(job.pk), people, places, given, job.bay)
            self.fields[f"version_{job.pk}"] = forms.IntegerField(
                required=False, initial=job.version, widget=forms.HiddenInput
            )
        if len(jobs) > 1:
            self._add_choice("all", people, places, [], "")
        if self.is_bound:
            self._take_whole_car()
        if self.is_bound and "proposal" in self.data:
            self._take_proposals()

    def _add_choice(
        self,
        name: str,
        people: list[tuple[str, str]],
        places: list[tuple[str, str]],
        given: list[str],
        bay: str,
    ) -> None:
        self.fields[f"technicians_{name}"] = forms.MultipleChoiceField(
            label="技师", required=False, choices=people, widget=forms.CheckboxSelectMultiple, initial=given,
            error_messages={"invalid_choice": "请从名单中选择技师。"},
        )  # fmt: skip
        self.fields[f"bay_{name}"] = forms.ChoiceField(
            label="工位", required=False, choices=places, initial=bay
        )

    def _take_whole_car(self) -> None:
        """Jobs without a choice of their own go to whom the whole car is given."""
        data = self.data.copy()  # type: ignore[attr-defined]
        for job in self.jobs:
            if data.getlist("technicians_all") and not data.getlist(f"technicians_{job.pk}"):
                data.setlist(f"technicians_{job.pk}", data.getlist("technicians_all"))
            if data.get("bay_all") and not data.get(f"bay_{job.pk}"):
                data[f"bay_{job.pk}"] = data["bay_all"]
        self.data = data

    def _take_proposals(self) -> None:
        """What was left empty goes to whom the product proposes: sent with that button, it counts as chosen."""
        data = self.data.copy()  # type: ignore[attr-defined]
        for job in self.jobs:
            proposal, name = self.proposals[job.pk], f"technicians_{job.pk}"
            if proposal is not None and not data.getlist(name):
                data.setlist(name, [str(proposal.user.pk)])
        self.data = data

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not self.chosen:
            self.add_error(None, "请至少为一个项目选择技师。")
        return given

    @property
    def chosen(self) -> list[LaborLine]:
        """The jobs that somebody was chosen for."""
        return [job for job in self.jobs if self.cleaned_data.get(f"technicians_{job.pk}")]

    def technicians(self, job: LaborLine) -> list[User]:
        return [self.people[pk] for pk in self.cleaned_data[f"technicians_{job.pk}"]]


def _with_load(hand: Hand, more: dict[int, Decimal]) -> Hand:
    """The person with what this form would already give them, so that another trade of the car is somebody else's."""
    return Hand(
        hand.user, hand.team, hand.open_hours + more.get(hand.user.pk, 0), hand.is_technician, hand.practice
    )


class CheckForm(VersionForm):
    """A checklist: a result for each item, a measured value where there is a limit.

    All items must be answered, unless `may_stop` says that the check ended early.
    """

    autofocus = False
    results: Sequence[tuple[str, str]] = RESULTS

    def __init__(self, *args: Any, checks: Sequence[Check], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checks = checks
        for number, check in enumerate(checks):
            self.fields[f"result_{number}"] = forms.ChoiceField(
                label=check.name, choices=self.results, widget=forms.RadioSelect, required=False
            )
            if check.limit:
                self.fields[f"value_{number}"] = forms.CharField(
                    label="实测",
                    required=False,
                    max_length=20,
                    widget=forms.TextInput({"placeholder": check.limit}),
                )

    @property
    def may_stop(self) -> bool:
        return False

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.may_stop:
            for number in range(len(self.checks)):
                if not given.get(f"result_{number}") and f"result_{number}" not in self.errors:
                    self.add_error(f"result_{number}", UNANSWERED)
        return given

    @property
    def rows(self) -> list[tuple[Check, BoundField, BoundField | None]]:
        """Each item with its bound fields."""
        return [
            (check, self[f"result_{n}"], self[f"value_{n}"] if check.limit else None)
            for n, check in enumerate(self.checks)
        ]

    @property
    def items(self) -> list[dict[str, str]]:
        """The answers as an inspection keeps them."""
        data = self.cleaned_data
        return [
            check.answered(data[f"result_{n}"], data.get(f"value_{n}", "").strip())
            for n, check in enumerate(self.checks)
            if data[f"result_{n}"]
        ]


class FinishForm(CheckForm):
    """The technician's own check: what is not good keeps the job in work, so only two results are offered."""

    results = (("ok", "合格"), ("watch", "关注"), ("fail", "不合格"))
    cause = forms.CharField(
        label="故障原因", max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )
    work_done = forms.CharField(
        label="作业说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )


class VerdictForm(CheckForm):
    """A check of somebody else's work: the items, then good or not, with the reason."""

    VERDICTS = (("yes", "合格"), ("no", "不合格，退回返工"))
    passed = forms.ChoiceField(
        label="结论", choices=VERDICTS, widget=forms.RadioSelect, error_messages={"required": "请选择结论。"}
    )
    reason = forms.CharField(
        label="不合格原因", max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )
    advice = forms.CharField(label="下次来店建议", max_length=300, required=False)

    @property
    def may_stop(self) -> bool:
        """A check that failed may end at what failed."""
        return self.cleaned_data.get("passed") == "no"

    @property
    def verdict(self) -> bool:
        return bool(self.cleaned_data["passed"] == "yes")


class TeamForm(VerdictForm):
    """The team check of a job; further jobs of the car with the same items may pass by the same answers."""

    also = forms.MultipleChoiceField(
        label="同车已完工的其他项目，一并组检合格", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "有项目已不在等待组检，请重新打开本页。"},
    )  # fmt: skip

    def __init__(self, *args: Any, others: Sequence[LaborLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = others
        also = self.fields["also"]
        assert isinstance(also, forms.MultipleChoiceField)
        also.choices = [(str(job.pk), job.name) for job in others]

    @property
    def passed_too(self) -> list[LaborLine]:
        """The further jobs that pass with this one: none when it goes back."""
        return [job for job in self.others if self.verdict and str(job.pk) in self.cleaned_data["also"]]


class FinalForm(VerdictForm):
    """The final check: the jobs that go back are named."""

    failed_jobs = forms.TypedMultipleChoiceField(
        label="退回项目", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, jobs: Sequence[LaborLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["failed_jobs"].choices = [(job.pk, job.name) for job in jobs]  # type: ignore[attr-defined]


class WashForm(VersionForm):
    """The car after the wash: every item ticked, where it stands."""

    items = forms.MultipleChoiceField(label="逐项确认", required=False, widget=forms.CheckboxSelectMultiple)
    parking_place = forms.CharField(label="停放位置", max_length=20, required=False)

    def __init__(self, *args: Any, checklist: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = [(name, name) for name in checklist]  # type: ignore[attr-defined]
