"""What a sign-in does here. Django's sign-in signals are the framework's own interface; between our apps there are none."""

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from fours.kernel.models import User

from .pins import forgive


@receiver(user_logged_in)
def _right_password(sender: object, user: User, **kwargs: object) -> None:
    forgive(user)
