from fours.kernel.menu import Item, menu_item, menu_section

SECTION = "配件"
menu_section(SECTION, "packages", 20)
menu_item(SECTION, Item("库存", "stock", "building-warehouse", "parts.view", 10))
menu_item(SECTION, Item("入库", "receipts", "package-import", "parts.view", 30))
menu_item(SECTION, Item("领料单", "issue_slips", "package-export", "parts.view", 40))
menu_item(SECTION, Item("缺件", "backorders", "alert-triangle", "parts.view", 50))
menu_item(SECTION, Item("导入", "intakes", "file-import", "parts.import", 90))
