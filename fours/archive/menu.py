from fours.kernel.menu import Item, menu_item, menu_section

# The info clerk's, who keeps the folders; the same section the follow-up calls stand in.
SECTION = "信息反馈"
menu_section(SECTION, "headset", 30)
menu_item(SECTION, Item("月度归档", "archive", "archive", "archive.view", 60))
