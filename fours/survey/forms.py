"""What is typed in during a call, on a handling sheet and on the daily report."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.models import User
from fours.org.people import present_assignments

from .models.handling import HandlingKind
from .questionnaire import BEST, QUESTIONS, WORST

SCALE = [(str(value), str(value)) for value in range(WORST, BEST + 1)]


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: a POST, though it be empty."""
    return request.POST if request.method == "POST" else None


class VersionForm(TablerForm, forms.Form):
    """A form that tells which version of the document was on the screen."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @property
    def seen(self) -> int | None:
        seen: int | None = self.cleaned_data.get("version")
        return seen


class CallForm(VersionForm):
    """The whole call on one page; which button ends it says what becomes of it."""

    autofocus = False

    satisfied = forms.TypedChoiceField(
        label="总的来说",
        choices=[("yes", "满意"), ("no", "一般或不满意")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label="客户原话", max_length=2000, required=False, widget=forms.Textarea({"rows": 4})
    )
    problem_kind = forms.ChoiceField(
        label="问题类别", choices=HandlingKind.choices, initial=HandlingKind.OTHER, required=False
    )
    note = forms.CharField(label="本次联系备注", max_length=200, required=False)
    call_again_at = forms.DateTimeField(label="与客户约定的时间", required=False, widget=forms.DateTimeInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in QUESTIONS:
            self.fields[f"answer_{question.code}"] = forms.TypedChoiceField(
                label=question.text,
                choices=SCALE,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )

    @property
    def questions(self) -> list[tuple[Any, bool]]:
        """The bound questions in order, each with whether it must be answered."""
        return [(self[f"answer_{question.code}"], question.required) for question in QUESTIONS]

    @property
    def answers(self) -> dict[str, int]:
        """What was answered, by question code."""
        given = {question.code: self.cleaned_data.get(f"answer_{question.code}") for question in QUESTIONS}
        return {code: value for code, value in given.items() if value is not None}


class AssignForm(VersionForm):
    responsible = forms.ModelChoiceField(User.objects.none(), label="责任人")
    department = forms.CharField(label="责任部门", max_length=40, required=False)
    promised_at = forms.DateTimeField(label="承诺解决时间", widget=forms.DateTimeInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(assignments__in=present_assignments(actor.must_store))
        self.fields["responsible"].queryset = people.distinct().order_by("name", "pk")  # type: ignore[attr-defined]


class SolveForm(VersionForm):
    cause = forms.CharField(label="原因", max_length=500, widget=forms.Textarea({"rows": 3}))
    measure = forms.CharField(label="处理措施", max_length=500, widget=forms.Textarea({"rows": 3}))
    result = forms.CharField(label="结果", max_length=500, widget=forms.Textarea({"rows": 2}))
    cost = forms.DecimalField(
        label="处理费用（元）",
        max_digits=10,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        help_text="没有费用可不填。",
    )


class RemarksForm(VersionForm):
    autofocus = False

    remarks = forms.CharField(
        label="备注", max_length=2000, required=False, widget=forms.Textarea({"rows": 4})
    )
