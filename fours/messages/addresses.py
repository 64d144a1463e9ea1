"""Where a message goes: the customer's own number or address, or one that was given and checked."""

from fours.base.errors import Refused
from fours.base.personal import Personal
from fours.base.text import clean
from fours.customers.identifiers import check_email, check_phone
from fours.customers.models import Customer, Phone

from .models import Channel

MISSING = {
    Channel.SMS: "客户没有可用的手机号。",
    Channel.EMAIL: "客户没有邮箱，请填写邮箱地址。",
    Channel.LETTER: "客户没有地址，无法寄信。",
}
LONGEST = 300


def address_of(customer: Customer, channel: str) -> str:
    """The customer's own address for a channel, empty when there is none.

    SMS: the first valid mobile number. Letter: name and postal address. E-mail: that of the file.
    """
    if channel == Channel.SMS:
        mobiles = customer.phones.filter(valid=True, kind=Phone.Kind.MOBILE).order_by("-primary", "pk")
        return mobiles.values_list("number", flat=True).first() or ""
    if channel == Channel.LETTER:
        return letter_address(customer)
    if channel == Channel.EMAIL:
        return customer.email
    return ""


def letter_address(customer: Customer) -> str:
    """Postcode, address and name in one line, as it stands in the window of the envelope."""
    if not customer.address:
        return ""
    parts = (customer.postcode, customer.address, f"{customer.name}（收）")
    return Personal(" ".join(filter(None, parts)), "text")


def check_address(channel: str, to: str) -> str:
    """The address in stored form; refused beside `to` when it can't be one of this channel."""
    to = clean(to)
    if channel == Channel.ROBOT:
        return ""
    if not to:
        raise Refused(MISSING[Channel(channel)], field="to")
    if len(to) > LONGEST:
        raise Refused(f"地址最多 {LONGEST} 字。", field="to")
    if channel == Channel.SMS:
        return _mobile(to)
    if channel == Channel.EMAIL:
        return _mail(to)
    return to


def _mail(text: str) -> str:
    checked = check_email(text)
    if checked.value is None:
        raise Refused(f"{checked.error}。", field="to")
    return checked.value


def is_mobile(text: str) -> bool:
    """Whether a short message can reach the number."""
    return check_phone(text).kind == Phone.Kind.MOBILE


def _mobile(text: str) -> str:
    checked = check_phone(text)
    if checked.value is None or checked.kind != Phone.Kind.MOBILE:
        raise Refused(checked.error or "短信只能发到手机号。", field="to")
    return checked.value
