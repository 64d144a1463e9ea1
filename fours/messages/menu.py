from fours.kernel.menu import Item, menu_item, menu_section

SECTION = "消息"
menu_section(SECTION, "message", 70)
menu_item(SECTION, Item("发件箱", "messages", "send", "messages.view", 10))
menu_item(SECTION, Item("群发", "broadcasts", "speakerphone", "messages.view", 20))
menu_item(SECTION, Item("发送通道", "providers", "plug", "messages.change_providers", 90))
