from fours.kernel.menu import Item, menu_item

menu_item("", Item("审批", "approvals", "checkbox", None, 30))
