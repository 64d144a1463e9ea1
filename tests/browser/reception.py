"""Steps 3 and 4: the advisor finds the car, books it, takes it over on the tablet and opens the order the customer signs."""

from tests.browser.counter import Screen
from tests.browser.pictures import photo, words


def book_two_visits(advisor: Screen) -> None:
    """The car found by the end of its plate; a visit tomorrow from its page, one today from the calendar."""
    advisor.page.keyboard.press("/")
    advisor.page.keyboard.type("12345")
    advisor.page.locator(".search-item", has_text="张建国").wait_for()
    advisor.page.keyboard.press("ArrowDown")
    with advisor.page.expect_navigation():
        advisor.page.keyboard.press("Enter")
    advisor.sees("张建国", "33,500", "质保状态待确认")
    advisor.follow("预约", exact=True)
    advisor.fill(concern="下次保养", day="2026-03-17", time="09:00")
    advisor.press("预约", exact=True)
    advisor.sees("下次保养", "张建国")

    advisor.menu("预约")
    advisor.follow("预约 10:00")
    advisor.pick("vehicle", "12345")
    advisor.fill(concern="刹车有异响")
    advisor.press("预约", exact=True)
    advisor.sees("刹车有异响", "1 个待到店")
    advisor.follow("10:00", exact=True)
    advisor.sees("质保状态待确认", "待准备")


def take_car_over(advisor: Screen) -> None:
    """Mileage, fuel, damage with a photo, the customer's words and signature; nothing typed is lost by a refusal."""
    advisor.menu("接车")
    advisor.press("到店接车")
    advisor.fill(mileage="33000", fuel_level="50", concern="早上起步刹车有尖叫声", papers="行驶证")
    advisor.tick("valuables_reminded", "protective_set")
    advisor.main.locator("svg.car-outline").click(position={"x": 200, "y": 150})
    advisor.page.get_by_label("第 1 处说明").fill("右前门划痕")
    advisor.settle()
    picture = {"name": "车门.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    advisor.page.set_input_files("main input[name=photos]", files=[picture])
    advisor.main.locator("a.photo img").wait_for()
    advisor.sign()
    advisor.press("客户签字，完成接车")
    advisor.sees("33,500")
    advisor.fill(mileage="45230")
    advisor.sign()
    advisor.press("客户签字，完成接车")
    advisor.sees("接车单 CI-S01-260316-0001", "早上起步刹车有尖叫声", "右前门划痕", "45,230")


def open_and_sign_order(advisor: Screen) -> None:
    """The estimate with a payer for each line and the stock beside it, signed as the contract, printed."""
    advisor.follow("开工单")
    advisor.fill(kind="事故", insurer_name="某保险公司")
    advisor.press("开工单")
    jobs = advisor.open("加项目")
    advisor.pick("operation", "更换前制动片", within=jobs)
    advisor.fill(within=jobs, payer="客户")
    advisor.send("加项目", within=jobs)
    jobs = advisor.open("加项目")
    advisor.fill(within=jobs, name="前保险杠拆装", hours="1", work_kind="机修", payer="保险")
    advisor.send("加项目", within=jobs)
    parts = advisor.open("加配件")
    advisor.pick("part", "前制动片", within=parts)
    advisor.fill(within=parts, job="更换前制动片", payer="客户")
    advisor.send("加配件", within=parts)
    advisor.sees("有货 1", "1,100.00")
    advisor.follow("客户签字授权")
    advisor.fill(promised_at="2026-03-16T16:00")
    advisor.sign()
    advisor.press("签字并授权施工")
    advisor.sees("工单 RO-S01-260316-0001", "待派工")
    paper = words(advisor.pdf("维修任务委托书"))
    for said in ("RO-S01-260316-0001", "早上起步刹车有尖叫声", "更换前制动片", "1,100.00"):
        assert said in paper
