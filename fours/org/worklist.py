"""What the administrator still has to set up, on the home page."""

from fours.desk.worklist import register_figure

from .setup import open_steps

register_figure(
    ("it_admin",),
    "开业设置待完成",
    count=open_steps,
    url="setup",
    tone="amber",
    permission="org.change_settings",
    icon="route",
)
