from fours.customers.erasing import declare_obstacle
from fours.customers.models import Customer

from .models import HandlingSheet


def _unsolved(customer: Customer) -> str:
    """A complaint is answered before the person is forgotten (SU-03)."""
    sheets = HandlingSheet.objects.filter(customer=customer).exclude(state="closed")
    return "还有未关闭的快速处理表" if sheets.exists() else ""


declare_obstacle(_unsolved)
