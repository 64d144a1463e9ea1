"""What is open between store and customer in the service area: nobody is erased before it is settled (PF-13)."""

from fours.customers.erasing import declare_obstacle
from fours.customers.models import Customer

from .models import Appointment, CheckIn, OpeningReceivable, RepairOrder, Statement
from .verbs.payment import OPEN


def _open_work(customer: Customer) -> str:
    orders = RepairOrder.objects.filter(customer=customer, state__in=("draft", "authorised", "completed"))
    numbers = [str(order) for order in orders[:3]]
    return f"还有未交车的工单({'、'.join(numbers)})" if numbers else ""


def _unpaid(customer: Customer) -> str:
    due = Statement.objects.filter(order__customer=customer, state__in=("issued", "part_paid"))
    own = Statement.objects.filter(customer=customer, state="on_account")
    numbers = [statement.number for statement in due.union(own)[:3]]
    return f"还有未收清的结算单({'、'.join(numbers)})" if numbers else ""


def _owed_from_before(customer: Customer) -> str:
    rows = OpeningReceivable.objects.filter(customer=customer, state__in=OPEN, reverses=None)
    numbers = [row.number for row in rows[:3]]
    return f"还有未收清的期初应收({'、'.join(numbers)})" if numbers else ""


def _expected(customer: Customer) -> str:
    booked = Appointment.objects.filter(customer=customer, state="booked").exists()
    arrived = CheckIn.objects.filter(customer=customer, state__in=("draft", "signed"), orders=None).exists()
    return "还有预约或接车未办完" if booked or arrived else ""


for obstacle in (_open_work, _unpaid, _owed_from_before, _expected):
    declare_obstacle(obstacle)
