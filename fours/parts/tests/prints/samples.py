"""An issue against a repair order, in bin order."""

from fours.kernel.prints.tests.reading import LETTERHEAD, drawn_signature, paper, unsigned
from fours.parts.prints.views import IssueSlipView

ISSUE_SLIP: IssueSlipView = {
    "letterhead": LETTERHEAD,
    "paper": paper("IS-S01-261122-0011"),
    "kind": "领料单",
    "source_number": "RO-S01-261122-0007",
    "plate": "江A·T8F31",
    "vin": "LSVAA2188E2123456",
    "model": "大众汽车牌 SVW71810BM 轿车",
    "team": "机电一组",
    "receiver": "周样工",
    "issued_at": "2026-11-22 10:05",
    "show_prices": False,
    "lines": [
        {
            "bin": "A-01-02-03",
            "number": "06J 115 403 Q",
            "name": "机油滤清器",
            "lot": "GR-S01-261003-0002",
            "unit": "个",
            "asked": "1",
            "given": "1",
            "price": "68.00",
            "amount": "68.00",
        },
        {
            "bin": "B-04-01-01",
            "number": "G 052 183 M2",
            "name": "全合成发动机油 5W-40",
            "lot": "GR-S01-261011-0001",
            "unit": "升",
            "asked": "4.5",
            "given": "4.5",
            "price": "98.00",
            "amount": "441.00",
        },
    ],
    "total": "509.00",
    "capitals": "伍佰零玖元整",
    "remarks": "空调滤清器缺货，已登记订货。",
    "keeper_signature": drawn_signature("孙库管", "2026-11-22 10:05"),
    "receiver_signature": unsigned(),
    "approver_signature": unsigned(),
}
