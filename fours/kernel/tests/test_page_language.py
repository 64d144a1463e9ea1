"""How values, forms and components are written on a page."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
import time_machine
from django import forms
from django.template import engines
from django.template.backends.utils import csrf_input
from django.test import RequestFactory
from jinja2 import UndefinedError

from fours.config import jinja
from fours.kernel.forms import TablerForm

NOW = datetime(2026, 11, 22, 6, 5, tzinfo=UTC)  # 14:05 in the store


def render(text: str, path: str = "/orders/", **context: object) -> str:
    source = '{% import "kernel/ui.html" as ui with context %}' + text
    request = RequestFactory().get(path)
    csrf = {"csrf_input": csrf_input(request), "csrf_token": "token"}
    # Not through the backend: its context processors ask the database who is there.
    page: str = engines["jinja2"].env.from_string(source).render(**context, **csrf, request=request)
    return page


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234.5"), "1,234.50"),
        (Decimal("0.005"), "0.01"),
        (Decimal("-1234.565"), "-1,234.57"),
        (0, "0.00"),
        ("12", "12.00"),
        (None, "—"),
    ],
)
def test_money_has_two_places_and_rounds_half_up(value: jinja.Number, text: str) -> None:
    assert jinja.money(value) == text


def test_money_shows_its_sign_before_the_symbol() -> None:
    assert jinja.money(Decimal("-8"), symbol=True) == "-¥8.00"


@pytest.mark.parametrize(
    ("value", "text"), [(Decimal("4.000"), "4"), (Decimal("4.500"), "4.5"), (1200, "1,200"), (None, "—")]
)
def test_a_quantity_has_no_idle_zeros(value: jinja.Number, text: str) -> None:
    assert jinja.quantity(value) == text


def test_hours_and_mileage() -> None:
    assert jinja.hours(Decimal("1.50")) == "1.5"
    assert jinja.kilometres(32100) == "32,100 km"
    assert jinja.kilometres(None) == "—"


@time_machine.travel(NOW, tick=False)
def test_moments_are_shown_in_the_store_s_zone() -> None:
    late = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    assert jinja.moment(late) == "11-23 01:30"
    assert jinja.day(late) == "2026-11-23"
    assert jinja.daytime(late) == "01:30"
    assert jinja.moment(datetime(2025, 3, 1, 2, 0, tzinfo=UTC)) == "2025-03-01 10:00"


@time_machine.travel(NOW, tick=False)
def test_a_promise_names_its_day_unless_it_is_today() -> None:
    assert jinja.by_when(datetime(2026, 11, 22, 10, 5, tzinfo=UTC)) == "18:05"
    assert jinja.by_when(datetime(2026, 11, 23, 5, 30, tzinfo=UTC)) == "明天 13:30"
    assert jinja.by_when(datetime(2026, 11, 21, 5, 30, tzinfo=UTC)) == "昨天 13:30"
    assert jinja.by_when(datetime(2026, 11, 25, 5, 30, tzinfo=UTC)) == "11-25 13:30"
    assert jinja.by_when(None) == "—"


def test_plain_dates_and_times_stay_as_they_are() -> None:
    assert jinja.day(date(2026, 1, 2)) == "2026-01-02"
    assert jinja.daytime(time(8, 30)) == "08:30"
    assert jinja.day(None) == jinja.moment(None) == jinja.daytime(None) == jinja.since(None) == "—"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 22, 6, 4, 30, tzinfo=UTC), "刚刚"),
        (datetime(2026, 11, 22, 5, 23, tzinfo=UTC), "42 分钟前"),
        (datetime(2026, 11, 22, 9, 5, tzinfo=UTC), "3 小时后"),
        (datetime(2026, 11, 21, 6, 5, tzinfo=UTC), "昨天 14:05"),
        (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), "明天 09:00"),
        (datetime(2026, 11, 18, 6, 5, tzinfo=UTC), "4 天前"),
        (datetime(2026, 10, 1, 6, 5, tzinfo=UTC), "2026-10-01"),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_how_long_ago_or_ahead_is_said_in_words(moment: datetime, text: str) -> None:
    assert jinja.since(moment) == text


def test_a_changed_query_keeps_the_other_filters() -> None:
    assert render("{{ query(page=2, q=none) }}", "/orders/?q=x&state=open") == "?state=open&amp;page=2"


def test_an_unknown_name_in_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("{{ no_such_thing }}")


def test_what_a_person_typed_is_never_markup() -> None:
    page = render("{{ ui.facts([('车主', name)]) }}{{ ui.state_chip(name) }}", name="<script>x</script>")
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 2


class Visit(TablerForm, forms.Form):
    mileage = forms.IntegerField(label="里程", min_value=0, help_text="看仪表")
    price = forms.DecimalField(label="价格", required=False)
    due = forms.DateTimeField(label="约定交车", required=False)
    kind = forms.ChoiceField(label="类别", choices=[("a", "保养")], widget=forms.RadioSelect, required=False)
    words = forms.CharField(label="陈述", required=False)


def test_a_wrong_number_stays_in_its_field_with_the_reason_beside_it() -> None:
    field = render("{{ ui.field(form.mileage, unit='km') }}", form=Visit({"mileage": "六万", "words": "响"}))
    assert 'type="text"' in field
    assert 'value="六万"' in field
    assert 'inputmode="numeric"' in field
    assert "is-invalid" in field
    assert 'id="id_mileage_error"' in field
    assert 'aria-describedby="id_mileage_helptext id_mileage_error"' in field


def test_a_number_below_its_limit_is_still_refused() -> None:
    assert "mileage" in Visit({"mileage": "-1"}).errors


def test_the_cursor_stands_in_the_first_wrong_field() -> None:
    assert Visit({"mileage": "1", "price": "x"}).focused == "price"
    assert Visit().focused == "mileage"


def test_a_date_control_gets_the_form_browsers_read() -> None:
    form = Visit(initial={"due": datetime(2026, 11, 22, 9, 30, tzinfo=UTC)})
    control = render("{{ form.due }}", form=form)
    assert 'type="datetime-local"' in control
    assert 'value="2026-11-22T17:30"' in control


def test_a_slip_in_the_year_is_refused() -> None:
    assert Visit({"mileage": "1", "due": "0202-11-22T09:30"}).errors["due"] == [
        "日期应在 1900 年到 2100 年之间。"
    ]


def test_choices_stand_in_a_named_group() -> None:
    field = render("{{ ui.field(form.kind) }}", form=Visit())
    assert "<legend>类别" in field
    assert 'class="form-check-input"' in field


def test_a_verb_that_needs_a_reason_asks_for_it_in_a_dialog() -> None:
    verb = {"label": "作废", "needs_reason": True, "confirm": "不能恢复。"}
    button = render("{{ ui.verb_button(verb, '/x/', version=3) }}", verb=verb)
    assert "<dialog" in button
    assert 'name="reason" rows="3" required' in button
    assert 'name="version" value="3"' in button
    assert "csrfmiddlewaretoken" in button


def test_a_plain_verb_is_one_button_with_a_key() -> None:
    button = render("{{ ui.verb_button(verb, '/x/') }}", verb={"label": "完工"})
    assert "<dialog" not in button
    assert 'name="idempotency_key" value="' in button


@pytest.mark.parametrize("current", [1, "估价", "estimate"])
def test_the_stepper_marks_where_a_document_stands(current: object) -> None:
    steps: list[object] = [("in", "接车"), ("estimate", "估价"), ("work", "维修")]
    if current == "估价":
        steps = ["接车", "估价", "维修"]
    shown = render("{{ ui.stepper(steps, current) }}", steps=steps, current=current)
    assert shown.count('class="step done"') == 1
    assert 'class="step now" aria-current="step"' in shown
    assert "第 2 步，共 3 步" in shown


class GrownForm(TablerForm, forms.Form):
    name = forms.CharField(label="姓名")
    way = forms.ChoiceField(label="方式", choices=[("a", "甲")])
    reason = forms.CharField(label="原因", error_messages={"required": "请说明原因。"})

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.fields["amount"] = forms.DecimalField(label="金额")


def test_a_missing_entry_is_asked_for_in_the_words_of_the_product() -> None:
    assert {name: list(said) for name, said in GrownForm({}).errors.items()} == {
        "name": ["请填写。"], "way": ["请选择。"], "reason": ["请说明原因。"], "amount": ["请填写。"],
    }  # fmt: skip


def test_a_number_field_added_later_keeps_what_was_typed_too() -> None:
    assert 'type="text"' in str(GrownForm({"amount": "abc"})["amount"])
