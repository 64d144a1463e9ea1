from collections import Counter

import pytest

from fours.intake.columns import Column, match_columns
from fours.intake.layout import Heading
from fours.parts.intake_columns import PART_COLUMNS, STOCK_COLUMNS
from fours.service.intake_columns import LABOR_OPERATION_COLUMNS, RECEIVABLE_COLUMNS
from fours.vehicles.intake_columns import CUSTOMER_AND_VEHICLE_COLUMNS

ALL = [CUSTOMER_AND_VEHICLE_COLUMNS, PART_COLUMNS, STOCK_COLUMNS, LABOR_OPERATION_COLUMNS, RECEIVABLE_COLUMNS]


@pytest.mark.parametrize("columns", ALL)
def test_no_heading_means_two_columns(columns: tuple[Column, ...]) -> None:
    meanings = Counter(heading for column in columns for heading in column.known_headings)
    assert [heading for heading, times in meanings.items() if times > 1] == []
    assert len({column.name for column in columns}) == len(columns)


@pytest.mark.parametrize("columns", ALL)
def test_the_sample_of_a_column_passes_its_own_check(columns: tuple[Column, ...]) -> None:
    for column in columns:
        if column.sample:
            checked = column.cleaner(column.sample, "")
            assert (checked.error, checked.warning) == (None, None), column.name


def test_headings_of_labor_files() -> None:
    headings = [Heading((text,)) for text in ("项目编码", "项目名称", "工种", "标准工时", "金额")]
    matching = match_columns(headings, LABOR_OPERATION_COLUMNS)
    assert matching.mapping() == {"code": 0, "name": 1, "work_kind": 2, "hours": 3}


def test_headings_of_lists_of_debts() -> None:
    texts = (
        "序号",
        "单据编号",
        "欠款单位",
        "联系电话",
        "车牌",
        "结算日期",
        "应收金额",
        "已付金额",
        "欠款",
        "摘要",
    )
    matching = match_columns([Heading((text,)) for text in texts], RECEIVABLE_COLUMNS)
    assert matching.mapping() == {
        "foreign_number": 1, "name": 2, "phone": 3, "plate": 4, "billed_on": 5, "billed": 6, "paid_before": 7,
        "open": 8, "note": 9,
    }  # fmt: skip
