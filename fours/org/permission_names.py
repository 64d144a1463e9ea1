"""What each right is called where people read it; the codes are in `post_permissions.py`."""

from collections.abc import Mapping

PERMISSION_NAMES: Mapping[str, str] = {
    "customers.view": "查看客户", "customers.change": "新建和修改客户", "customers.merge": "合并客户和车辆",
    "customers.import": "导入客户", "vehicles.view": "查看车辆", "vehicles.change": "新建和修改车辆",
    "service.view": "查看维修业务", "service.view_money": "查看工单和结算金额",
    "service.book": "预约", "service.check_in": "接车", "service.order": "开单和估价",
    "service.answer": "记录客户对增项的答复", "service.discount": "在限度内打折", "service.settle": "结算",
    "service.deliver": "交车", "service.handover": "内部交车检查", "service.dispatch": "派工", "service.work": "施工",
    "service.report_finding": "报告增项", "service.team_check": "组检", "service.final_check": "终检",
    "service.wash": "洗车", "service.cash": "收款", "service.gate_pass": "开出门证", "service.on_account": "批准挂账",
    "service.approve": "过目大额和重点客户工单", "approvals.change": "维护权限额度和审批步骤", "service.reverse": "冲销和退款",
    "service.opening": "登记和冲销期初应收",
    "service.change_catalogue": "维护维修项目、套餐和工时单价", "parts.view": "查看配件和库存",
    "parts.change": "维护配件和盘点",
    "parts.issue": "发料和退料", "parts.receive": "入库", "parts.view_cost": "查看成本", "parts.import": "导入配件和库存",
    "messages.view": "查看消息", "messages.send": "给客户发消息", "messages.broadcast": "群发消息",
    "messages.change_templates": "维护消息模板", "messages.change_providers": "设置消息发送通道",
    "archive.view": "查看月度归档和缺失清单", "archive.bind": "装订月度归档", "archive.download": "下载月度归档（含个人信息）",
    "survey.view": "查看回访", "survey.call": "回访", "survey.solve": "处理客户问题", "survey.view_report": "查看日报",
    "survey.prepare_report": "填写日报备注", "survey.sign_report": "签日报", "org.view": "查看组织资料",
    "org.change_settings": "维护门店资料和参数", "org.manage_users": "管理员工、岗位和密码", "kernel.export": "导出",
    "org.change_rights": "修改岗位权限", "org.manage_devices": "登记和停用共用设备", "org.grant_any": "授予自己没有的权限",
    "kernel.export_many": "大批量导出", "customers.erase": "删除客户个人信息", "kernel.open_locked": "打开依法留存的单据",
    "kernel.view_personal": "查看客户电话、证件号、地址和生日", "kernel.reveal_personal": "逐项查看隐去的个人信息（留痕）",
}  # fmt: skip
