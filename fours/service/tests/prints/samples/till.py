"""Papers of settling and leaving."""

from fours.kernel.prints.tests.reading import LETTERHEAD, drawn_signature, paper, unsigned
from fours.service.prints import views

from .visit import CAR, CONCERNS, CUSTOMER, FEES, GUARANTEES, JOBS, PARTS, RECOMMENDATIONS, TOTALS

STATEMENT: views.StatementView = {
    "letterhead": LETTERHEAD,
    "paper": paper("ST-S01-261122-0005"),
    "order_number": "RO-S01-261122-0007",
    "payer": "客户",
    "payer_name": "欧阳示例",
    "reverses": "",
    "customer": CUSTOMER,
    "vehicle": CAR,
    "hours_standard": "厂家工时标准",
    "contact": "林晓",
    "arrived_on": "2026-11-22",
    "left_on": "",
    "mileage_out": "45238",
    "repair_kind": "二级维护",
    "fault": "；".join(CONCERNS),
    "jobs": JOBS[:2],
    "parts": PARTS,
    "fees": FEES,
    "totals": {
        **TOTALS,
        "labor": "473.00",
        "total": "1087.90",
        "tax": "125.16",
        "capitals": "壹仟零捌拾柒元玖角",
    },
    "payments": [
        {
            "kind": "微信支付",
            "amount": "1000.00",
            "paid_at": "2026-11-22 17:20",
            "reference": "4200002611220001",
        },
        {"kind": "现金", "amount": "87.90", "paid_at": "2026-11-22 17:21", "reference": ""},
    ],
    "paid": "1087.90",
    "due": "0.00",
    "old_parts": "客户带走",
    "guarantees": GUARANTEES,
    "nev_guarantee": "",
    "next_service_on": "2027-05-22",
    "next_service_mileage": "55230",
    "recommendations": RECOMMENDATIONS,
    "refused": [
        {
            "finding": "前制动摩擦片厚度 2.1 mm",
            "reason": "本周末自行到其他店更换",
            "consequence": "制动距离增加，摩擦片磨尽后可能制动失效",
        }
    ],
    "call_time": "工作日 10:00–12:00",
    "customer_signature": drawn_signature("钱样本", "2026-11-22 17:25"),
    "clerk_signature": unsigned(),
}

GATE_PASS: views.GatePassView = {
    "letterhead": LETTERHEAD,
    "paper": paper("GP-S01-261122-0006"),
    "plate": "江A·T8F31",
    "model": "大众汽车牌 SVW71810BM 轿车",
    "order_number": "RO-S01-261122-0007",
    "sender": "钱样本",
    "released_by": "陈收银",
    "released_at": "2026-11-22 17:26",
    "valid_until": "2026-11-22 19:26",
    "reason": "已结清",
}

RECEIPT: views.ReceiptView = {
    "letterhead": LETTERHEAD,
    "paper": paper("RC-S01-261122-0005"),
    "payer_name": "欧阳示例",
    "plate": "江A·T8F31",
    "order_number": "RO-S01-261122-0007",
    "statement_number": "ST-S01-261122-0005",
    "purpose": "车辆维修费",
    "payments": STATEMENT["payments"],
    "total": "1087.90",
    "capitals": "壹仟零捌拾柒元玖角",
    "due": "0.00",
    "received_on": "2026-11-22",
    "cashier_signature": drawn_signature("陈收银", "2026-11-22 17:22"),
}
