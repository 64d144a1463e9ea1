"""What the papers of the visit share: who, which car, what was done and what it costs."""

from fours.service.prints import shapes

CUSTOMER: shapes.CustomerFacts = {
    "owner": "欧阳示例",
    "phone": "139 0000 1234",
    "address": "江州市高新区示范路 66 号 3 幢 1202 室",
    "sender": "钱样本",
    "sender_phone": "138 0000 5678",
}
CAR: shapes.VehicleFacts = {
    "plate": "江A·T8F31",
    "vin": "LSVAA2188E2123456",
    "engine_number": "CEA 123456",
    "model": "大众汽车牌 SVW71810BM 轿车",
    "vehicle_class": "小型轿车（客车类）",
    "energy": "汽油",
    "color": "极地白",
    "mileage_in": "45230",
}
CONCERNS = [
    "“早上凉车启动的时候，前面有吱吱的响声，开一会儿就没了。”",
    "到保养时间了，顺便看看空调为什么有味道。",
    "右后门在小区被刮了一道，已报保险公司。",
]
JOBS: list[shapes.JobLine] = [
    {
        "code": "MB-45000",
        "name": "45,000 km 定期保养（含 28 项检查）",
        "hours": "1.50",
        "rate": "220.00",
        "discount": "33.00",
        "amount": "297.00",
        "payer": "客户",
    },
    {
        "code": "AC-0230",
        "name": "更换空调滤清器并清洗蒸发箱",
        "hours": "0.80",
        "rate": "220.00",
        "discount": "0.00",
        "amount": "176.00",
        "payer": "客户",
    },
    {
        "code": "BP-1104",
        "name": "右后门钣金整形、喷漆（1 面）",
        "hours": "4.00",
        "rate": "260.00",
        "discount": "0.00",
        "amount": "1040.00",
        "payer": "保险公司",
    },
]
PARTS: list[shapes.PartLine] = [
    {
        "number": "06J 115 403 Q",
        "name": "机油滤清器",
        "brand": "大众",
        "kind": "原厂",
        "quantity": "1",
        "unit": "个",
        "price": "68.00",
        "discount": "0.00",
        "amount": "68.00",
        "payer": "客户",
    },
    {
        "number": "G 052 183 M2",
        "name": "全合成发动机油 5W-40",
        "brand": "大众",
        "kind": "原厂",
        "quantity": "4.5",
        "unit": "升",
        "price": "98.00",
        "discount": "44.10",
        "amount": "396.90",
        "payer": "客户",
    },
    {
        "number": "KH-88012",
        "name": "空调滤清器（活性炭）",
        "brand": "自带",
        "kind": "客户自带",
        "quantity": "1",
        "unit": "个",
        "price": "0.00",
        "discount": "0.00",
        "amount": "0.00",
        "payer": "客户",
    },
]
FEES: list[shapes.FeeLine] = [{"name": "拖车服务费", "amount": "150.00", "payer": "客户"}]
TOTALS: shapes.Totals = {
    "labor": "1513.00",
    "parts": "464.90",
    "fees": "150.00",
    "discount": "77.10",
    "total": "2127.90",
    "capitals": "贰仟壹佰贰拾柒元玖角",
    "tax_rate": "13%",
    "tax": "244.80",
}
BY_PAYER: list[shapes.PayerTotal] = [
    {"payer": "客户", "amount": "1087.90"},
    {"payer": "保险公司", "amount": "1040.00"},
]
GUARANTEES: list[shapes.GuaranteeTerm] = [
    {
        "scope": "小修、专项修理、一级维护",
        "kilometers": "2000",
        "days": "10",
        "until": "2026-12-02 或 47,230 km",
    },
    {"scope": "二级维护", "kilometers": "5000", "days": "30", "until": "2026-12-22 或 50,230 km"},
]
RECOMMENDATIONS: list[shapes.Recommendation] = [
    {
        "text": "更换前制动摩擦片",
        "reason": "厚度 3.2 mm，低于建议值 4 mm",
        "found_on": "2026-05-18",
        "safety": True,
    },
    {"text": "更换雨刮片", "reason": "刮拭有水痕", "found_on": "2026-05-18", "safety": False},
]
PRIVACY = (
    "为履行本委托书及法律规定的维修记录义务，本店收集并保存您的姓名、电话、车辆与维修信息，"
    "保存期不少于 6 年；您有权查阅、更正。"
)
TERMS = [
    "托修方应如实说明车辆故障及使用情况，并取走车内贵重物品；未取走且未声明的，双方按法律规定承担责任。",
    "维修过程中发现需增加项目或费用超出预估的，承修方应先征得托修方同意后方可施工。",
    "托修方自带配件的，配件质量由托修方负责，承修方对工时质量负责。",
]
