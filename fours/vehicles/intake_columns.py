"""What an import knows about a car (PF-04, PF-11); a row of the kind `customers` is a customer and a car."""

from collections.abc import Mapping
from types import MappingProxyType

from fours.base.checked import Checked
from fours.base.text import squeeze
from fours.customers.intake_columns import CUSTOMER_COLUMNS
from fours.intake.cells import Cell, cell_text
from fours.intake.clean import KILOMETRES, checked_by, choice, day, integer, text
from fours.intake.columns import Column
from fours.vehicles.identifiers import check_plate, check_vin
from fours.vehicles.mileage import LARGEST_READING

_NO_PLATE_YET = frozenset({"新车", "未上牌", "无牌", "无牌照", "待上牌", "临牌", "临时牌照", "未挂牌"})
_checked_plate = checked_by(check_plate)

USES: Mapping[str, str] = MappingProxyType(
    {
        "非营运": "private",
        "私家": "private",
        "私家车": "private",
        "家用": "private",
        "家庭自用": "private",
        "个人": "private",
        "私人": "private",
        "单位": "business",
        "公司": "business",
        "单位用车": "business",
        "公务": "business",
        "企业": "business",
        "网约车": "ride_hailing",
        "出租": "ride_hailing",
        "出租车": "ride_hailing",
        "出租客运": "ride_hailing",
        "预约出租客运": "ride_hailing",
        "营运": "commercial",
        "货运": "commercial",
        "公路客运": "commercial",
        "旅游客运": "commercial",
        "租赁": "commercial",
        "本店自有": "own",
        "试驾": "own",
        "试驾车": "own",
    }
)
DRIVES: Mapping[str, str] = MappingProxyType(
    {
        "燃油": "fuel",
        "汽油": "fuel",
        "柴油": "fuel",
        "油车": "fuel",
        "混动": "hybrid",
        "混合动力": "hybrid",
        "油电混合": "hybrid",
        "插电混动": "hybrid",
        "插电式混合动力": "hybrid",
        "插混": "hybrid",
        "增程": "hybrid",
        "增程式": "hybrid",
        "纯电": "battery",
        "纯电动": "battery",
        "电动": "battery",
    }
)


def plate(cell: Cell, unit: str) -> Checked[str]:
    """The plate; of a car that has none yet, nothing, with a warning."""
    said = squeeze(cell_text(cell))
    if said in _NO_PLATE_YET:
        return Checked(None, warning=f"“{said}”：按没有车牌处理")
    return _checked_plate(cell, unit)


kilometres = integer(units=KILOMETRES, maximum=LARGEST_READING)

VEHICLE_COLUMNS = (
    Column(
        "plate",
        "车牌号",
        plate,
        (
            "车牌",
            "车牌号码",
            "牌照",
            "牌照号",
            "牌照号码",
            "车号",
            "号牌号码",
            "车辆号牌",
            "车辆牌照",
            "车牌照",
        ),
        wanted=True,
        sample="苏E12345",
    ),
    Column(
        "vin",
        "车架号",
        checked_by(check_vin),
        (
            "VIN",
            "VIN码",
            "车架号VIN",
            "VIN号",
            "底盘号",
            "车辆识别代号",
            "车辆识别码",
            "车架号码",
            "车辆识别代码",
            "车架",
        ),
        wanted=True,
        sample="LFV2A21K6A3123456",
    ),
    Column("brand", "品牌", text(40), ("车辆品牌", "汽车品牌", "厂牌"), lenient=True),
    Column("series", "车系", text(60), ("系列", "车系名称"), lenient=True),
    Column(
        "model_name",
        "车型",
        text(120),
        (
            "厂牌车型信息",
            "厂牌车型",
            "品牌型号",
            "厂牌型号",
            "车型名称",
            "车辆型号",
            "品牌车型",
            "车辆信息",
            "汽车型号",
        ),
        lenient=True,
    ),
    Column(
        "engine_number", "发动机号", text(30), ("发动机号码", "发动机编号", "电机号", "引擎号"), lenient=True
    ),
    Column("color", "颜色", text(20), ("车身颜色", "车辆颜色", "外观颜色", "车色"), lenient=True),
    Column(
        "drive",
        "动力",
        choice(DRIVES),
        ("动力类型", "燃料种类", "燃料类型", "能源类型", "燃油类型"),
        lenient=True,
    ),
    Column("use", "使用性质", choice(USES), ("车辆性质", "车辆用途", "用途", "使用类型"), lenient=True),
    Column(
        "registered_on",
        "上牌日期",
        day,
        (
            "注册日期",
            "初登日期",
            "登记日期",
            "上牌时间",
            "初次登记日期",
            "注册登记日期",
            "注册时间",
            "初始登记日期",
        ),
        wanted=True,
        sample="2023-05-18",
    ),
    Column("produced_on", "生产日期", day, ("出厂日期", "制造日期")),
    Column(
        "sold_on", "购车日期", day, ("购买日期", "购车时间", "销售日期", "开票日期", "购置日期", "提车日期")
    ),
    Column(
        "mileage",
        "里程",
        kilometres,
        (
            "行驶里程",
            "里程数",
            "最近进店里程",
            "当前里程",
            "最近里程",
            "公里数",
            "进厂里程",
            "进店里程",
            "行驶公里",
            "行驶公里数",
            "表显里程",
            "最新里程",
            "行驶距离",
            "行驶里程数",
            "最后里程",
        ),
        spread_merged=False,
        sample="32000",
        lenient=True,
    ),
    Column("mileage_on", "里程日期", day, ("里程记录日期",)),
    Column(
        "last_service_on",
        "上次保养日期",
        day,
        ("最近保养日期", "最后保养日期", "上次保养时间", "最近保养时间"),
    ),
    Column(
        "last_visit_on",
        "最近来店",
        day,
        ("最近进店日期", "最近来厂日期", "最后来店日期", "上次进店日期", "最近进厂日期"),
    ),
    Column(
        "next_service_on", "下次保养日期", day, ("下次保养时间", "预计保养日期", "保养到期", "保养到期日")
    ),
    Column(
        "next_service_mileage",
        "下次保养里程",
        kilometres,
        ("预计保养里程",),
        spread_merged=False,
        lenient=True,
    ),
    Column(
        "insurance_until",
        "商业险到期",
        day,
        (
            "商业险到期日期",
            "商业险到期日",
            "保险到期",
            "保险到期日",
            "保险到期日期",
            "车险到期",
            "商业险终保日期",
            "保险日期",
        ),
    ),
    Column(
        "compulsory_insurance_until",
        "交强险到期",
        day,
        ("交强险到期日期", "交强险到期日", "交强险终保日期", "强险到期", "交强险日期"),
    ),
    Column(
        "inspection_until",
        "年审到期",
        day,
        (
            "年审到期日期",
            "年检到期",
            "年检到期日",
            "年检到期日期",
            "年审日期",
            "年检日期",
            "检验有效期至",
            "验车日期",
        ),
    ),
    Column("warranty_until", "质保到期", day, ("质保到期日期", "质保到期日", "包修到期")),
    Column("vehicle_note", "车辆备注", text(500), (), plain=True, lenient=True),
)

CUSTOMER_AND_VEHICLE_COLUMNS = (*CUSTOMER_COLUMNS, *VEHICLE_COLUMNS)
