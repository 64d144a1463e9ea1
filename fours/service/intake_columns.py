"""What the import `labor-operations` knows (SV-04, PF-11): the store's list of labor with its hours."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from fours.intake.clean import choice, code, decimal, text
from fours.intake.columns import Column
from fours.service.guarantee import RepairKind

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
