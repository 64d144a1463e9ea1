"""An unhappy follow-up call and the report of its day."""

from fours.kernel.prints.tests.reading import LETTERHEAD, drawn_signature, paper, unsigned
from fours.survey.prints.views import DailyReportView, DailyTable, Figure, HandlingSheetView

HANDLING_SHEET: HandlingSheetView = {
    "letterhead": LETTERHEAD,
    "paper": paper("HS-S01-261125-0001"),
    "customer": "钱样本",
    "phone": "138 0000 5678",
    "plate": "江A·T8F31",
    "model": "大众汽车牌 SVW71810BM 轿车",
    "vin": "LSVAA2188E2123456",
    "order_number": "RO-S01-261122-0007",
    "delivered_on": "2026-11-22",
    "advisor": "林晓",
    "found_at": "2026-11-25 10:20",
    "found_by": "蒋客服",
    "source": "回访",
    "own_words": "“吱吱声第二天早上又有了，等了一下午，还说已经修好。”",
    "kind": "维修质量",
    "department": "机电车间",
    "responsible": "郑组长",
    "promised_at": "2026-11-26 18:00",
    "cause": "张紧轮轴承异响，只换了皮带",
    "measure": "免费更换张紧轮，上门取送车",
    "cost": "186.50",
    "result": "试车三次无异响，客户认可",
    "solved_at": "2026-11-26 16:10",
    "second_call_at": "2026-11-27 10:30",
    "second_call_by": "蒋客服",
    "second_call_result": "满意",
    "second_call_words": "“这次好了，态度也不错。”",
    "clerk_signature": drawn_signature("蒋客服", "2026-11-27 10:35"),
    "responsible_signature": unsigned(),
    "manager_signature": unsigned(),
}


def _figure(name: str, value: str, target: str, last_week: str, *, money: bool = False) -> Figure:
    return {"name": name, "value": value, "target": target, "last_week": last_week, "money": money}


def _table(title: str, columns: list[str], rows: list[list[str]], total: list[str]) -> DailyTable:
    return {"title": title, "columns": columns, "rows": rows, "total": total}


DAILY_REPORT: DailyReportView = {
    "letterhead": LETTERHEAD,
    "paper": paper("DR-S01-261122"),
    "date": "2026-11-22",
    "weekday": "星期日",
    "figures": [
        _figure("进厂台次", "32", "30", "28"),
        _figure("交车台次", "29", "30", "27"),
        _figure("在厂过夜", "6", "", "5"),
        _figure("预约台次", "14", "15", "11"),
        _figure("预约到店", "12", "", "10"),
        _figure("首保台次", "3", "", "2"),
        _figure("应回访", "27", "27", "25"),
        _figure("已回访", "26", "27", "25"),
        _figure("问题客户", "1", "", "2"),
        _figure("投诉", "0", "", "1"),
        _figure("配件缺货", "2", "", "1"),
        _figure("营业额", "38650.00", "40000.00", "35210.50", money=True),
    ],
    "by_kind": _table(
        "维修类别",
        ["类别", "台次", "营业额（元）"],
        [["定期保养", "18", "14,320.00"], ["一般维修", "9", "12,180.00"], ["事故维修", "2", "12,150.00"]],
        ["合计", "29", "38,650.00"],
    ),
    "by_payer": _table(
        "付费方（含税）",
        ["付费方", "工时费", "材料费", "其他", "合计"],
        [
            ["客户", "11,200.00", "15,100.00", "350.00", "26,650.00"],
            ["保险公司", "6,000.00", "6,000.00", "0.00", "12,000.00"],
        ],
        ["合计", "17,200.00", "21,100.00", "350.00", "38,650.00"],
    ),
    "by_advisor": _table(
        "服务顾问",
        ["服务顾问", "台次", "营业额（元）"],
        [["林晓", "17", "21,430.00"], ["何顾问", "12", "17,220.00"]],
        [],
    ),
    "by_team": _table(
        "班组工时", ["班组", "已售工时"], [["机电一组", "26.50"], ["钣喷组", "18.00"]], ["合计", "44.50"]
    ),
    "open_orders": _table(
        "未完工单", ["在厂时间", "台数"], [["1 日内", "4"], ["2–3 日", "1"], ["3 日以上", "1"]], []
    ),
    "shortages": _table("缺货配件", ["配件", "数量"], [["空调滤清器（活性炭）", "2"]], []),
    "remarks": "下午停电 20 分钟，洗车延误 3 台。",
    "corrections": [
        {
            "at": "2026-11-24 09:10",
            "document": "ST-S01-261124-0001",
            "text": "冲销结算单 −150.00",
            "by": "陈收银",
        }
    ],
    "prepared_signature": drawn_signature("沈信息", "2026-11-22 17:40"),
    "manager_signature": drawn_signature("韩经理", "2026-11-22 17:55"),
}
