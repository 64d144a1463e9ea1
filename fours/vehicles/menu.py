from fours.kernel.menu import Item, menu_item, menu_section

menu_section("客户车辆", "users", 15)
menu_item("客户车辆", Item("车辆", "vehicles", "car", "vehicles.view", 20))
