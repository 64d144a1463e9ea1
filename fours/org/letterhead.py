"""The head of every paper of a store, as it stands at this moment (PF-10)."""

from fours.base.errors import Refused
from fours.kernel.models import Store
from fours.kernel.prints.views import Letterhead

from .models import StoreFacts


def known_facts(store: Store) -> StoreFacts | None:
    """What is known of the store, read once for this store object; None while nobody has entered it."""
    facts: StoreFacts | None = getattr(store, "facts", None)
    return facts


def facts_of(store: Store) -> StoreFacts:
    """What is known of the store; refused with what to do when nobody has entered it yet."""
    facts = known_facts(store)
    if facts is None:
        raise Refused(
            f"{store.name} 尚未填写门店资料（抬头、电话、信用代码）。请管理员在“基础资料 → 门店资料”中填写。"
        )
    return facts


def letterhead(store: Store) -> Letterhead:
    """Names, address, phones and credit code for a paper; copied into the frozen view when the paper is binding."""
    facts = facts_of(store)
    return {
        "store_name": store.name,
        "legal_name": facts.legal_name,
        "address": facts.address,
        "service_phone": facts.phone,
        "complaint_phone": facts.complaint_phone,
        "credit_code": facts.credit_code,
    }
