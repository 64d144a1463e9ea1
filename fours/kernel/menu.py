"""The menu, filled by the apps from below upward; a person sees only what their posts may enter."""

from dataclasses import dataclass, field, replace

from django.urls import NoReverseMatch, reverse

from .actor import Actor


@dataclass(frozen=True)
class Item:
    label: str
    route: str
    icon: str
    permission: str | None = None
    order: int = 50
    url: str = ""
    active: bool = False


@dataclass(frozen=True)
class Section:
    label: str
    icon: str
    order: int
    items: list[Item] = field(default_factory=list)


SECTIONS: dict[str, Section] = {}


def menu_section(label: str, icon: str, order: int) -> None:
    SECTIONS.setdefault(label, Section(label, icon, order))


def menu_item(section: str, item: Item) -> None:
    SECTIONS[section].items.append(item)


# The kernel's own entries.
menu_section("", "home", 0)
menu_item("", Item("工作台", "home", "home", None, 10))
menu_item("", Item("待办", "tasks", "checklist", None, 20))
menu_section("系统", "settings", 95)
menu_item("系统", Item("参数设置", "settings", "adjustments", "org.change_settings", 50))
menu_item("系统", Item("失败任务", "failed_jobs", "alert-triangle", "org.change_settings", 80))
menu_item("系统", Item("安全日志", "security_log", "shield-lock", "org.manage_users", 90))


def menu_for(actor: Actor, path: str) -> list[Section]:
    """The sections with at least one item the actor may enter; the item whose address begins the path is active.

    A page that several sections lead to is listed once, in the first one the actor may enter it from.
    """
    shown = []
    listed: set[str] = set()
    for section in sorted(SECTIONS.values(), key=lambda s: s.order):
        items = [
            replace(i, url=url)
            for i in sorted(section.items, key=lambda i: i.order)
            if actor.can(i.permission) and (url := _url(i)) and url not in listed
        ]
        listed.update(i.url for i in items)
        if items:
            shown.append(replace(section, items=items))
    urls = [
        i.url for s in shown for i in s.items if path == i.url or (i.url != "/" and path.startswith(i.url))
    ]
    best = max(urls, key=len, default=path)
    return [replace(s, items=[replace(i, active=i.url == best) for i in s.items]) for s in shown]


def _url(item: Item) -> str:
    try:
        return reverse(item.route)
    except NoReverseMatch:
        return ""
