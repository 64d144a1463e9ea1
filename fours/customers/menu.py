from fours.kernel.menu import Item, menu_item, menu_section

menu_section("客户车辆", "users", 15)
menu_item("客户车辆", Item("客户", "customers", "users", "customers.view", 10))
menu_item("客户车辆", Item("疑似重复", "customer_duplicates", "copy", "customers.merge", 30))
menu_item("客户车辆", Item("导入", "intakes", "file-import", "customers.import", 90))
