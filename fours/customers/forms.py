"""The form of a customer's file with its phones and contacts."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.forms.boundfield import BoundField

from fours.base.checked import Checked
from fours.base.field_text import as_text, text_of
from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.models import User
from fours.org.people import ADVISING, present_assignments

from .facts import ContactEntry, PhoneEntry
from .identifiers import check_credit_code, check_email, check_phone, check_resident_id
from .models import Contact, Customer, Phone

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm


class CheckedField(forms.CharField):
    """A code that is checked as it is typed in Chinese practice, and shown again as typed when it is wrong."""

    def __init__(self, check: Callable[[str], Checked[str]], **options: Any) -> None:
        super().__init__(required=False, **options)
        self.check = check

    def clean(self, value: Any) -> str:
        checked = self.check(super().clean(value))
        if checked.error:
            raise forms.ValidationError(checked.error)
        return checked.value or ""


class FileForm(TablerForm, ModelForm):
    """A file (customer or car) that several people may have open: its version comes along, a conflict is shown in full.

    The row is changed by a verb with `facts()`; the form itself never saves.
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflict: list[tuple[str, str, str]] = []
        self.initial["version"] = self.instance.pk and self.instance.version
        self.listed = list(self._meta.fields or ())
        advisor = self.fields["advisor"]
        assert isinstance(advisor, forms.ModelChoiceField)
        # Who has left stays named until somebody else is: a save must not take the name away unsaid.
        advising = present_assignments(actor.must_store).filter(post__in=ADVISING)
        known = models.Q(pk__in=advising.values("user")) | models.Q(pk=self.instance.advisor_id)
        advisor.queryset, advisor.empty_label = User.objects.filter(known).order_by("name"), "未指定"
        if self.instance.pk is None:
            del self.fields["active"]
            self.listed.remove("active")

    def facts(self) -> dict[str, Any]:
        """What was typed, by the model's field names."""
        return {name: self.cleaned_data[name] for name in self.listed}

    def _post_clean(self) -> None:
        """The verb checks and writes; the instance keeps saying what the database says."""

    def show_conflict(self, now: models.Model) -> None:
        """After a stale save: list what the row says now beside what was typed, and let the next save go over it."""
        for name in self.listed:
            current, typed = text_of(now, name), as_text(_shown(self[name], self.cleaned_data.get(name)))
            if current != typed:
                self.conflict.append((str(self[name].label), current, typed))
        self.data = {**self.data, "version": str(now.version)}  # type: ignore[attr-defined]


def _shown(bound: BoundField, value: Any) -> Any:
    choices = getattr(bound.field, "choices", ())
    if isinstance(bound.field, forms.TypedChoiceField | forms.ChoiceField) and not isinstance(
        value, models.Model
    ):
        return dict(choices).get(value, value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(value)
    return str(value) if isinstance(value, models.Model) else value


class TagsField(forms.CharField):
    """Words with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        return "，".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [
            word
            for word in (super().to_python(value) or "").replace("、", "，").replace(",", "，").split("，")
            if word
        ]


class CustomerForm(FileForm):
    id_number = CheckedField(check_resident_id, label="身份证号")
    credit_code = CheckedField(check_credit_code, label="统一社会信用代码")
    email = CheckedField(check_email, label="邮箱", max_length=100)
    tags = TagsField(label="标签", required=False, help_text="用逗号分开，如 老客户，车友会")

    class Meta:
        model = Customer
        fields = ("name", "kind", "id_number", "credit_code", "birthday", "source", "grade", "advisor", "call_from",
                  "call_until", "address", "postcode", "email", "tags", "note", "active")  # fmt: skip

    sections = (
        ("客户", ("name", "kind", "id_number", "credit_code", "birthday")),
        ("联系", ("address", "postcode", "email", "call_from", "call_until")),
        ("服务", ("grade", "source", "advisor", "tags", "note")),
    )


class PhoneRow(TablerForm, forms.Form):
    """One number; the first row is called first."""

    autofocus = False
    number = CheckedField(check_phone, label="电话")
    valid = forms.BooleanField(label="有效", required=False, initial=True)


class ContactRow(TablerForm, forms.Form):
    """One person to speak to."""

    autofocus = False
    name = forms.CharField(label="姓名", max_length=40, required=False)
    relation = forms.ChoiceField(
        label="关系", choices=Contact.Relation.choices, initial="deliverer", required=False
    )
    phone = CheckedField(check_phone, label="电话")
    for_calls = forms.BooleanField(label="回访联系人", required=False)
    note = forms.CharField(label="备注", max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if (values.get("phone") or values.get("note")) and not values.get("name"):
            self.add_error("name", "请填写联系人姓名")
        return values


PhoneRows = forms.formset_factory(PhoneRow, extra=2, max_num=20)
ContactRows = forms.formset_factory(ContactRow, extra=1, max_num=20)


def phone_rows(data: Any, customer: Customer | None) -> Any:
    """The numbers of a file with empty rows for more; emptying a row takes the number out."""
    rows: list[Phone] = list(customer.phones.order_by("-primary", "id")) if customer else []
    return PhoneRows(data, prefix="phones", initial=[{"number": r.number, "valid": r.valid} for r in rows])


def contact_rows(data: Any, customer: Customer | None) -> Any:
    rows = list(customer.contacts.order_by("id")) if customer else []
    names = ("name", "relation", "phone", "for_calls", "note")
    initial = [{name: getattr(row, name) for name in names} for row in rows]
    return ContactRows(data, prefix="contacts", initial=initial)


def phones_of(rows: Any) -> list[PhoneEntry]:
    """The numbers typed, the first the one called first."""
    typed = [row.cleaned_data for row in rows if row.cleaned_data.get("number")]
    return [PhoneEntry(each["number"], each["valid"], primary=place == 0) for place, each in enumerate(typed)]


def contacts_of(rows: Any) -> list[ContactEntry]:
    return [ContactEntry(**row.cleaned_data) for row in rows if row.cleaned_data.get("name")]
