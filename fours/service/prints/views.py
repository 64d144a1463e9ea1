"""Shapes of the papers of the workshop: the contract between verbs that fill them and templates.

Everything is ready to print: dates and times as text in the store's zone ("2026-11-22 14:05"), money as
"1234.50", hours as "1.50", mileage as "45230" (the template adds separators and km), quantities as "1" or
"3.5". An empty text prints an empty place to be filled in by hand. Nothing internal (cost, margin, notes)
has a place in a shape of a customer's paper.

Template of each shape: ``service/<name>.typ``, the name in its docstring.
"""

from typing import TypedDict

from fours.kernel.prints.views import Letterhead, Paper, Photo, Signature
from fours.service.prints.shapes import (
    AdditionalWorkItem,
    Answer,
    CardJob,
    CardPart,
    CheckedItem,
    CustomerFacts,
    DamageMark,
    Equipment,
    FeeLine,
    GuaranteeTerm,
    InspectionCheck,
    InspectionItem,
    JobLine,
    PartLine,
    PayerTotal,
    PaymentLine,
    Recommendation,
    RefusedWork,
    Totals,
    VehicleFacts,
    WorkStep,
)


class CheckInView(TypedDict):
    """接车登记表 / 环检单 with the questions of the 问诊单 (SV-03): ``check_in``."""

    letterhead: Letterhead
    paper: Paper
    customer: CustomerFacts
    vehicle: VehicleFacts
    arrived_at: str
    advisor: str
    energy_level: str
    """Fuel or charge, e.g. 3/4 or 62%."""
    key_tag: str
    parking_place: str
    concerns: list[str]
    """The customer's own words, one entry per fault."""
    answers: list[Answer]
    """Diagnosis questions by symptom; empty prints no such block."""
    warning_lights: list[str]
    items: list[CheckedItem]
    equipment: list[Equipment]
    belongings: list[str]
    valuables_reminded: bool
    papers_taken: list[str]
    protective_set: bool
    test_drive: bool
    """Test drive together with the customer."""
    marks: list[DamageMark]
    photos: list[Photo]
    customer_signature: Signature
    advisor_signature: Signature


class EstimateView(TypedDict):
    """估价单 (SV-05): ``estimate``."""

    letterhead: Letterhead
    paper: Paper
    customer: CustomerFacts
    vehicle: VehicleFacts
    advisor: str
    made_at: str
    valid_until: str
    promised_at: str
    diagnosis_only: bool
    """待检后报价: price of the diagnosis only, a new acceptance follows."""
    concerns: list[str]
    jobs: list[JobLine]
    parts: list[PartLine]
    part_dates: list[str]
    """Parts not in stock with the promised date, one sentence each."""
    fees: list[FeeLine]
    totals: Totals
    by_payer: list[PayerTotal]
    old_parts: str
    wash: bool
    payment_kind: str
    contact_by: str
    remarks: str
    customer_signature: Signature
    advisor_signature: Signature


class RepairOrderView(TypedDict):
    """维修任务委托书: contract between customer and workshop (SV-06, rules.md §2, §4): ``repair_order``."""

    letterhead: Letterhead
    paper: Paper
    workshop_copy: bool
    """True prints 车间联 with the internal note, False 客户联 without it."""
    internal_note: str
    """Note for the workshop; never printed on the customer's copy."""
    customer: CustomerFacts
    vehicle: VehicleFacts
    energy_level: str
    order_kind: str
    repair_kind: str
    """Kind in the law's words: 小修, 专项修理, 一级维护, 二级维护, 总成修理, 整车修理."""
    arrived_at: str
    promised_at: str
    delivery_place: str
    advisor: str
    advisor_phone: str
    concerns: list[str]
    jobs: list[JobLine]
    parts: list[PartLine]
    fees: list[FeeLine]
    totals: Totals
    by_payer: list[PayerTotal]
    excess_rule: str
    """What happens if the estimate is exceeded."""
    old_parts: str
    """客户带走, 本店处理 or 无旧件."""
    wash: bool
    road_test: bool
    payment_kind: str
    belongings: list[str]
    guarantees: list[GuaranteeTerm]
    recommendations: list[Recommendation]
    """Earlier recommendations not done."""
    privacy_notice: str
    terms: list[str]
    customer_signature: Signature
    advisor_signature: Signature


class JobCardView(TypedDict):
    """派工单 / 施工单 for technicians (SV-07, SV-08); no prices: ``job_card``."""

    letterhead: Letterhead
    paper: Paper
    order_number: str
    vehicle: VehicleFacts
    key_tag: str
    parking_place: str
    advisor: str
    order_kind: str
    arrived_at: str
    promised_at: str
    team: str
    concerns: list[str]
    jobs: list[CardJob]
    body_steps: list[WorkStep]
    """拆检 钣金 底漆 中涂 烤漆 抛光 组装 when the order has such work, else empty."""
    cause: str
    finding: str
    work_done: str
    parts: list[CardPart]
    special_notes: str
    self_check: Signature
    team_check: Signature
    final_check: Signature


class AdditionalWorkView(TypedDict):
    """增项确认单 (SV-09): ``additional_work``."""

    letterhead: Letterhead
    paper: Paper
    order_number: str
    customer: CustomerFacts
    vehicle: VehicleFacts
    advisor: str
    found_by: str
    offered_at: str
    items: list[AdditionalWorkItem]
    total_before: str
    accepted_total: str
    """Sum of the accepted items."""
    total_after: str
    capitals: str
    """Of total_after."""
    promised_before: str
    promised_after: str
    answered_by: str
    channel: str
    """电话, 到店, 微信, 短信链接 …"""
    answered_at: str
    customer_signature: Signature
    advisor_signature: Signature


class InspectionView(TypedDict):
    """检验单 (SV-10): ``inspection``."""

    letterhead: Letterhead
    paper: Paper
    order_number: str
    vehicle: VehicleFacts
    order_kind: str
    technicians: str
    jobs: list[str]
    items: list[InspectionItem]
    checks: list[InspectionCheck]
    advice: str
    """The team leader's advice for the next visit."""


class CompletionCertificateView(TypedDict):
    """机动车维修竣工出厂合格证 (rules.md §2): ``completion_certificate``."""

    letterhead: Letterhead
    paper: Paper
    order_number: str
    contract_number: str
    customer: CustomerFacts
    vehicle: VehicleFacts
    mileage_out: str
    repair_kind: str
    completed_on: str
    delivered_on: str
    guarantees: list[GuaranteeTerm]
    statement: str
    """Statement of guarantee."""
    inspector_signature: Signature


class StatementView(TypedDict):
    """维修结算清单 of one payer, content of JT/T 1133 (rules.md §2): ``statement``."""

    letterhead: Letterhead
    paper: Paper
    order_number: str
    payer: str
    payer_name: str
    reverses: str
    """Number of the statement this one reverses; empty for an ordinary one."""
    customer: CustomerFacts
    vehicle: VehicleFacts
    hours_standard: str
    """行业标准, 厂家标准 …"""
    contact: str
    arrived_on: str
    left_on: str
    mileage_out: str
    repair_kind: str
    fault: str
    jobs: list[JobLine]
    parts: list[PartLine]
    fees: list[FeeLine]
    totals: Totals
    payments: list[PaymentLine]
    paid: str
    due: str
    old_parts: str
    guarantees: list[GuaranteeTerm]
    nev_guarantee: str
    """Guarantee of special parts of a new-energy car; empty for others."""
    next_service_on: str
    next_service_mileage: str
    recommendations: list[Recommendation]
    refused: list[RefusedWork]
    call_time: str
    """When the customer likes to be called."""
    customer_signature: Signature
    clerk_signature: Signature


class GatePassView(TypedDict):
    """出门证, A6 landscape (SV-12): ``gate_pass``."""

    letterhead: Letterhead
    paper: Paper
    plate: str
    model: str
    order_number: str
    sender: str
    released_by: str
    released_at: str
    valid_until: str
    reason: str
    """已结清, 挂账放行 …"""


class PaidFor(TypedDict):
    """What money was given for."""

    payer_name: str
    plate: str
    order_number: str
    """Of the repair order; an opening receivable has none."""
    purpose: str


class ReceiptView(PaidFor):
    """收款收据, A5 landscape (SV-12): ``receipt``."""

    letterhead: Letterhead
    paper: Paper
    statement_number: str
    payments: list[PaymentLine]
    total: str
    capitals: str
    due: str
    """Still due after this receipt."""
    received_on: str
    cashier_signature: Signature
