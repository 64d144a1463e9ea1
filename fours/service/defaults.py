"""Settings of the service area: what a manager may change, with the defaults the sources and the law give."""

from fours.kernel.models import Store
from fours.kernel.store_settings import declare_setting, setting
from fours.vehicles.models.vehicle import Drive

from .models import OrderKind

GROUP, TILL = "售后服务", "收银结算"
WORKSHOP_EFFICIENCY = "service.workshop_efficiency"
COMEBACK_DAYS = "service.comeback_days"
# Months and kilometres from one service to the next.
INTERVALS = {Drive.FUEL: (6, 5000), Drive.HYBRID: (6, 7500), Drive.BATTERY: (12, 10000)}
# Work on the store's own cars and before a sale has no customer to be asked about it.
NOT_FOLLOWED_UP = frozenset({
    OrderKind.PDI, OrderKind.RECONDITIONING, OrderKind.OWN_CAR, OrderKind.REWORK_INTERNAL,
})  # fmt: skip

declare_setting(
    "service.large_bill",
    "大额工单（元）",
    "10000.00",
    kind="decimal",
    group=GROUP,
    help="估价、签字和结算达到此数时，服务经理先收到待办过目（万元以上）；重点客户不论金额。",
)
declare_setting(
    "service.estimate_days",
    "估价有效天数",
    7,
    kind="int",
    group=GROUP,
    help="估价单上写明的有效期。",
)
declare_setting(
    "service.delivery_place", "交车地点", "本店交车区", group=GROUP, help="印在维修任务委托书上。"
)
declare_setting(
    "service.excess_rule",
    "超出估价的约定",
    "维修中发现需增加项目或费用的，本店先告知项目、价格和新的完工时间，经托修方同意并记录后方可施工；"
    "未经同意的项目不收费。",
    group=GROUP,
    help="印在维修任务委托书上。",
)
declare_setting(
    "service.privacy_notice",
    "个人信息告知",
    "本店为履行维修合同、建立维修档案、质量保证和回访收集您的姓名、电话、车牌号、车架号和维修记录，"
    "维修档案依法保存不少于6年，并按规定上传汽车维修电子健康档案系统。您可以查询、更正，"
    "并可随时拒绝营销联系。",
    group=GROUP,
    help="印在维修任务委托书上。",
)
declare_setting(
    "service.terms",
    "委托书条款",
    "配件均注明类别（原厂件、同质件、再制造件、回用件、客户自带）及价格，非原厂件事先告知。\n"
    "客户自带配件只保工时，不保配件质量。\n"
    "车内贵重物品和现金请自行带走；随车物品以接车登记表为准。\n"
    "质量保证期自竣工交车之日起计算，里程与天数以先到为准；保证期内因维修质量造成的故障免费返修。\n"
    "结算凭结算清单，工时费与材料费分项列明；二级维护、总成修理、整车修理发给竣工出厂合格证。\n"
    "对收费或质量有异议，可拨打本店投诉电话，也可向当地道路运输管理机构投诉。",
    group=GROUP,
    help="印在维修任务委托书上，每行一条。",
)
declare_setting(
    WORKSHOP_EFFICIENCY,
    "车间效率",
    "0.85",
    kind="decimal",
    group="预约与产能",
    help="在岗时间中真正用于施工的比例，用来计算可预约工时。",
)
declare_setting(
    COMEBACK_DAYS,
    "外返提示（天）",
    30,
    kind="int",
    group=GROUP,
    help="车辆交车后多少天内再来店，接车时提示核对是否返修。",
)
for drive, (months, km) in INTERVALS.items():
    declare_setting(
        f"service.interval_months.{drive.value}",
        f"保养间隔（月）：{drive.label}",
        months,
        kind="int",
        group=GROUP,
        help="下次保养日期按此推算，里程先到则提前。",
    )
    declare_setting(
        f"service.interval_km.{drive.value}",
        f"保养间隔（公里）：{drive.label}",
        km,
        kind="int",
        group=GROUP,
        help="下次保养里程按此推算。",
    )
declare_setting(
    "service.insurer_on_account",
    "保险、保修款直接挂账",
    True,
    kind="bool",
    group=TILL,
    help="保险公司、厂家的结算单由收银或结算员直接挂账，不需主管批准。",
)
declare_setting(
    "service.gate_pass_hours",
    "出门证有效时间（小时）",
    4,
    kind="int",
    group=TILL,
    help="从开出起多少小时内车辆须离厂。",
)
declare_setting(
    "service.hours_standard",
    "工时定额标准",
    "厂家标准",
    group=TILL,
    help="印在结算清单上，如：行业标准、厂家标准。",
)
declare_setting(
    "service.nev_guarantee",
    "新能源专用件质保说明",
    "动力蓄电池、驱动电机、电控等新能源专用部件的质量保证按厂家规定执行。",
    group=TILL,
    help="印在新能源车的结算清单上。",
)
for kind in OrderKind:
    declare_setting(
        f"service.follow_up.{kind.value}",
        f"回访：{kind.label}",
        kind not in NOT_FOLLOWED_UP,
        kind="bool",
        group="售后回访",
        help="此类工单交车后是否回访。",
    )


def wants_follow_up(store: Store, kind: str) -> bool:
    """Whether customers are called after an order of this kind (SU-03)."""
    return bool(setting(store, f"service.follow_up.{kind}"))
