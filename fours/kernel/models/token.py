from typing import ClassVar

from django.conf import settings
from django.db import models

from .scope_words import Scope


class ApiToken(models.Model):
    """A bearer token of a user (接口令牌); only its hash is kept."""

    scope: ClassVar[Scope] = Scope.INSTALLATION
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField("名称", max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)
