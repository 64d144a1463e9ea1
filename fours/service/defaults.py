"""Settings of the service area: what a manager may change, with the defaults the sources and the law give."""

from fours.kernel.models import Store
from fours.kernel.store_settings import declare_setting, setting

from .models import OrderKind

GROUP = "售后服务"
# Work on the store's own cars and before a sale has no customer to be asked about it.
NOT_FOLLOWED_UP = frozenset({
    OrderKind.PDI, OrderKind.RECONDITIONING, OrderKind.OWN_CAR, OrderKind.REWORK_INTERNAL,
})  # fmt: skip

declare_setting(
    "service.discount_limit",
    "折扣权限(%)",
    "10",
    kind="decimal",
    group=GROUP,
    help="服务顾问不经审批可让的最大折扣;超过须由服务经理办理。",
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
    "维修中发现需增加项目或费用的,本店先告知项目、价格和新的完工时间,经托修方同意并记录后方可施工;"
    "未经同意的项目不收费。",
    group=GROUP,
    help="印在维修任务委托书上。",
)
declare_setting(
    "service.privacy_notice",
    "个人信息告知",
    "本店为履行维修合同、建立维修档案、质量保证和回访收集您的姓名、电话、车牌号、车架号和维修记录,"
    "维修档案依法保存不少于6年,并按规定上传汽车维修电子健康档案系统。您可以查询、更正,"
    "并可随时拒绝营销联系。",
    group=GROUP,
    help="印在维修任务委托书上。",
)
declare_setting(
    "service.terms",
    "委托书条款",
    "配件均注明类别(原厂件、同质件、再制造件、回用件、客户自带)及价格,非原厂件事先告知。\n"
    "客户自带配件只保工时,不保配件质量。\n"
    "车内贵重物品和现金请自行带走;随车物品以接车登记表为准。\n"
    "质量保证期自竣工交车之日起计算,里程与天数以先到为准;保证期内因维修质量造成的故障免费返修。\n"
    "结算凭结算清单,工时费与材料费分项列明;二级维护、总成修理、整车修理发给竣工出厂合格证。\n"
    "对收费或质量有异议,可拨打本店投诉电话,也可向当地道路运输管理机构投诉。",
    group=GROUP,
    help="印在维修任务委托书上,每行一条。",
)
for kind in OrderKind:
    declare_setting(
        f"service.follow_up.{kind.value}",
        f"回访:{kind.label}",
        kind not in NOT_FOLLOWED_UP,
        kind="bool",
        group="售后回访",
        help="此类工单交车后是否回访。",
    )


def wants_follow_up(store: Store, kind: str) -> bool:
    """Whether customers are called after an order of this kind (SU-03)."""
    return bool(setting(store, f"service.follow_up.{kind}"))
