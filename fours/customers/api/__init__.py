"""`/api/v1/customers`: the customer files (PF-03)."""

from datetime import date, time
from typing import Any, Literal

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from fours.customers.facts import ContactEntry, PhoneEntry
from fours.customers.models import Customer, Phone
from fours.customers.search import KIND
from fours.customers.verbs.customer import (
    allow_calls,
    change_customer,
    create_customer,
    merge_customers,
    record_consent,
    stop_calls,
)
from fours.desk.api_tools import (
    AddressText,
    ApiRequest,
    Asked,
    DayOfPerson,
    EmailText,
    Id,
    IdentityText,
    Listed,
    Moment,
    Page,
    PhoneText,
    Text,
    Version,
    Versioned,
    created,
    held,
    listing,
    reader,
    referred,
    rows_of,
    writer,
)
from fours.desk.search import matching_ids

router = Router()
resource = Router()


class PhoneOut(Schema):
    number: PhoneText
    kind: str
    valid: bool
    primary: bool


class ContactOut(Schema):
    name: str
    relation: str
    phone: PhoneText
    for_calls: bool
    note: str


class CustomerOut(Schema):
    """A customer file; `merged_into_id` names the file that goes on."""

    id: int
    store: str
    version: int
    kind: str
    name: str
    id_number: IdentityText
    credit_code: str
    birthday: DayOfPerson
    address: AddressText
    postcode: str
    email: EmailText
    grade: str
    source: str
    tags: list[str]
    phones: list[PhoneOut]
    contacts: list[ContactOut]
    call_from: time | None
    call_until: time | None
    do_not_call: bool
    marketing_consent: bool | None
    note: str
    active: bool
    merged_into_id: int | None
    created_at: Moment
    updated_at: Moment

    @staticmethod
    def resolve_store(row: Customer) -> str:
        return row.store.code

    @staticmethod
    def resolve_phones(row: Customer) -> list[Phone]:
        return list(row.phones.all())


class PhoneIn(Asked):
    number: Text
    valid: bool = True
    primary: bool = False


class ContactIn(Asked):
    name: Text
    relation: Literal["owner", "deliverer", "payer", "driver"]
    phone: Text = ""
    for_calls: bool = False
    note: Text = ""


class CustomerFactsIn(Asked):
    kind: Literal["person", "company"] = "person"
    phones: list[PhoneIn] = Field([], max_length=20)
    contacts: list[ContactIn] = Field([], max_length=20)
    id_number: Text = ""
    credit_code: Text = ""
    birthday: date | None = None
    address: Text = ""
    postcode: Text = ""
    email: Text = ""
    grade: Literal["normal", "key"] = "normal"
    source: Text = ""
    tags: list[Text] = Field([], max_length=20)
    call_from: time | None = None
    call_until: time | None = None
    note: Text = ""

    def facts(self) -> dict[str, Any]:
        """What was said, as the verbs take it."""
        facts = self.given("version")
        if "phones" in facts:
            facts["phones"] = [PhoneEntry(p.number, p.valid, p.primary) for p in self.phones]
        if "contacts" in facts:
            facts["contacts"] = [
                ContactEntry(c.name, c.relation, c.phone, c.for_calls, c.note) for c in self.contacts
            ]
        return facts


class CustomerIn(CustomerFactsIn):
    name: Text


class CustomerChange(CustomerFactsIn):
    """Only what is given is changed; phones and contacts are given whole."""

    name: Text = ""
    active: bool = True
    version: Version = None


class Consent(Versioned):
    agreed: bool


class Merge(Versioned):
    into_id: Id


class CustomerPage(Page):
    q: str = Field("", max_length=80, description="name, pinyin, phone: as in the search box")
    name: str = Field("", max_length=100)
    phone: str = Field("", max_length=24)
    kind: Literal["person", "company"] | None = None
    active: bool | None = None


def _whole(rows: QuerySet[Customer]) -> QuerySet[Customer]:
    phones = Prefetch("phones", Phone.objects.order_by("-primary", "pk"))
    return rows.select_related("store").prefetch_related(phones, "contacts")


def _again(request: ApiRequest, row: Customer) -> Customer:
    return _whole(rows_of(Customer, request.actor).filter(pk=row.pk)).get()


@resource.get("", response=Listed[CustomerOut], url_name="customers")
def customers(request: ApiRequest, page: Query[CustomerPage]) -> object:
    """The customers of the caller's stores, the newest first; merged files are left out."""
    actor = reader(request, page.store)
    rows = rows_of(Customer, actor).filter(merged_into=None)
    if page.q:
        rows = rows.filter(pk__in=matching_ids(actor, KIND, page.q))
    if page.name:
        rows = rows.filter(name=page.name)
    if page.phone:
        rows = rows.filter(phones__number=page.phone)
    if page.kind:
        rows = rows.filter(kind=page.kind)
    if page.active is not None:
        rows = rows.filter(active=page.active)
    return listing(rows, page, _whole)


@resource.post("", response={201: CustomerOut}, url_name="customers")
def create(request: ApiRequest, response: HttpResponse, data: CustomerIn, store: str = "") -> object:
    """A new customer file."""
    actor = writer(request, store)
    row = create_customer(actor.must_store, actor=actor, **data.facts())
    return created(request, response, reverse("api:customer", args=[row.pk]), _again(request, row))


@resource.get("/{int:pk}", response=CustomerOut, url_name="customer")
def customer(request: ApiRequest, pk: int) -> Customer:
    """One customer."""
    return _again(request, held(request, Customer, pk)[0])


@resource.patch("/{int:pk}", response=CustomerOut, url_name="customer")
def change(request: ApiRequest, pk: int, data: CustomerChange) -> Customer:
    """Change what is given of a file."""
    row, actor = held(request, Customer, pk)
    return _again(request, change_customer(row, actor=actor, version=data.version, **data.facts()))


@resource.post("/{int:pk}/record-consent", response=CustomerOut)
def consent(request: ApiRequest, pk: int, data: Consent) -> Customer:
    """Record whether the customer agrees to marketing contact."""
    row, actor = held(request, Customer, pk)
    return _again(request, record_consent(row, agreed=data.agreed, actor=actor, version=data.version))


@resource.post("/{int:pk}/stop-calls", response=CustomerOut)
def no_calls(request: ApiRequest, pk: int, data: Versioned) -> Customer:
    """The customer wants no more calls."""
    row, actor = held(request, Customer, pk)
    return _again(request, stop_calls(row, actor=actor, version=data.version))


@resource.post("/{int:pk}/allow-calls", response=CustomerOut)
def calls_again(request: ApiRequest, pk: int, data: Versioned) -> Customer:
    """The customer may be called again."""
    row, actor = held(request, Customer, pk)
    return _again(request, allow_calls(row, actor=actor, version=data.version))


@resource.post("/{int:pk}/merge", response=CustomerOut)
def merge(request: ApiRequest, pk: int, data: Merge) -> Customer:
    """Merge this file into another; answers the file that goes on."""
    row, actor = held(request, Customer, pk)
    into = referred(Customer, data.into_id, actor, "into_id")
    assert into is not None
    return _again(request, merge_customers(row, into=into, actor=actor, version=data.version))


router.add_router("/customers", resource, tags=["customers"])
