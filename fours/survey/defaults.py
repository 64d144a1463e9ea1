"""Settings of customer care, with the hours and days the sources give (SU-01, SU-13)."""

from fours.kernel.store_settings import declare_setting

GROUP = "售后回访"
declare_setting("survey.call_from", "默认回访时段自", "10:00", kind="time", group=GROUP)
declare_setting("survey.call_until", "默认回访时段至", "12:00", kind="time", group=GROUP)
declare_setting(
    "survey.earliest_call", "最早可致电", "09:00", kind="time", group=GROUP, help="此前不打扰客户。"
)
declare_setting(
    "survey.latest_call", "最晚可致电", "20:00", kind="time", group=GROUP, help="此后不打扰客户。"
)
declare_setting("survey.attempts", "联系几次未果算联系不上", 3, kind="int", group=GROUP)
declare_setting("survey.attempt_days", "这些次数至少分布在几天", 2, kind="int", group=GROUP)
declare_setting("survey.report_at", "日报草稿生成时间", "16:30", kind="time", group="售后日报")
TARGETS = {
    "arrived": "survey.target_arrived",
    "turnover": "survey.target_turnover",
    "calls_done": "survey.target_calls",
}
declare_setting(
    "survey.target_arrived", "日目标：进厂台次", 0, kind="int", group="售后日报", help="0 为不设目标。"
)
declare_setting(
    "survey.target_turnover",
    "日目标：产值（元，含税）",
    "0.00",
    kind="decimal",
    group="售后日报",
    help="0 为不设目标。",
)
declare_setting(
    "survey.target_calls", "日目标：已回访", 0, kind="int", group="售后日报", help="0 为不设目标。"
)
SCRIPT_HELP = "可用 {客户} {车牌} {门店} {回访人} {日期} {项目}。每行一句。"
TEXTS = {
    "survey.script_opening": (
        "开场",
        "您好，请问是{客户}吗？我是{门店}的回访专员{回访人}，打扰您两分钟，可以吗？\n"
        "您的爱车{车牌}在{日期}做了{项目}，想听听您的感受。",
    ),
    "survey.script_second": (
        "二次回访开场",
        "您好，{客户}，我是{门店}的{回访人}。上次您反映的问题，服务部门已经处理。\n"
        "想请您说说处理得怎么样，是否还有不放心的地方？",
    ),
    "survey.script_satisfied": ("满意时追问", "谢谢您的肯定！有没有哪一点我们还能做得更好？"),
    "survey.script_unhappy": (
        "一般或不满意时追问",
        "真抱歉给您添麻烦了。具体是哪一点让您不满意？\n您希望我们怎样改进？我会原话转给服务经理。",
    ),
    "survey.script_closing": ("结束语", "感谢您的宝贵意见，祝您行车平安，再见！"),
    "survey.script_closing_unhappy": (
        "不满意时结束语",
        "您的意见已登记，服务经理会尽快与您联系，解决后我们再回访您。谢谢您，再见！",
    ),
}
for key, (label, text) in TEXTS.items():
    declare_setting(key, label, text, group="回访话术", help=SCRIPT_HELP)
