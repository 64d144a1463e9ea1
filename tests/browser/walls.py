"""Step 9: the same post in the other store finds nothing of it, by whatever way."""

import re

from tests.browser.counter import Screen

LISTS = ("预约", "接车", "维修工单", "车间看板", "结算", "客户", "车辆", "领料单", "售后回访", "快速处理")
OF_THE_VISIT = ("12345", "张建国", "260316")
NAMES_A_THING = re.compile(r"/\d+/|/files/|vehicle=|check_in=")


def sees_nothing(stranger: Screen, advisor: Screen) -> None:
    """Lists, search, counts, and every address of a thing the first store's advisor had open: page, paper, photo."""
    assert stranger.figure("今日待到店") == "0"
    for area in LISTS:
        stranger.menu(area)
        stranger.sees_not(*OF_THE_VISIT)
    stranger.page.keyboard.press("/")
    stranger.page.keyboard.type("12345")
    stranger.page.keyboard.press("Enter")
    stranger.page.wait_for_url("**/search/**")
    stranger.sees("没有找到")
    stranger.sees_not("张建国")
    offered = stranger.context.request.get(f"{stranger.address}/pick/vehicles/?q=12345").json()
    assert offered["items"] == []
    shown = sorted(path for path in advisor.seen if NAMES_A_THING.search(path))
    for kind in ("/service/orders/", "/service/check-ins/", "/vehicles/", "/files/", "/print/"):
        assert any(path.startswith(kind) for path in shown), kind
    assert {path: stranger.status_of(path) for path in shown} == dict.fromkeys(shown, 404)
