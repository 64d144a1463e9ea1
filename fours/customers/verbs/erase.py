"""A customer asks to be forgotten (PIPL 47, PF-13)."""

from django.utils import timezone

from fours.base.errors import Refused
from fours.base.text import clean
from fours.customers.erasing import erase_rows, kept_by_law, obstacles_of, rows_of_person
from fours.customers.models import Customer
from fours.customers.search import KIND
from fours.customers.verbs.customer import check_goes_on
from fours.desk.erasing import erasing
from fours.desk.search import remove_keys
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.verbs import keep, take, verb


@verb("删除个人信息", "customers.erase")
def erase_customer(customer: Customer, *, reason: str, actor: Actor, version: int | None = None) -> Customer:
    """Blank the person everywhere in the store for good; what was done, paid and when stays under 已删除客户.

    Refused while something is open between store and customer. Papers the law wants kept are locked until their term is over.
    """
    customer = take(customer, version=version)
    if not customer.withdrawn:
        check_goes_on(customer)
    if customer.erased_at is not None:
        raise Refused("这份档案的个人信息已经删除。")
    if customer.kind != Customer.Kind.PERSON:
        raise Refused("单位客户没有个人信息可删除；请修改联系人。")
    if not clean(reason):
        raise Refused("请写明原因，例如：客户本人要求。", field="reason")
    if obstacles := obstacles_of(customer):
        raise Refused("还不能删除：" + "；".join(obstacles) + "。")
    rows = rows_of_person(customer)
    with erasing():
        erase_rows(customer.store, rows)
    customer = take(customer)
    customer.name, customer.note, customer.tags, customer.source = f"已删除客户{customer.pk}", "", [], ""
    customer.birthday, customer.address, customer.id_number, customer.postcode, customer.email = (
        None,
        "",
        "",
        "",
        "",
    )
    customer.do_not_call, customer.marketing_consent = True, False
    customer.active, customer.advisor, customer.erased_at = False, None, timezone.now()
    keep(
        customer,
        *(
            "name",
            "note",
            "tags",
            "source",
            "birthday",
            "address",
            "id_number",
            "postcode",
            "email",
            "do_not_call",
        ),
        *("marketing_consent", "active", "advisor", "erased_at"),
    )
    remove_keys(customer, KIND)
    locked = kept_by_law(rows)
    announce(
        "customers.customer_erased",
        customer,
        actor=actor,
        sentence=f"应要求删除个人信息；依法留存单据 {locked} 份",
        data={"locked": locked},
    )
    return customer
