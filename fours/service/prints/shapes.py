"""Parts the shapes of the papers of the workshop are made of; conventions: ``views.py``."""

from typing import Annotated, TypedDict

from fours.base.personal import Masked
from fours.kernel.prints.views import Photo, Signature

PhoneText = Annotated[str, Masked("phone")]
AddressText = Annotated[str, Masked("address")]


class CustomerFacts(TypedDict):
    owner: str
    """托修方: owner of the car, or the company that orders the repair."""
    phone: PhoneText
    address: AddressText
    sender: str
    """送修人: who brought the car; may be the owner."""
    sender_phone: PhoneText


class VehicleFacts(TypedDict):
    plate: str
    vin: str
    engine_number: str
    model: str
    """Brand and model as printed on the 行驶证."""
    vehicle_class: str
    """Class of vehicle for the statement, e.g. 小型轿车."""
    energy: str
    """汽油, 纯电动, 插电混动 …"""
    color: str
    mileage_in: str


class JobLine(TypedDict):
    """One labour line on one payer."""

    code: str
    name: str
    hours: str
    rate: str
    discount: str
    amount: str
    """After discount, VAT included."""
    payer: str
    """客户, 保险公司, 厂家索赔, 店内, 善意."""


class PartLine(TypedDict):
    number: str
    name: str
    brand: str
    kind: str
    """原厂, 同质, 再制造, 回用 or 客户自带 (rules.md §2)."""
    quantity: str
    unit: str
    price: str
    discount: str
    amount: str
    payer: str


class FeeLine(TypedDict):
    """Anything charged besides labour and parts: 外加工, 拖车, 抹零 (negative)."""

    name: str
    amount: str
    payer: str


class Totals(TypedDict):
    labor: str
    parts: str
    fees: str
    discount: str
    """Sum of discounts already taken off the amounts; printed as information."""
    total: str
    """What is due, VAT included."""
    capitals: str
    """``money.capital_amount`` of the total."""
    tax_rate: str
    """e.g. 13%; several rates as text."""
    tax: str


class PayerTotal(TypedDict):
    payer: str
    amount: str


class GuaranteeTerm(TypedDict):
    """Guarantee of one kind of work (rules.md §2)."""

    scope: str
    kilometers: str
    days: str
    until: str
    """Date and mileage, known after hand-over: "2026-12-02 或 47,230 km"; else empty."""


class Recommendation(TypedDict):
    text: str
    reason: str
    found_on: str
    safety: bool


class DamageMark(TypedDict):
    number: int
    x: float
    """0 left … 1 right of the car outline."""
    y: float
    """0 top … 1 bottom."""
    kind: str
    note: str


class CheckedItem(TypedDict):
    name: str
    normal: bool
    note: str


class Equipment(TypedDict):
    name: str
    present: bool


class Answer(TypedDict):
    question: str
    answer: str


class WorkStep(TypedDict):
    name: str
    technician: str
    bay: str
    started_at: str
    ended_at: str


class CardJob(TypedDict):
    code: str
    name: str
    hours: str
    technician: str
    bay: str
    started_at: str
    """Empty prints a line to be filled in by hand."""
    ended_at: str
    instruction: str


class CardPart(TypedDict):
    number: str
    name: str
    quantity: str
    unit: str
    received: bool


class AdditionalWorkItem(TypedDict):
    finding: str
    work: str
    parts: list[PartLine]
    jobs: list[JobLine]
    amount: str
    safety: bool
    accepted: bool
    answered: bool
    """False while the customer has not answered: both boxes stay open."""
    refusal_reason: str
    consequence: str
    """What may happen when refused; printed for safety items."""
    photos: list[Photo]


class InspectionItem(TypedDict):
    group: str
    name: str
    result: str
    """正常, 关注, 更换 or 不适用; empty leaves the boxes open."""
    value: str
    limit: str


class InspectionCheck(TypedDict):
    level: str
    """自检, 互检, 班组检, 终检."""
    passed: bool
    failed: bool
    """Neither passed nor failed: not checked yet, both boxes stay open."""
    reason: str
    signature: Signature


class PaymentLine(TypedDict):
    kind: str
    amount: str
    paid_at: str
    reference: str


class RefusedWork(TypedDict):
    """A safety item the customer refused (SV-09)."""

    finding: str
    reason: str
    consequence: str
