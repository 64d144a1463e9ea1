from fours.kernel.menu import Item, menu_item, menu_section

menu_section("组织", "sitemap", 80)
menu_item("组织", Item("员工", "people", "id-badge-2", "org.manage_users", 10))
menu_item("组织", Item("岗位", "posts", "list-check", "org.view", 20))
menu_item("组织", Item("共用设备", "devices", "device-desktop", "org.manage_devices", 15))
menu_item("组织", Item("开业设置", "setup", "route", "org.change_settings", 5))
