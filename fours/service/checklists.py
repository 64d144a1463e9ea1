"""What is looked at in each of the three inspections and after the wash (SV-10, SV-11), by kind of work and of order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .models import LaborLine, OrderKind, RepairOrder
from .models.catalogue import WorkKind


@dataclass(frozen=True)
class Check:
    """An item of a checklist; `limit` is the value it is measured against, where there is one."""

    name: str
    group: str = ""
    limit: str = ""

    def answered(self, result: str, value: str = "") -> dict[str, str]:
        """The item as an inspection keeps it."""
        return {
            "name": self.name, "group": self.group, "limit": self.limit, "result": result, "value": value,
        }  # fmt: skip


RESULTS = (("ok", "正常"), ("watch", "关注"), ("replace", "更换"), ("fail", "不合格"))
WASH_ITEMS = ("车身冲洗擦干", "内饰吸尘", "玻璃、轮毂清洁", "无新增划痕")

_SELF_ALWAYS = ("作业项目按工单全部完成", "螺栓按规定力矩紧固并做标记", "工具、旧件已清点，未遗留在车上")
_SELF_BY_KIND: Mapping[str, Sequence[str]] = {
    WorkKind.MECHANICAL: ("油液无渗漏，液位正常", "试运转无异响"),
    WorkKind.ELECTRICAL: ("故障码已清除并复检", "用电设备功能正常"),
    WorkKind.BODY: ("缝隙、面差均匀", "防锈、密封处理完成"),
    WorkKind.PAINT: ("无色差、流挂、尘点", "遮蔽物已清除，装复到位"),
    WorkKind.CARE: ("表面洁净，无残留药剂",),
}
_TEAM_ALWAYS = ("故障现象已消除", "作业质量符合工艺要求", "使用配件与工单一致")

_FINAL_ALWAYS = (
    Check("维修项目与工单一致，全部完成", "核对"),
    Check("仪表无故障灯、无故障码", "核对"),
    Check("灯光、喇叭、雨刮", "功能"),
    Check("油液液位及渗漏", "功能"),
    Check("轮胎气压", "功能", "2.3–2.5 bar"),
    Check("轮胎螺栓力矩", "功能", "按车型标准"),
    Check("车身外观与接车记录一致", "外观"),
    Check("车内清洁，无遗留物", "外观"),
)
_ROAD_TEST = Check("路试：行驶、转向、制动无异常", "路试")
_SERVICE = (
    Check("前制动片厚度", "保养", "≥ 3 mm"),
    Check("后制动片厚度", "保养", "≥ 3 mm"),
    Check("轮胎花纹深度", "保养", "≥ 1.6 mm"),
    Check("蓄电池电压", "保养", "≥ 12.4 V"),
    Check("保养提示已复位", "保养"),
)
_REPAIR = (Check("报修故障已排除", "修复"), Check("相关系统无新故障", "修复"))
_BODY = (
    Check("漆面无色差、流挂、尘点", "钣喷"),
    Check("缝隙、面差均匀", "钣喷"),
    Check("车门、机盖启闭正常", "钣喷"),
)
_SERVICE_KINDS = frozenset({OrderKind.FIRST_SERVICE, OrderKind.PERIODIC_SERVICE})
_BODY_KINDS = frozenset({OrderKind.BODY_PAINT, OrderKind.ACCIDENT})


def self_check(job: LaborLine) -> list[Check]:
    """The technician's own check of a job."""
    return [Check(name) for name in (*_SELF_ALWAYS, *_SELF_BY_KIND.get(job.work_kind, ()))]


def team_check(job: LaborLine) -> list[Check]:
    """The team leader's check of a job."""
    return [Check(name) for name in (*_TEAM_ALWAYS, *_SELF_BY_KIND.get(job.work_kind, ()))]


def final_check(order: RepairOrder) -> list[Check]:
    """The inspector's check of the whole car; the road test only where the customer allowed it."""
    if order.kind in _SERVICE_KINDS:
        special: Sequence[Check] = _SERVICE
    else:
        special = _BODY if order.kind in _BODY_KINDS else _REPAIR
    road = [_ROAD_TEST] if order.road_test_allowed else []
    return [*_FINAL_ALWAYS, *special, *road]
