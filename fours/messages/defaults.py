"""Settings of messages: when and how often customers may be disturbed (PF-12, rules on calls and messages)."""

from fours.kernel.store_settings import declare_setting

GROUP = "消息"
declare_setting(
    "messages.quiet_from", "免打扰自", "20:00", kind="time", group=GROUP,
    help="从此时起短信、邮件不发出，顺延到免打扰结束。与结束时间相同表示不设免打扰。",
)  # fmt: skip
declare_setting("messages.quiet_until", "免打扰至", "09:00", kind="time", group=GROUP, help="可以跨过午夜。")
declare_setting(
    "messages.marketing_limit", "营销消息上限（条）", 2, kind="int", group=GROUP,
    help="同一客户在下面的天数内最多收到几条营销消息，超过的不发。",
)  # fmt: skip
declare_setting("messages.marketing_days", "营销消息上限的天数", 30, kind="int", group=GROUP)
declare_setting("messages.sign", "短信签名", "", group=GROUP, help="短信开头【】里的名称；空白时用门店名称。")
declare_setting(
    "messages.opt_out_hint",
    "退订提示",
    "拒收请回复R",
    group=GROUP,
    help="加在营销短信、邮件末尾，正文已写明的不再加。",
)
declare_setting(
    "messages.remind_at",
    "预约提醒时间",
    "16:00",
    kind="time",
    group=GROUP,
    help="预约前一天的这个时间提醒客户。",
)
declare_setting(
    "messages.keep_months", "消息内容保存月数", 24, kind="int", group=GROUP,
    help="发出、失败或取消满这么多个月的消息，收件、标题和内容自动清除，只留时间、通道、状态和费用。0 表示不清除。",
)  # fmt: skip
