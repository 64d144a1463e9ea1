"""Making, changing and merging customer files (PF-03)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from django.utils import timezone

from fours.base.errors import NotThere, Refused
from fours.customers.duplicates import find_duplicates
from fours.customers.facts import (
    ContactEntry,
    CustomerChanges,
    CustomerFacts,
    PhoneEntry,
    check_call_window,
    checked_contacts,
    checked_customer,
    checked_phones,
    label_of,
)
from fours.customers.merging import fill_gaps, move_everything
from fours.customers.models import Contact, Customer, Phone
from fours.customers.search import KIND, keys_with_numbers, write_customer_keys
from fours.desk.search import remove_keys, write_first_keys
from fours.kernel.actor import Actor
from fours.kernel.bulk import insert_all
from fours.kernel.events import announce, announce_all
from fours.kernel.models import Store
from fours.kernel.verbs import keep, take, verb


@dataclass(frozen=True)
class CustomerFile:
    """What a new file will hold, checked and in stored form."""

    values: Mapping[str, Any]
    phones: Sequence[PhoneEntry]
    contacts: Sequence[ContactEntry]

    @property
    def numbers(self) -> list[str]:
        """All by which the customer can be found."""
        return [entry.number for entry in self.phones] + [
            entry.phone for entry in self.contacts if entry.phone
        ]


def checked_file(
    *,
    name: str,
    kind: str = Customer.Kind.PERSON,
    phones: Sequence[PhoneEntry | str] = (),
    contacts: Sequence[ContactEntry] = (),
    **facts: Unpack[CustomerFacts],
) -> CustomerFile:
    """The facts of a new file in stored form; raises Refused with every problem beside its field."""
    values = checked_customer({**facts, "name": name, "kind": kind}, CustomerChanges.__annotations__)
    check_call_window(values.get("call_from"), values.get("call_until"))
    return CustomerFile(values, checked_phones(phones), checked_contacts(contacts))


MERGED = "此客户档案已并入另一份档案，请在那份档案上办理。"
# Values that are no personal data, so that the history may show them.
OPEN_FIELDS = frozenset({"kind", "grade", "source", "active", "tags"})


@verb("新建客户", "customers.change")
def create_customer(
    store: Store,
    *,
    actor: Actor,
    name: str,
    kind: str = Customer.Kind.PERSON,
    phones: Sequence[PhoneEntry | str] = (),
    contacts: Sequence[ContactEntry] = (),
    **facts: Unpack[CustomerFacts],
) -> Customer:
    """A new file; the first phone is the one called first. Numbers are checked and stored in one form (PF-03).

    Files alike are not refused here: `find_duplicates` shows them while somebody types.
    """
    file = checked_file(name=name, kind=kind, phones=phones, contacts=contacts, **facts)
    return _write_files(store, [file], actor)[0]


@verb("批量新建客户", "customers.change")
def create_customers(store: Store, *, files: Sequence[CustomerFile], actor: Actor) -> list[Customer]:
    """New files in the given order, as `create_customer` makes one, in a handful of statements for all of them."""
    return _write_files(store, files, actor)


def customer_meant(store: Store, *, name: str, phone: str, actor: Actor) -> Customer:
    """The customer of that name and phone who is on file, else a new one with these few words."""
    alike = find_duplicates(actor, name=name, phones=[phone]) if phone else []
    known = next((one.customer for one in alike if one.sure), None)
    return known or create_customer(store, actor=actor, name=name, phones=[phone] if phone else [])


@verb("修改客户", "customers.change")
def change_customer(
    customer: Customer,
    *,
    actor: Actor,
    version: int | None = None,
    phones: Sequence[PhoneEntry | str] | None = None,
    contacts: Sequence[ContactEntry] | None = None,
    **changes: Unpack[CustomerChanges],
) -> Customer:
    """Change what is given and nothing else; given phones or contacts replace all there were.

    Nothing changed, nothing written. The history names the fields; personal values stay out of it.
    """
    customer = take(customer, version=version)
    check_goes_on(customer)
    values = checked_customer(changes, CustomerChanges.__annotations__)
    window = {**vars(customer), **values}
    check_call_window(window["call_from"], window["call_until"])
    before = {name: getattr(customer, name) for name in values}
    changed = [name for name, value in values.items() if before[name] != value]
    for name in changed:
        setattr(customer, name, values[name])
    labels = [label_of(Customer, name) for name in changed]
    known = set(customer.phones.values_list("pk", flat=True)) if phones is not None else set()
    if phones is not None and _write_phones(customer, checked_phones(phones)):
        labels.append("电话")
    if contacts is not None and _write_contacts(customer, checked_contacts(contacts)):
        labels.append("联系人")
    if not labels:
        return customer
    keep(customer, *changed)
    write_customer_keys(customer)
    shown = {name: [before[name], values[name]] for name in changed if name in OPEN_FIELDS}
    announce(
        "customers.customer_changed",
        customer,
        actor=actor,
        sentence=f"修改 {'、'.join(labels)}",
        data={
            "fields": labels,
            "changes": shown,
            **_new_phones(customer, known if "电话" in labels else None),
        },
    )
    return customer


def _new_phones(customer: Customer, known: set[int] | None) -> dict[str, list[int]]:
    """Which rows of phones came with a change, so that it can be taken back."""
    if known is None:
        return {}
    return {"new_phones": sorted(set(customer.phones.values_list("pk", flat=True)) - known)}


@verb("记录营销同意", "customers.change")
def record_consent(customer: Customer, *, agreed: bool, actor: Actor, version: int | None = None) -> Customer:
    """Record that the customer agrees to, or refuses, being contacted for marketing, from now on (PIPL 14, 15)."""
    customer = take(customer, version=version)
    check_goes_on(customer)
    customer.marketing_consent, customer.consent_at = agreed, timezone.now()
    keep(customer, "marketing_consent", "consent_at")
    sentence = "客户同意营销联系" if agreed else "客户不同意营销联系"
    announce("customers.consent_recorded", customer, actor=actor, sentence=sentence, data={"agreed": agreed})
    return customer


@verb("请勿来电", "customers.change", confirm="客户要求不再接到电话？此后回访和提醒都不再外呼。", plain=True)
def stop_calls(customer: Customer, *, actor: Actor, version: int | None = None) -> Customer:
    """Nobody calls the customer any more, from this moment (消保法实施条例 24: stop at once)."""
    return _set_calls(customer, stopped=True, actor=actor, version=version)


@verb("恢复来电", "customers.change", confirm="客户同意重新接听本店来电？", plain=True)
def allow_calls(customer: Customer, *, actor: Actor, version: int | None = None) -> Customer:
    """The customer may be called again."""
    return _set_calls(customer, stopped=False, actor=actor, version=version)


def _set_calls(customer: Customer, *, stopped: bool, actor: Actor, version: int | None) -> Customer:
    customer = take(customer, version=version)
    check_goes_on(customer)
    if customer.do_not_call == stopped:
        return customer
    customer.do_not_call = stopped
    keep(customer, "do_not_call")
    kind = "customers.calls_stopped" if stopped else "customers.calls_allowed"
    announce(kind, customer, actor=actor, sentence="客户要求请勿来电" if stopped else "客户同意恢复来电")
    return customer


@verb("合并客户", "customers.merge")
def merge_customers(
    customer: Customer, *, into: Customer, actor: Actor, version: int | None = None
) -> Customer:
    """Let `into` go on for both: everything that pointed at `customer` points at it, and nothing is lost (PF-03).

    The merged file stays, out of lists and search, with what both files said differently. Whoever refused calls or
    marketing in either file is not contacted. Returns the file that goes on.
    """
    customer, into = _both(customer, into, version)
    _move_phones(customer, into)
    fill_gaps(customer, into, _GAPS)
    into.tags = list(dict.fromkeys([*into.tags, *customer.tags]))
    into.grade = Customer.Grade.KEY if Customer.Grade.KEY in (into.grade, customer.grade) else into.grade
    into.do_not_call = into.do_not_call or customer.do_not_call
    _stricter_consent(customer, into)
    move_everything(customer, into, besides=("phones",))
    customer.merged_into, customer.active = into, False
    keep(customer, "merged_into", "active")
    keep(into, *_GAPS, "tags", "grade", "do_not_call", "marketing_consent", "consent_at")
    remove_keys(customer, KIND)
    write_customer_keys(into)
    announce(
        "customers.customer_merged_away", customer, actor=actor, sentence=f"并入客户档案（编号 {into.pk}）"
    )
    announce(
        "customers.customer_merged",
        into,
        actor=actor,
        sentence=f"合并了重复的客户档案（编号 {customer.pk}）",
        data={"merged": customer.pk},
    )
    return into


_GAPS = ("id_number", "credit_code", "birthday", "address", "postcode", "email", "source", "advisor",
         "call_from", "call_until", "note")  # fmt: skip


def check_goes_on(customer: Customer) -> None:
    """Raise Refused for a file that was merged into another."""
    if customer.withdrawn:
        raise Refused("此客户档案已随导入撤销作废，不能再办理。")
    if customer.merged_into_id is not None:
        raise Refused(MERGED)


def _both(customer: Customer, into: Customer, version: int | None) -> tuple[Customer, Customer]:
    """Both rows locked in one order, so that two people merging the same pair wait and don't block each other."""
    if customer.pk == into.pk:
        raise Refused("请选择另一份客户档案", field="into")
    if customer.store_id != into.store_id:
        raise NotThere()
    taken = {
        row.pk: take(row, version=version if row.pk == customer.pk else None)
        for row in sorted((customer, into), key=lambda row: row.pk)
    }
    for row in taken.values():
        check_goes_on(row)
    return taken[customer.pk], taken[into.pk]


def _stricter_consent(customer: Customer, into: Customer) -> None:
    """A refusal in either file counts; else an agreement in either."""
    answers = [row for row in (into, customer) if row.marketing_consent is not None]
    if answers:
        said = next((row for row in answers if row.marketing_consent is False), answers[0])
        into.marketing_consent, into.consent_at = said.marketing_consent, said.consent_at


def _move_phones(customer: Customer, into: Customer) -> None:
    known = set(into.phones.values_list("number", flat=True))
    has_first = into.phones.filter(primary=True).exists()
    for phone in customer.phones.exclude(number__in=known).order_by("id"):
        phone.customer, phone.primary = into, phone.primary and not has_first
        phone.save(update_fields=["customer", "primary"])


def _write_phones(customer: Customer, entries: Sequence[PhoneEntry]) -> bool:
    """Make these the customer's numbers; rows of numbers that stay are kept. True if anything changed."""
    known = {phone.number: phone for phone in customer.phones.all()}
    wanted = {entry.number: entry for entry in entries}
    if {number: _said(phone) for number, phone in known.items()} == {n: _said(e) for n, e in wanted.items()}:
        return False
    customer.phones.exclude(number__in=wanted).delete()
    # Only one row may be the first at any moment.
    customer.phones.filter(primary=True).update(primary=False)
    for number, entry in wanted.items():
        if number in known:
            customer.phones.filter(number=number).update(**_phone_values(entry))
    _add_phones(customer, [entry for number, entry in wanted.items() if number not in known])
    return True


def _write_files(store: Store, files: Sequence[CustomerFile], actor: Actor) -> list[Customer]:
    customers = insert_all(Customer(store=store, created_by=actor.user, **file.values) for file in files)
    filed = list(zip(customers, files, strict=True))
    insert_all(row for customer, file in filed for row in _phone_rows(customer, file.phones))
    insert_all(row for customer, file in filed for row in _contact_rows(customer, file.contacts))
    write_first_keys(
        store.pk, KIND, [(customer, keys_with_numbers(customer, file.numbers)) for customer, file in filed]
    )
    said = [(customer, "新建客户档案") for customer in customers]
    announce_all("customers.customer_created", said, store=store, actor=actor)
    return customers


def _add_phones(customer: Customer, entries: Sequence[PhoneEntry]) -> None:
    Phone.objects.bulk_create(_phone_rows(customer, entries))


def _phone_rows(customer: Customer, entries: Sequence[PhoneEntry]) -> Iterator[Phone]:
    for entry in entries:
        yield Phone(
            store_id=customer.store_id, customer=customer, number=entry.number, **_phone_values(entry)
        )


def _said(phone: Phone | PhoneEntry) -> tuple[bool, bool, str]:
    return phone.valid, phone.primary, str(phone.kind)


def _phone_values(entry: PhoneEntry) -> Mapping[str, Any]:
    return {"valid": entry.valid, "primary": entry.primary, "kind": entry.kind}


def _write_contacts(customer: Customer, entries: Sequence[ContactEntry]) -> bool:
    now = [
        ContactEntry(row.name, row.relation, row.phone, row.for_calls, row.note)
        for row in customer.contacts.order_by("id")
    ]
    if now == list(entries):
        return False
    customer.contacts.all().delete()
    _add_contacts(customer, entries)
    return True


def _add_contacts(customer: Customer, entries: Sequence[ContactEntry]) -> None:
    Contact.objects.bulk_create(_contact_rows(customer, entries))


def _contact_rows(customer: Customer, entries: Sequence[ContactEntry]) -> Iterator[Contact]:
    for entry in entries:
        yield Contact(store_id=customer.store_id, customer=customer, **vars(entry))
