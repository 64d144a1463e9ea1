"""Steps 6 to 8: the bills, the money and the way out; the calls three days later; the report the manager signs."""

from tests.browser.counter import Counter, Screen
from tests.browser.pictures import words


def settle_and_pay(counter: Counter) -> None:
    """A statement for the customer and one for the insurer; nobody drives out before the customer has paid."""
    advisor, cashier = counter("advisor"), counter("cashier")
    advisor.take_up("请结算")
    advisor.press("开出结算单")
    advisor.sees("已开出 2 张结算单", "1,000.00")

    cashier.menu("收银")
    assert cashier.figure("待收款") == "¥1,200.00"
    _open_bill(cashier, "某保险公司")
    cashier.follow("挂账")
    cashier.fill(reason="保险公司月结")
    cashier.press("挂账")
    cashier.sees("已挂账")
    cashier.menu("收银")
    _open_bill(cashier, "张建国")
    cashier.fill(kind_0="现金", amount_0="400", kind_1="微信", amount_1="600", reference_1="4200001234")
    cashier.press("确认收款")
    cashier.sees("已收款", "1,000.00")
    paper = words(cashier.pdf("结算单"))
    for said in ("更换前制动片", "前制动片", "1,000.00", "91320500MA1XXXXXX0"):
        assert said in paper


def _open_bill(cashier: Screen, payer: str) -> None:
    with cashier.page.expect_navigation():
        cashier.main.locator("tr", has_text=payer).get_by_role("link", name="收款").click()


def drive_out(counter: Counter) -> None:
    """Checked inside, let out with a gate pass, explained at the car; the customer names the hours for a call."""
    advisor, cashier = counter("advisor"), counter("cashier")
    find_order(advisor)
    advisor.follow("内部交车检查")
    advisor.tick("items")
    advisor.press("检查完成")
    find_order(cashier)
    cashier.press("开出门证")
    advisor.take_up("已放行")
    advisor.sees("出门证")
    advisor.tick("items")
    advisor.fill(mileage_out="45231", call_from="15:00", call_until="17:00")
    advisor.press("交车", exact=True)
    advisor.sees("已交车")
    advisor.click("结算", within="#panels nav")
    advisor.sees("下次保养日期", "45,231", "15:00")


def find_order(screen: Screen) -> None:
    """The order of the day by its car, from the list."""
    screen.menu("维修工单")
    if not screen.main.get_by_role("link", name="RO-S01-260316-0001").count():
        screen.follow("全部")
    screen.follow("RO-S01-260316-0001")


def sign_report(manager: Screen) -> None:
    """Today's report is there though nobody typed a figure; signed, it is frozen."""
    manager.menu("售后日报")
    manager.follow("查看签字")
    assert report_figures(manager)["产值（含税）"] == "1,200.00"
    manager.confirm("签字")
    manager.sees("签字后没有更正")
    paper = words(manager.pdf("日报表"))
    assert "1,200.00" in paper


def report_figures(manager: Screen) -> dict[str, str]:
    cards = manager.main.locator("a.report-figure").all()
    return {
        card.locator("span").inner_text().strip(): card.locator("b").inner_text().strip() for card in cards
    }


def call_customer(agent: Screen, *, content: bool) -> None:
    """The call of this hour from the list: answers by key, the customer's own words."""
    agent.take_up("回访")
    agent.sees("张建国", "13812345678", "更换前制动片")
    agent.page.locator("[data-question]").first.focus()
    for answer in "55555555" + ("555" if content else "243"):
        agent.page.keyboard.press(answer)
    agent.fill(satisfied="yes" if content else "no", words="好了,不响了" if content else "刹车还是响")
    agent.press("接通完成")
    agent.sees("回访完成")


def solve_complaint(manager: Screen) -> None:
    manager.take_up("处理客户不满")
    manager.sees("刹车还是响")
    manager.follow("处理完成")
    manager.fill(cause="卡钳导销缺油", measure="回店润滑并路试", result="异响消除")
    manager.press("处理完成")
    manager.sees("已安排二次回访")


def correct_later(manager: Screen) -> None:
    """Money given back after the signature stands beside the signed day, which stays as it was."""
    manager.menu("结算")
    manager.follow("全部")
    with manager.page.expect_navigation():
        manager.main.locator("tr", has_text="张建国").get_by_role("link").first.click()
    manager.follow("退款", exact=True)
    manager.fill(amount="50", reason="多收工时费")
    manager.press("退款")
    manager.menu("售后日报")
    manager.follow("2026-03-16")
    manager.sees("签字后的更正", "1 笔", "50")
    assert report_figures(manager)["产值（含税）"] == "1,200.00"
