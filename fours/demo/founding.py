"""The demo stores before their first customer: letterhead, workshop, rates, catalogue, opening stock."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

from fours.base.text import initials
from fours.kernel.models import Group, Store
from fours.org.models import Bay, Department, StoreFacts, TaxRate, Team
from fours.org.models.store import DepartmentKind
from fours.parts.models import Bin, Part, StorePart
from fours.parts.verbs.receive import Arrival, open_stock
from fours.service.models import LaborOperation, LaborRate, Package, PackageLine

from .catalogue import labor_rates, load_operations, load_packages, load_parts
from .facts import load_series
from .people import PeopleGenerator
from .staff import Staff

WORK_KINDS = {
    "mechanical": "mechanical", "electrical": "electrical", "bodywork": "body", "paint": "paint", "detailing": "care",
}  # fmt: skip
CATEGORIES = frozenset({"maintenance", "wear", "repair", "body", "accessory", "consumable"})
STOCKED = {"fast": (30, 60), "medium": (8, 20), "slow": (2, 6), "rare": (0, 2)}
BAYS = (
    (Bay.Kind.MECHANICAL, "J", 8),
    (Bay.Kind.QUICK, "K", 3),
    (Bay.Kind.BODY, "B", 3),
    (Bay.Kind.PAINT, "P", 2),
    (Bay.Kind.WASH, "X", 2),
)


@dataclass(frozen=True)
class Letterhead:
    """What stands on the papers of a demo store; invented, with a valid check digit in the credit code."""

    name: str
    legal_name: str
    address: str
    phone: str


LETTERHEADS = {
    "S01": Letterhead(
        "四方汽车城旗舰店",
        "苏州四方汽车销售服务有限公司",
        "江苏省苏州市吴中区东吴北路 188 号",
        "0512-65100001",
    ),
    "S02": Letterhead(
        "四方园区店",
        "苏州四方园区汽车销售服务有限公司",
        "江苏省苏州市工业园区金鸡湖大道 66 号",
        "0512-65100002",
    ),
}


@dataclass(frozen=True)
class Catalogue:
    """What the group sells, by the codes of the demo's facts."""

    parts: Mapping[str, Part]
    operations: Mapping[str, LaborOperation]
    packages: Mapping[str, Package]


def found_group() -> Group:
    """The dealer group and the VAT rates in force."""
    TaxRate.objects.get_or_create(
        taxpayer_kind="general", valid_from=date(2019, 4, 1), defaults={"rate": Decimal("0.13")}
    )
    TaxRate.objects.get_or_create(
        taxpayer_kind="small", valid_from=date(2019, 4, 1), defaults={"rate": Decimal("0.03")}
    )
    return Group.objects.create(name="四方汽车集团（演示）")


def found_store(group: Group, code: str) -> Store:
    return Store.objects.create(group=group, code=code, name=LETTERHEADS[code].name, is_demo=True)


def furnish(store: Store, since: date) -> None:
    """Letterhead, departments, teams, bays and hourly rates; the store's scope must be open."""
    head = LETTERHEADS[store.code]
    StoreFacts.objects.create(
        store=store,
        legal_name=head.legal_name,
        address=head.address,
        postcode="215000",
        phone=head.phone,
        rescue_phone=head.phone,
        complaint_phone=f"{head.phone[:-4]}0009",
        credit_code=PeopleGenerator(random.Random(store.code)).company(since).credit_code,
        bank="演示银行苏州分行",
        bank_account="1000 2000 3000 4000",
        closes_at=time(18),
    )
    for department_kind in DepartmentKind:
        department = Department.objects.create(store=store, kind=department_kind, name=department_kind.label)
        if department_kind == DepartmentKind.WORKSHOP:
            for name in ("机电一组", "机电二组", "钣喷组"):
                Team.objects.create(store=store, department=department, name=name)
    for bay_kind, letter, count in BAYS:
        for number in range(1, count + 1):
            Bay.objects.create(store=store, code=f"{letter}{number:02d}", kind=bay_kind)
    rates = labor_rates()
    for fact, kind in WORK_KINDS.items():
        price = min(price for (_, work), price in rates.items() if work == fact)
        LaborRate.objects.create(
            store=store, work_kind=kind, price=price, valid_from=since - timedelta(days=400)
        )


def make_catalogue(group: Group) -> Catalogue:
    """Parts, labor operations and packages of the group."""
    series = load_series()
    catalogue = (
        Part(
            group=group,
            number=fact.number,
            name=fact.name,
            unit=fact.unit,
            category=fact.category if fact.category in CATEGORIES else "repair",
            source=fact.kind if fact.kind in Part.Source.values else "genuine",
            retail_price=fact.retail,
            floor_price=(fact.retail * Decimal("0.80")).quantize(Decimal("0.01")),
            package_size=fact.package_size,
            hazardous=fact.hazardous,
            fits_models="、".join(series[code].name for code in sorted(fact.fits) if code in series)[:200],
        )
        for fact in load_parts()
    )
    for part in catalogue:
        part.save()  # one by one: saving writes what it is found by
    LaborOperation.objects.bulk_create(
        LaborOperation(
            group=group,
            code=fact.code,
            name=fact.name,
            work_kind=WORK_KINDS[fact.work],
            hours=fact.hours,
            pinyin=initials(fact.name)[:60],
        )
        for fact in load_operations().values()
    )
    parts = {part.number: part for part in Part.objects.filter(group=group)}
    operations = {operation.code: operation for operation in LaborOperation.objects.filter(group=group)}
    return Catalogue(parts, operations, _packages(group, parts, operations))


def _packages(
    group: Group, parts: Mapping[str, Part], operations: Mapping[str, LaborOperation]
) -> dict[str, Package]:
    packages = {}
    for fact in load_packages():
        package = Package.objects.create(group=group, code=fact.code, name=fact.name)
        lines = [
            PackageLine(group=group, package=package, operation=operations[code]) for code in fact.operations
        ]
        lines += [
            PackageLine(group=group, package=package, part=parts[number], quantity=quantity)
            for number, quantity in fact.parts
        ]
        PackageLine.objects.bulk_create(lines)
        packages[fact.code] = package
    return packages


def stock_up(store: Store, catalogue: Catalogue, staff: Staff, rng: random.Random, factor: int) -> None:
    """Opening stock in bins, larger for what moves fast, so that a year's repairs find their parts mostly."""
    codes = sorted({fact.bin_code for fact in load_parts()})
    bins = {row.code: row for row in Bin.objects.bulk_create(Bin(store=store, code=code) for code in codes)}
    arrivals = []
    places = []
    for fact in load_parts():
        low, high = STOCKED[fact.pace]
        quantity = Decimal(rng.randint(low, high) * factor)
        part, lies_in = catalogue.parts[fact.number], bins[fact.bin_code]
        if quantity:
            arrivals.append(Arrival(part, quantity, fact.cost, lies_in))
        places.append(StorePart(store=store, part=part, bin=lies_in, minimum_stock=low * factor // 4))
    open_stock(store, lines=arrivals, actor=staff.one("parts_manager"), note="开业期初库存")
    StorePart.objects.bulk_create(places, ignore_conflicts=True)
