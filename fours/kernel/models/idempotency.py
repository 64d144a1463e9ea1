from typing import ClassVar

from django.conf import settings
from django.db import models

from .scope_words import Scope


class IdempotencyKey(models.Model):
    """The answer once given to a posting request; written in that request's own transaction."""

    scope: ClassVar[Scope] = Scope.INSTALLATION
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["at"], name="idempotency_at")]
