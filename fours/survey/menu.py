from fours.kernel.menu import Item, menu_item, menu_section

menu_section("信息反馈", "headset", 30)
menu_item("信息反馈", Item("售后回访", "calls", "phone-call", "survey.view", 10))
menu_item("信息反馈", Item("快速处理", "handling_sheets", "urgent", "survey.view", 20))
menu_item("信息反馈", Item("售后日报", "daily_reports", "report-analytics", "survey.view_report", 30))
