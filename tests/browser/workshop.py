"""Step 5: dispatched, clocked on by phone, more work agreed by phone, parts handed out, checked three times, washed."""

from tests.browser.counter import Counter, Screen
from tests.browser.pictures import photo


def dispatch(foreman: Screen) -> None:
    """The first car on the board that waits goes to the technician, with every open job."""
    foreman.menu("车间看板")
    foreman.follow("派工")
    # One choice for the whole car stands first; a single job has its own only.
    card = foreman.main.locator("section.card", has_text="技师").first
    card.get_by_label("S01technician").first.check()
    card.locator("select").first.select_option(value="A01")
    foreman.press("派工")
    foreman.sees("S01technician"[-2:])


def clock_on_and_report(technician: Screen) -> None:
    """On the phone: clock on the brakes, photograph what else was found and report it."""
    _open_job(technician, "更换前制动片")
    technician.press("开工")
    technician.sees("施工中")
    technician.follow("发现问题")
    technician.fill(finding="空调出风有异味,滤芯发霉")
    picture = {"name": "滤芯.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    technician.page.set_input_files("main input[name=photos]", files=[picture])
    technician.main.locator("[data-photo-list] img").wait_for()
    technician.press("报告给服务顾问")


def agree_additional_work(advisor: Screen) -> None:
    """The advisor prices what was found, offers it, and writes down who agreed and how."""
    advisor.take_up("增项")
    advisor.sees("空调出风有异味")
    jobs = advisor.open("加项目")
    advisor.pick("operation", "空调系统清洗", within=jobs)
    advisor.send("加项目", within=jobs)
    advisor.sees("100.00")
    advisor.press("报价", exact=True)
    advisor.fill(answered_by="张建国", via="电话")
    advisor.press("客户同意")
    advisor.sees("客户同意", "空调系统清洗", "16:00")


def hand_out_the_last_piece(keeper: Screen) -> None:
    """The last set of pads leaves once; a second window that still offers it is refused."""
    keeper.menu("领料发料")
    keeper.follow("发料", exact=True)
    late = keeper.page
    with keeper.context.expect_page() as opened:
        late.evaluate("window.open(location.href)")
    keeper.page = opened.value
    keeper.page.wait_for_load_state()
    keeper.fill(receiver="S01technician")
    keeper.press("发料", exact=True)
    keeper.sees("领料单", "前制动片")
    keeper.page.close()
    keeper.page = late
    keeper.fill(receiver="S01technician")
    keeper.press("发料", exact=True)
    keeper.sees("没有要领的配件")


def finish_jobs(technician: Screen, *names: str) -> None:
    for name in names:
        _open_job(technician, name)
        if technician.main.get_by_role("button", name="开工").count():
            technician.press("开工")
        technician.follow("完工")
        technician.fill(work_done=f"{name}完成")
        technician.press("全部合格，报完工")


def _open_job(technician: Screen, name: str) -> None:
    technician.menu("我的作业")
    with technician.page.expect_navigation():
        technician.main.locator(".task", has_text=name).get_by_role("link", name="打开").click()


def check_jobs(leader: Screen, count: int) -> None:
    """The team leader's check, job by job, from the list of what waits for them."""
    for _ in range(count):
        leader.menu("我的作业")
        leader.follow("组检", exact=True)
        leader.answer_all("ok")
        leader.fill(passed="yes")
        leader.press("提交组检")


def check_car(inspector: Screen, *, fails: bool) -> None:
    """The final check: sends the brakes back with the reason, or completes the car."""
    inspector.menu("检验")
    inspector.follow("终检", exact=True)
    inspector.answer_all("ok")
    if fails:
        inspector.fill(passed="no", reason="低速制动仍有异响")
        inspector.main.get_by_label("更换前制动片").check()
    else:
        inspector.fill(passed="yes", advice="后制动片剩 5 mm,下次保养检查")
    inspector.press("提交终检")


def wash(washer: Screen) -> None:
    washer.menu("洗车")
    washer.press("开始洗车")
    washer.follow("洗车完成")
    washer.tick("items")
    washer.fill(parking_place="竣工区 3")
    washer.press("洗车完成")
    washer.sees("竣工区 3")


def work_on_car(counter: Counter) -> None:
    """The whole of it, one failed check on the way."""
    technician = counter("technician", "phone")
    dispatch(counter("foreman"))
    clock_on_and_report(technician)
    agree_additional_work(counter("advisor"))
    dispatch(counter("foreman"))
    hand_out_the_last_piece(counter("parts_keeper"))
    finish_jobs(technician, "更换前制动片", "前保险杠拆装", "空调系统清洗")
    check_jobs(counter("team_leader"), 3)
    check_car(counter("inspector", "tablet"), fails=True)
    technician.menu("我的作业")
    technician.sees("返工", "低速制动仍有异响")
    finish_jobs(technician, "更换前制动片")
    check_jobs(counter("team_leader"), 1)
    check_car(counter("inspector"), fails=False)
    wash(counter("washer"))
