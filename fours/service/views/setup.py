"""开业设置: prices of an hour of work (PF-15)."""

from typing import cast

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from fours.kernel.business_date import today
from fours.kernel.forms import TablerForm
from fours.kernel.web import ActorRequest, attempt, done, page, screen

from ..verbs.rates import set_labor_rates


def _price(label: str) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=8, decimal_places=2, required=False)


class RatesForm(TablerForm, forms.Form):
    """One price for each kind of work."""

    mechanical = _price("机修（元/小时）")
    electrical = _price("电工（元/小时）")
    body = _price("钣金（元/小时）")
    paint = _price("喷漆（元/小时）")
    care = _price("美容养护（元/小时）")
    valid_from = forms.DateField(label="生效日期", widget=forms.DateInput, initial=today)


@screen("org.change_settings")
def setup_rates(request: ActorRequest) -> HttpResponse:
    """All prices on one form."""
    form = RatesForm(request.POST or None)
    if request.method == "POST":
        made = attempt(form, lambda: _set(request, form))
        if made is not None:
            return done(request, "已填写工时单价", reverse("setup"))
    context: dict[str, object] = {
        "title": "填写工时单价",
        "form": form,
        "cancel_url": reverse("setup"),
        "intro": "含税价。以后调价时从新的生效日期另填，旧单据仍按当天的价。",
    }
    return page(request, "kernel/form_page.html", context, form)


def _set(request: ActorRequest, form: RatesForm) -> object:
    given = dict(form.cleaned_data)
    valid_from = given.pop("valid_from")
    return set_labor_rates(
        request.actor.must_store,
        prices=cast(dict[str, None], given),
        valid_from=valid_from,
        actor=request.actor,
    )
