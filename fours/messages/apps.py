from fours.kernel.app_config import FoursAppConfig


class MessagesConfig(FoursAppConfig):
    name = "fours.messages"
    # "messages" is the label of Django's own one-line notices.
    label = "messaging"
    verbose_name = "消息"
