"""What the scheduled work is called where a failed run of it is shown; whoever stands there is no programmer."""

JOB_NAMES: dict[str, str] = {
    "archive.let_volumes_go": "清理归档册中已删除的单据",
    "archive.remind": "提醒装订上月归档",
    "customers.erase_old_papers": "删除期满的锁定单据",
    "kernel.escalate": "上报逾期待办",
    "kernel.free_tasks": "转出离职人员的待办",
    "kernel.recount_deadlines": "按节假日重算时限",
    "kernel.set_papers": "排版存档单据",
    "kernel.tidy": "清理过期记录和文件",
    "messages.clear_old": "清除过期消息的内容",
    "messages.look_for_due": "发送到期的消息",
    "messages.ship_templates": "补齐消息模板",
    "service.promises_at_risk": "提醒快要超时的工单",
    "survey.daily_report": "生成售后日报",
}
