from fours.kernel.menu import Item, menu_item, menu_section

menu_section("售后服务", "car-garage", 10)
menu_item("售后服务", Item("预约", "appointments", "calendar-event", "service.view", 10))
menu_item("售后服务", Item("接车", "check_ins", "clipboard-check", "service.check_in", 20))
menu_item("售后服务", Item("维修工单", "orders", "file-text", "service.view", 30))
menu_item("售后服务", Item("车间看板", "board", "layout-kanban", "service.view", 40))
menu_item("售后服务", Item("我的作业", "my_jobs", "tool", "service.work", 50))
menu_item("售后服务", Item("检验", "inspections", "checkup-list", "service.final_check", 60))
menu_item("售后服务", Item("洗车", "washes", "wash", "service.wash", 70))
menu_item("售后服务", Item("领料发料", "order_parts", "packages", "parts.issue", 80))
menu_item("售后服务", Item("结算", "statements", "receipt", "service.view_money", 90))
menu_item("售后服务", Item("导入", "intakes", "file-import", "service.change_catalogue", 110))
menu_item("售后服务", Item("收银", "cashier", "cash-register", "service.cash", 100))
