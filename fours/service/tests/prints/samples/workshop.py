"""Papers of the workshop."""

from fours.kernel.prints.tests.reading import LETTERHEAD, drawn_signature, paper, photo, unsigned
from fours.service.prints import views

from .visit import CAR, CONCERNS, CUSTOMER, GUARANTEES, JOBS, PARTS

JOB_CARD: views.JobCardView = {
    "letterhead": LETTERHEAD,
    "paper": paper("RO-S01-261122-0007"),
    "order_number": "RO-S01-261122-0007",
    "vehicle": CAR,
    "key_tag": "K-17",
    "parking_place": "待修区 A-03",
    "advisor": "林晓",
    "order_kind": "定期保养",
    "arrived_at": "2026-11-22 09:10",
    "promised_at": "2026-11-22 17:30",
    "team": "机电一组",
    "concerns": CONCERNS,
    "jobs": [
        {
            "code": "MB-45000",
            "name": "45,000 km 定期保养（含 28 项检查）",
            "hours": "1.50",
            "technician": "周样工",
            "bay": "3 号",
            "started_at": "09:50",
            "ended_at": "11:20",
            "instruction": "重点检查附件皮带",
        },
        {
            "code": "BP-1104",
            "name": "右后门钣金整形、喷漆（1 面）",
            "hours": "4.00",
            "technician": "",
            "bay": "",
            "started_at": "",
            "ended_at": "",
            "instruction": "",
        },
    ],
    "body_steps": [
        {"name": name, "technician": "", "bay": "", "started_at": "", "ended_at": ""}
        for name in ("拆检", "钣金", "底漆", "中涂", "烤漆", "抛光", "组装")
    ],
    "cause": "",
    "finding": "",
    "work_done": "",
    "parts": [
        {"number": "06J 115 403 Q", "name": "机油滤清器", "quantity": "1", "unit": "个", "received": True},
        {
            "number": "G 052 183 M2",
            "name": "发动机油 5W-40",
            "quantity": "4.5",
            "unit": "升",
            "received": False,
        },
    ],
    "special_notes": "车内有儿童座椅，请勿移动。",
    "self_check": drawn_signature("周样工", "2026-11-22 11:25"),
    "team_check": unsigned(),
    "final_check": unsigned(),
}

ADDITIONAL_WORK: views.AdditionalWorkView = {
    "letterhead": LETTERHEAD,
    "paper": paper("AW-S01-261122-0002"),
    "order_number": "RO-S01-261122-0007",
    "customer": CUSTOMER,
    "vehicle": CAR,
    "advisor": "林晓",
    "found_by": "周样工",
    "offered_at": "2026-11-22 10:40",
    "items": [
        {
            "finding": "附件皮带老化开裂",
            "work": "更换附件皮带，检查张紧轮",
            "jobs": [JOBS[1]],
            "parts": [PARTS[0]],
            "amount": "244.00",
            "safety": False,
            "accepted": True,
            "answered": True,
            "refusal_reason": "",
            "consequence": "",
            "photos": [photo("皮带裂纹")],
        },
        {
            "finding": "前制动摩擦片厚度 2.1 mm",
            "work": "更换前制动摩擦片",
            "jobs": [],
            "parts": [],
            "amount": "860.00",
            "safety": True,
            "accepted": False,
            "answered": True,
            "refusal_reason": "本周末自行到其他店更换",
            "consequence": "制动距离增加，摩擦片磨尽后可能制动失效",
            "photos": [],
        },
    ],
    "total_before": "2127.90",
    "accepted_total": "244.00",
    "total_after": "2371.90",
    "capitals": "贰仟叁佰柒拾壹元玖角",
    "promised_before": "2026-11-22 17:30",
    "promised_after": "2026-11-22 18:00",
    "answered_by": "钱样本",
    "channel": "电话",
    "answered_at": "2026-11-22 10:52",
    "customer_signature": unsigned(),
    "advisor_signature": drawn_signature("林晓", "2026-11-22 10:53"),
}

INSPECTION: views.InspectionView = {
    "letterhead": LETTERHEAD,
    "paper": paper("RO-S01-261122-0007"),
    "order_number": "RO-S01-261122-0007",
    "vehicle": CAR,
    "order_kind": "定期保养",
    "technicians": "周样工、吴示范",
    "jobs": ["45,000 km 定期保养（含 28 项检查）", "右后门钣金整形、喷漆（1 面）"],
    "items": [
        {"group": "制动", "name": "前摩擦片厚度", "result": "关注", "value": "3.2 mm", "limit": "≥ 2.0 mm"},
        {"group": "制动", "name": "制动液含水率", "result": "正常", "value": "0.8 %", "limit": "≤ 3 %"},
        {"group": "轮胎", "name": "左前胎纹深度", "result": "更换", "value": "1.5 mm", "limit": "≥ 1.6 mm"},
        {"group": "底盘", "name": "油液渗漏", "result": "正常", "value": "", "limit": "无渗漏"},
        {"group": "电池", "name": "动力电池绝缘", "result": "不适用", "value": "", "limit": ""},
    ],
    "checks": [
        {
            "level": "自检",
            "passed": True,
            "failed": False,
            "reason": "",
            "signature": drawn_signature("周样工", "2026-11-22 15:10"),
        },
        {
            "level": "班组检",
            "passed": False,
            "failed": True,
            "reason": "门缝不匀，退回重调",
            "signature": drawn_signature("郑组长", "2026-11-22 15:30"),
        },
        {
            "level": "班组检",
            "passed": True,
            "failed": False,
            "reason": "",
            "signature": drawn_signature("郑组长", "2026-11-22 16:20"),
        },
        {
            "level": "终检",
            "passed": True,
            "failed": False,
            "reason": "",
            "signature": drawn_signature("冯质检", "2026-11-22 16:45"),
        },
    ],
    "advice": "下次保养时更换前摩擦片。",
}

CERTIFICATE: views.CompletionCertificateView = {
    "letterhead": LETTERHEAD,
    "paper": paper("CC-S01-261122-0003"),
    "order_number": "RO-S01-261122-0007",
    "contract_number": "RO-S01-261122-0007",
    "customer": CUSTOMER,
    "vehicle": CAR,
    "mileage_out": "45238",
    "repair_kind": "二级维护",
    "completed_on": "2026-11-22",
    "delivered_on": "",
    "guarantees": [GUARANTEES[1]],
    "statement": "本车按合同维修竣工，经检验合格，准予出厂；在质量保证期内因维修质量造成的故障，本店免费返修。",
    "inspector_signature": drawn_signature("冯质检", "2026-11-22 16:45"),
}
