"""The words of the walk-around (SV-03): what an advisor ticks while going round the car."""

EQUIPMENT = ("备胎", "随车工具", "千斤顶", "三角警示牌", "灭火器", "反光背心")
BELONGINGS = ("行车记录仪", "ETC 设备", "儿童座椅", "充电枪", "雨伞")
LAMPS = (
    "发动机",
    "ABS",
    "安全气囊",
    "机油压力",
    "充电/蓄电池",
    "水温",
    "胎压",
    "制动",
    "保养提示",
    "动力电池",
)
DAMAGE_KINDS = {
    "scratch": "划痕", "dent": "凹陷", "crack": "破损", "chip": "掉漆", "rust": "锈蚀", "missing": "缺件",
}  # fmt: skip
# The car outline (car_outline.html) in its own units, in which marks are kept.
OUTLINE_WIDTH, OUTLINE_HEIGHT = 1000, 500
PAPERS = ("车钥匙", "行驶证", "保养手册", "驾驶证", "交强险保单")
FUEL = (
    (0, "空"),
    (12, "1/8"),
    (25, "1/4"),
    (37, "3/8"),
    (50, "1/2"),
    (62, "5/8"),
    (75, "3/4"),
    (87, "7/8"),
    (100, "满"),
)
CHARGE = tuple((percent, f"{percent}%") for percent in range(0, 101, 10))


def levels(drive: str, now: int | None = None) -> list[tuple[int, str]]:
    """The levels to choose from: eighths of a tank, tenths of a battery; a level noted otherwise stays one."""
    known = dict(CHARGE if drive == "battery" else FUEL)
    if now is not None and now not in known:
        known[now] = f"{now}%"
    return sorted(known.items())


def level_text(drive: str, level: int | None) -> str:
    """The level as people say it; empty when it was not read."""
    return "" if level is None else dict(levels(drive, level))[level]
