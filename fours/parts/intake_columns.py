"""What the imports `parts` (catalogue) and `stock` (opening stock) know (PT-01, PT-02, PF-11)."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from fours.intake.clean import YUAN, choice, code, decimal, tax_rate, text, yes_no
from fours.intake.columns import Column

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "原厂": "genuine",
        "原厂件": "genuine",
        "原装": "genuine",
        "正厂": "genuine",
        "原厂流通件": "genuine",
        "同质": "same_quality",
        "同质件": "same_quality",
        "同质配套件": "same_quality",
        "品牌件": "same_quality",
        "副厂": "same_quality",
        "副厂件": "same_quality",
        "配套件": "same_quality",
        "售后品牌件": "same_quality",
        "再制造": "remanufactured",
        "再制造件": "remanufactured",
        "修复件": "remanufactured",
        "回用": "recycled",
        "回用件": "recycled",
        "拆车件": "recycled",
        "拆车回用件": "recycled",
    }
)
CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "保养": "maintenance",
        "保养件": "maintenance",
        "易损": "wear",
        "易损件": "wear",
        "维修件": "repair",
        "机修件": "repair",
        "电器件": "repair",
        "车身件": "body",
        "覆盖件": "body",
        "外观件": "body",
        "精品": "accessory",
        "装饰件": "accessory",
        "辅料": "consumable",
        "耗材": "consumable",
        "油品": "consumable",
    }
)

amount = decimal(2, units=YUAN)
quantity = decimal(3)

_NUMBER = Column(
    "number",
    "配件编码",
    code(40),
    (
        "编码", "配件编号", "配件号", "零件号", "零件编号", "零件编码", "编号", "件号", "配件代码", "商品编码",
        "商品编号", "备件号", "备件编号", "物料编号", "物料号", "物料编码", "配件件号",
    ),
    required=True,
    sample="06J115403Q",
)  # fmt: skip
_NAME_WORDS = ("名称", "零件名称", "商品名称", "备件名称", "物料名称", "品名", "配件名")

PART_COLUMNS = (
    _NUMBER,
    Column("name", "名称", text(100), ("配件名称", *_NAME_WORDS), required=True, sample="机油滤清器"),
    Column(
        "maker_number",
        "厂家编码",
        code(40),
        ("OE码", "OEM码", "OE号", "OEM号", "原厂编码", "原厂编号"),
    ),
    Column("brand", "品牌", text(40), ("配件品牌", "生产厂家", "厂家")),
    Column("specification", "规格", text(80), ("规格型号", "型号", "配件规格")),
    Column("fits_models", "适用车型", text(200), ("适用车系", "车型", "适用范围", "匹配车型")),
    Column("unit", "单位", text(8), ("计量单位", "基本单位"), sample="个"),
    Column(
        "package_size", "包装数", decimal(3, minimum=Decimal("0.001")), ("最小包装量", "包装数量", "最小包装")
    ),
    Column(
        "category",
        "类别",
        choice(CATEGORIES, otherwise="repair"),
        ("配件类别", "分类", "自定义分类", "配件分类"),
    ),
    Column("source", "来源", choice(SOURCES), ("品质", "配件来源", "配件性质", "配件品质", "配件类型")),
    Column(
        "retail_price",
        "零售价",
        amount,
        ("销售价", "售价", "卖价", "销售单价", "零售单价", "含税零售价", "建议零售价", "销价"),
        spread_merged=False,
        sample="58.00",
    ),
    Column("warranty_price", "索赔价", amount, ("保修价", "三包价", "索赔单价"), spread_merged=False),
    Column("internal_price", "内部价", amount, ("内部结算价", "内结价"), spread_merged=False),
    Column("floor_price", "最低售价", amount, ("底价", "最低价", "限价"), spread_merged=False),
    Column("barcode", "条码", code(40), ("条形码", "通用编码", "扫描码")),
    Column("hazardous", "危险品", yes_no, ("是否危险品",)),
    Column("minimum_stock", "最低库存", quantity, ("库存下限", "安全库存", "最小库存"), spread_merged=False),
    Column("note", "备注", text(200), ("说明",), plain=True),
)

STOCK_COLUMNS = (
    _NUMBER,
    Column("name", "配件名称", text(100), _NAME_WORDS, sample="机油滤清器"),
    Column("bin", "货位", code(20), ("仓位", "库位", "货位号", "库位号", "仓位号", "货架号", "存放位置"), sample="A-03-2-05"),
    Column(
        "quantity",
        "数量",
        quantity,
        ("库存", "库存数量", "库存数", "初始库存", "期初数量", "期初库存", "结存数量", "现有库存", "实际库存", "盘点数量"),
        required=True,
        spread_merged=False,
        sample="12",
    ),
    Column(
        "unit_cost",
        "单价",
        decimal(6, units=YUAN),
        (
            "成本价", "进价", "成本单价", "采购单价", "采购价", "库存单价", "初始成本价", "入库单价", "进货价",
            "采购成本单价", "期初单价",
        ),
        wanted=True,
        spread_merged=False,
        sample="32.500000",
    ),
    Column("amount", "金额", amount, ("库存金额", "成本金额", "初始化成本金额", "小计", "期初金额"), spread_merged=False),
    Column("includes_tax", "是否含税", yes_no, ("含税",)),
    Column("tax_rate", "税率", tax_rate, ("增值税率",)),
    Column("unit", "单位", text(8), ("计量单位",)),
    Column("brand", "品牌", text(40), ("配件品牌",)),
    Column("supplier", "供应商", text(100), ("供货商", "供应商名称", "供货单位")),
    Column("note", "备注", text(200), ("说明",), plain=True),
)  # fmt: skip
