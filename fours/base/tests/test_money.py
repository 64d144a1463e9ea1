from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fours.base.money import capital_amount, round_money, round_quantity, split_tax

amounts = st.decimals(min_value=D("-9999999.99"), max_value=D("9999999.99"), places=2)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.125", "0.13"), ("2.675", "2.68"), ("-0.125", "-0.13"), ("1.004", "1.00"), ("-0.004", "0.00")],
)
def test_money_is_rounded_half_up(value: str, rounded: str) -> None:
    assert str(round_money(D(value))) == rounded


def test_quantity_is_rounded_by_its_unit() -> None:
    assert str(round_quantity(D("1.2345"))) == "1.235"
    assert str(round_quantity(D("1.5"), 0)) == "2"


@pytest.mark.parametrize("wrong", [1.5, 3, D("NaN"), D("Infinity")])
def test_only_finite_decimals_are_money(wrong: object) -> None:
    with pytest.raises(ValueError):
        round_money(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gross", "rate", "net", "tax"),
    [
        ("1130.00", "0.13", "1000.00", "130.00"),
        ("100500.00", "0.005", "100000.00", "500.00"),
        ("63000.00", "0.005", "62686.57", "313.43"),
        ("100.00", "0", "100.00", "0.00"),
        ("-113.00", "0.13", "-100.00", "-13.00"),
        ("0.01", "0.13", "0.01", "0.00"),
    ],
)
def test_tax_is_split_from_the_price(gross: str, rate: str, net: str, tax: str) -> None:
    assert split_tax(D(gross), D(rate)) == (D(net), D(tax))


@given(amounts, st.decimals(min_value=0, max_value=D("0.5"), places=4))
def test_net_and_tax_are_the_gross(gross: D, rate: D) -> None:
    net, tax = split_tax(gross, rate)
    assert net + tax == gross
    assert net == round_money(net)


@pytest.mark.parametrize("rate", ["13", "1", "-0.01"])
def test_a_percentage_is_not_taken_for_a_share(rate: str) -> None:
    with pytest.raises(ValueError, match="share"):
        split_tax(D("113"), D(rate))


def test_split_tax_refuses_parts_of_a_cent() -> None:
    with pytest.raises(ValueError, match="cents"):
        split_tax(D("1.005"), D("0.13"))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1230", "壹仟贰佰叁拾元整"),
        ("0", "零元整"),
        ("1005.50", "壹仟零伍元伍角"),
        ("10.05", "壹拾元零伍分"),
        ("0.05", "伍分"),
        ("20300.40", "贰万零叁佰元肆角"),
        ("1010101.01", "壹佰零壹万零壹佰零壹元零壹分"),
        ("100010000", "壹亿零壹万元整"),
        ("-88.80", "负捌拾捌元捌角"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_amount_is_written_in_capitals(amount: str, words: str) -> None:
    assert capital_amount(D(amount)) == words


def test_an_amount_too_large_is_not_written_wrongly() -> None:
    with pytest.raises(ValueError, match="too large"):
        capital_amount(D("1000000000000"))
