"""Letters on paper, for the one channel that people carry (PF-12)."""

from django.utils import timezone

from fours.kernel.actor import Actor
from fours.kernel.printing import Print, declare_print
from fours.org.letterhead import letterhead

from .models import Message
from .prints.views import LetterView


def letter_view(message: Message, actor: Actor) -> LetterView:
    """The letter as it is put into the envelope."""
    return {
        "letterhead": letterhead(message.store),
        "paper": {
            "number": f"信函 {message.pk}",
            "qr": "",
            "printed_at": f"{timezone.localtime():%Y-%m-%d %H:%M}",
            "printed_by": actor.name,
            "copy_mark": "",
            "demo": message.store.is_demo,
        },
        "receiver": message.to,
        "subject": message.subject,
        "lines": [line for line in message.text.splitlines() if line.strip()],
        "date": f"{timezone.localtime(message.created_at):%Y 年 %m 月 %d 日}",
    }


LETTER = "messages.letter"
declare_print(
    Print(
        form=LETTER,
        label="打印信函",
        model=Message,
        template="messages/letter.typ",
        permission="messages.view",
        view=letter_view,
    )
)
