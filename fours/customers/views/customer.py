"""The page of a customer, its form, merging, and the list of files that may be one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fours.base.errors import NotThere, Refused, Stale
from fours.customers.completeness import completeness
from fours.customers.duplicates import find_duplicates, groups_alike
from fours.customers.forms import CustomerForm, contact_rows, contacts_of, phone_rows, phones_of
from fours.customers.models import Customer, Phone
from fours.customers.verbs.customer import (
    change_customer,
    create_customer,
    merge_customers,
    record_consent,
)
from fours.customers.verbs.erase import erase_customer
from fours.kernel.attachments import attach_address, attachments_of
from fours.kernel.comments import comment_address, comments_of
from fours.kernel.forms import TablerForm
from fours.kernel.history import history_address, history_of
from fours.kernel.panels import panels_of, render_panel
from fours.kernel.pickers import PickerSelect
from fours.kernel.verbs import VERBS
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen


@screen("customers.view")
def customer(request: ActorRequest, pk: int) -> HttpResponse:
    """Everything about one customer: how to reach them, what is missing, their cars; `?tab=` opens a tab."""
    row = find(Customer, pk, request.actor, "advisor", "merged_into")
    prefetch_related_objects([row], Prefetch("phones", Phone.objects.order_by("-primary", "id")), "contacts")
    may_change = request.actor.can("customers.change") and row.merged_into is None
    chosen = TABS.get(request.GET.get("tab", ""), TABS["history"])
    context = {
        "customer": row,
        "phones": list(row.phones.all()),
        "contacts": list(row.contacts.all()),
        "completeness": completeness(row),
        "panels": [(panel, render_panel(panel, request, row)) for panel in panels_of(Customer, request)],
        "may_change": may_change,
        "may_erase": request.actor.can("customers.erase")
        and row.erased_at is None
        and (row.merged_into is None or row.withdrawn),
        "may_merge": request.actor.can("customers.merge") and row.merged_into is None,
        "calls_verb": VERBS["allow_calls" if row.do_not_call else "stop_calls"],
        "tabs": TABS.values(),
        "chosen": chosen,
        **chosen.context(request, row),
    }
    return render(request, "customers/customer.html", context)


@require_GET
@screen("customers.view")
def customer_tab(request: ActorRequest, pk: int, key: str) -> HttpResponse:
    """One tab of the customer's page, fetched when it is opened."""
    row = find(Customer, pk, request.actor)
    chosen = TABS.get(key)
    if chosen is None:
        raise NotThere()
    return render(request, chosen.template, chosen.context(request, row))


def _history(request: ActorRequest, row: Customer) -> dict[str, object]:
    return {"history": history_of(row, request.actor, 20), "history_url": history_address(row)}


def _attachments(request: ActorRequest, row: Customer) -> dict[str, object]:
    may_change = request.actor.can("customers.change") and row.merged_into_id is None
    return {
        "attachments": attachments_of(row, request.actor),
        "attach_to": attach_address(row) if may_change else "",
    }


def _comments(request: ActorRequest, row: Customer) -> dict[str, object]:
    return {"comments": comments_of(row, request.actor), "comment_to": comment_address(row)}


@dataclass(frozen=True)
class Tab:
    """A part of the page that is read only when it is looked at."""

    key: str
    label: str
    template: str
    context: Callable[[ActorRequest, Customer], dict[str, object]]


TABS = {
    tab.key: tab
    for tab in (
        Tab("history", "动态", "kernel/history.html", _history),
        Tab("attachments", "附件", "kernel/attachments.html", _attachments),
        Tab("comments", "备注", "kernel/comments.html", _comments),
    )
}


@dataclass
class _Typed:
    """The three parts of the form, checked together so that all that is wrong shows at once."""

    form: CustomerForm
    phones: Any
    contacts: Any

    def __init__(self, request: ActorRequest, row: Customer | None) -> None:
        data = request.POST if request.method == "POST" else None
        initial = {"name": request.GET.get("name", "")} if row is None else None
        self.form = CustomerForm(data, instance=row, initial=initial, actor=request.actor)
        self.phones = phone_rows(data, row)
        self.contacts = contact_rows(data, row)

    def is_valid(self) -> bool:
        right = [part.is_valid() for part in (self.form, self.phones, self.contacts)]
        if not all(right) and self.form.is_valid():
            self.form.add_error(None, "电话或联系人有需要改的地方，已在旁边标出。已填的内容都在。")
        return all(right)

    def facts(self) -> dict[str, Any]:
        return {
            **self.form.facts(),
            "phones": phones_of(self.phones),
            "contacts": contacts_of(self.contacts),
        }


@screen("customers.change")
def customers_new(request: ActorRequest) -> HttpResponse:
    """A new file; one that is surely of a known customer is asked about before it is made."""
    typed, alike = _Typed(request, None), []
    if request.method == "POST" and typed.is_valid():
        facts = typed.facts()
        alike = find_duplicates(
            request.actor,
            name=facts["name"],
            phones=[entry.number for entry in facts["phones"]],
            id_number=facts["id_number"],
            credit_code=facts["credit_code"],
        )
        if any(one.sure for one in alike) and request.POST.get("not_same") != "1":
            typed.form.add_error(None, "已有相同的客户档案，请核对；确实不是同一客户，请勾选后再保存。")
        elif saved := attempt(
            typed.form, lambda: create_customer(request.actor.must_store, actor=request.actor, **facts)
        ):
            return done(request, f"已新建客户 {saved.name}", reverse("customer", args=[saved.pk]))
    return _form_page(
        request, typed, {"page_title": "新建客户", "back": reverse("customers"), "alike": alike}
    )


@screen("customers.change")
def customer_edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change a file; when somebody else saved it meanwhile, both versions are shown."""
    row = find(Customer, pk, request.actor)
    typed = _Typed(request, row)
    if request.method == "POST" and typed.is_valid():
        version = typed.form.cleaned_data["version"]
        saved = attempt(
            typed.form,
            lambda: change_customer(row, actor=request.actor, version=version, **typed.facts()),
        )
        if saved is not None:
            return done(request, f"已保存 {saved.name}", reverse("customer", args=[row.pk]))
        if isinstance(getattr(typed.form, "refused", None), Stale):
            typed.form.show_conflict(find(Customer, pk, request.actor))
    back = reverse("customer", args=[row.pk])
    return _form_page(request, typed, {"page_title": f"修改客户 {row.name}", "back": back, "alike": []})


def _form_page(request: ActorRequest, typed: _Typed, context: dict[str, object]) -> HttpResponse:
    context |= {"form": typed.form, "phones": typed.phones, "contacts": typed.contacts}
    answer = page(request, "customers/customer_form.html", context, typed.form)
    if request.method == "POST" and answer.status_code == 200:
        # Only a row of phones or contacts is wrong.
        answer.status_code = 422
    return answer


@screen("customers.view")
def customer_alike(request: ActorRequest) -> HttpResponse:
    """While a new file is typed: the files that may be the same customer."""
    asked = request.GET
    numbers = [asked.get(f"phones-{place}-number", "") for place in range(20)]
    alike = find_duplicates(
        request.actor,
        name=asked.get("name", ""),
        phones=numbers,
        id_number=asked.get("id_number", ""),
        credit_code=asked.get("credit_code", ""),
    )
    return render(request, "customers/alike.html", {"alike": alike, "ask": False})


@screen("customers.merge")
def customer_duplicates(request: ActorRequest) -> HttpResponse:
    """Files that share a phone or an identity number, to be merged or left."""
    return render(request, "customers/duplicates.html", {"groups": groups_alike(request.actor)})


@require_POST
@screen("customers.change")
def customer_consent(request: ActorRequest, pk: int) -> HttpResponse:
    """Record what the customer said about being contacted for marketing (`agreed` 1 or 0)."""
    row = find(Customer, pk, request.actor)
    if request.POST.get("agreed") not in ("0", "1"):
        raise Refused("请选择同意或不同意。", field="agreed")
    record_consent(row, agreed=request.POST["agreed"] == "1", actor=request.actor)
    return done(request, "已记录客户意愿", reverse("customer", args=[pk]))


class EraseForm(TablerForm, forms.Form):
    reason = forms.CharField(
        label="原因",
        max_length=100,
        help_text="例如：客户本人要求。不要写姓名和电话。",
        widget=forms.Textarea({"rows": 2}),
    )
    sure = forms.BooleanField(label="客户身份已核实，明白删除后不能恢复")


@screen("customers.erase")
def customer_erase(request: ActorRequest, pk: int) -> HttpResponse:
    """Forget a person who asks for it; the form says what goes and what the law keeps."""
    row = find(Customer, pk, request.actor)
    form = EraseForm(request.POST if request.method == "POST" else None)
    reason = form.data.get("reason", "")
    erased = attempt(form, lambda: erase_customer(row, reason=reason, actor=request.actor))
    if erased is not None:
        return done(request, "个人信息已删除", reverse("customer", args=[pk]))
    context = {
        "title": f"删除 {row.name} 的个人信息",
        "form": form,
        "intro": "姓名、电话、证件号、地址、生日、联系人、备注和附件，以及工单、回访、消息、历史中的这些内容都会删除，"
        "不能恢复；单号、金额、时间和车辆档案保留。已签署的维修单据依法锁定留存，期满自动删除。",
        "submit_label": "删除个人信息",
        "submit_tone": "danger",
        "crumbs": _crumbs(row),
        "cancel_url": reverse("customer", args=[row.pk]),
    }
    return page(request, "kernel/form_page.html", context, form)


def _crumbs(row: Customer) -> list[tuple[str, str]]:
    return [("客户", reverse("customers")), (row.name, reverse("customer", args=[row.pk]))]


class MergeForm(TablerForm, forms.Form):
    into = forms.ModelChoiceField(
        Customer.objects.none(), label="保留的客户档案", widget=PickerSelect("customers")
    )

    def __init__(self, *args: Any, row: Customer, request: ActorRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        into = self.fields["into"]
        assert isinstance(into, forms.ModelChoiceField)
        into.queryset = Customer.objects.visible_to(request.actor).filter(merged_into=None).exclude(pk=row.pk)


@screen("customers.merge")
def customer_merge(request: ActorRequest, pk: int) -> HttpResponse:
    """Choose the file that goes on; this one's cars, orders, calls and photos go to it."""
    row = find(Customer, pk, request.actor)
    data = request.POST if request.method == "POST" else None
    form = MergeForm(data, initial={"into": request.GET.get("into")}, row=row, request=request)
    if data is not None and (
        into := attempt(
            form, lambda: merge_customers(row, into=form.cleaned_data["into"], actor=request.actor)
        )
    ):
        return done(request, f"已合并到 {into.name}", reverse("customer", args=[into.pk]))
    context = {
        "title": f"合并客户 {row.name}",
        "form": form,
        "intro": f"“{row.name}”的车辆、工单、回访、附件都转到下面选择的档案；本档案停用并留存，不能撤销。",
        "submit_label": "合并",
        "submit_tone": "danger",
        "crumbs": _crumbs(row),
        "cancel_url": reverse("customer", args=[row.pk]),
    }
    return page(request, "kernel/form_page.html", context, form)
