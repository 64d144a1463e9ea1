from fours.intake.columns import Column, match_columns
from fours.intake.layout import Heading
from fours.parts.intake_columns import PART_COLUMNS, STOCK_COLUMNS


def matched(headings: str, columns: tuple[Column, ...]) -> dict[str, str]:
    texts = headings.split()
    mapping = match_columns([Heading((text,)) for text in texts], columns).mapping()
    return {name: texts[index] for name, index in mapping.items()}


def test_headings_of_parts_and_stock_files() -> None:
    assert matched("品质 品牌 编码 名称 单位 规格 厂牌 型号 实物码 OE码 适用车型 通用编码", PART_COLUMNS) == {
        "source": "品质",
        "brand": "品牌",
        "number": "编码",
        "name": "名称",
        "unit": "单位",
        "specification": "规格",
        "maker_number": "OE码",
        "fits_models": "适用车型",
        "barcode": "通用编码",
    }
    assert matched("品牌 配件编码 数量 单价 是否含税 税率 仓位 备注", STOCK_COLUMNS) == {
        "brand": "品牌",
        "number": "配件编码",
        "quantity": "数量",
        "unit_cost": "单价",
        "includes_tax": "是否含税",
        "tax_rate": "税率",
        "bin": "仓位",
        "note": "备注",
    }
    assert matched("供应商 编号 商品名称 进价 卖价 数量", STOCK_COLUMNS) == {
        "supplier": "供应商",
        "number": "编号",
        "name": "商品名称",
        "unit_cost": "进价",
        "quantity": "数量",
    }
