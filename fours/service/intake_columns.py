"""What the imports `labor-operations` (SV-04) and `receivables` (PF-15) know."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from fours.customers.intake_columns import CUSTOMER_COLUMNS
from fours.intake.clean import YUAN, choice, code, day, decimal, text
from fours.intake.columns import Column
from fours.service.guarantee import RepairKind
from fours.vehicles.intake_columns import VEHICLE_COLUMNS

WORK_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "机修": "mechanical",
        "机电": "mechanical",
        "维修": "mechanical",
        "保养": "mechanical",
        "机修组": "mechanical",
        "电工": "electrical",
        "电器": "electrical",
        "电路": "electrical",
        "钣金": "body",
        "钣金组": "body",
        "喷漆": "paint",
        "油漆": "paint",
        "喷漆组": "paint",
        "美容": "care",
        "洗车": "care",
        "装饰": "care",
    }
)

REPAIR_KINDS: Mapping[str, str] = MappingProxyType({kind.label: kind.value for kind in RepairKind})

LABOR_OPERATION_COLUMNS = (
    Column(
        "code",
        "工时代码",
        code(20),
        (
            "项目编码",
            "项目代码",
            "项目编号",
            "工时编号",
            "工时编码",
            "维修项目编码",
            "作业代码",
            "代码",
            "编码",
            "编号",
        ),
        required=True,
        sample="BY-0001",
    ),
    Column(
        "name",
        "项目名称",
        text(100),
        (
            "维修项目",
            "工时名称",
            "作业项目",
            "维修项目名称",
            "服务项目",
            "名称",
            "项目",
            "维修内容",
            "作业内容",
        ),
        required=True,
        sample="更换机油机滤",
    ),
    Column(
        "work_kind",
        "工种",
        choice(WORK_KINDS),
        ("维修工种", "工段", "作业类型", "项目类型", "项目分类", "班组类型"),
        sample="机修",
    ),
    Column(
        "hours",
        "标准工时",
        decimal(2, maximum=Decimal("999")),
        ("工时", "工时数", "定额工时", "工时定额", "标准工时数", "额定工时"),
        wanted=True,
        spread_merged=False,
        sample="0.80",
    ),
    Column("repair_class", "维修类别", choice(REPAIR_KINDS), ("维修种类", "修理类别")),
    Column("fits_models", "适用车型", text(200), ("适用车系", "车型")),
)

_KNOWN = {column.name: column for column in (*VEHICLE_COLUMNS, *CUSTOMER_COLUMNS)}
_DEBTORS = ("欠款人", "欠款单位", "欠款客户", "往来单位", "挂账单位", "挂账客户")
_amount = decimal(2, units=YUAN)

RECEIVABLE_COLUMNS = (
    Column(
        "foreign_number",
        "原单号",
        code(40),
        (
            "单号",
            "单据号",
            "单据编号",
            "旧单号",
            "原系统单号",
            "结算单号",
            "结算单编号",
            "工单号",
            "维修单号",
            "业务单号",
            "票据号",
        ),
        required=True,
        spread_merged=False,
        sample="JS20240312005",
    ),
    replace(_KNOWN["name"], required=False, wanted=True, synonyms=(*_KNOWN["name"].synonyms, *_DEBTORS)),
    _KNOWN["phone"],
    replace(_KNOWN["plate"], wanted=False),
    Column(
        "billed_on",
        "单据日期",
        day,
        ("原单日期", "结算日期", "开单日期", "业务日期", "挂账日期", "欠款日期", "日期"),
        wanted=True,
        sample="2024-03-12",
    ),
    Column(
        "billed",
        "应收金额",
        _amount,
        ("应收", "应收款", "应收合计", "单据金额", "结算金额", "原应收", "总金额", "金额", "合计金额"),
        spread_merged=False,
        sample="3,680.00",
    ),
    Column(
        "paid_before",
        "已收金额",
        _amount,
        ("已收", "已收款", "已付", "已付金额", "实收", "实收金额", "累计已收", "此前已收"),
        spread_merged=False,
        sample="1,000.00",
    ),
    Column(
        "open",
        "未收金额",
        _amount,
        (
            "未收",
            "未收款",
            "尚欠",
            "欠款",
            "欠款金额",
            "尚欠金额",
            "未付金额",
            "应收余额",
            "余额",
            "挂账金额",
            "期初应收",
            "期初余额",
        ),
        spread_merged=False,
        sample="2,680.00",
    ),
    Column(
        "note",
        "备注",
        text(200),
        ("说明", "备注信息", "摘要", "欠款原因", "挂账原因"),
        plain=True,
        lenient=True,
    ),
)
