"""VAT by the store's kind of taxpayer, from a date on (rules: repair and parts 13 % for general taxpayers)."""

from datetime import date
from decimal import Decimal

from fours.kernel.errors import Refused
from fours.kernel.models import Store

from .letterhead import facts_of
from .models import TaxRate


def tax_rate(store: Store, on: date) -> Decimal:
    """The rate in force on a date, e.g. Decimal("0.1300"); refused when none has been entered."""
    kind = facts_of(store).taxpayer_kind
    rate = TaxRate.objects.filter(taxpayer_kind=kind, valid_from__lte=on).order_by("-valid_from").first()
    if rate is None:
        raise Refused(f"{on:%Y-%m-%d} 没有适用的增值税率,请管理员先在税率表中登记。")
    return rate.rate
