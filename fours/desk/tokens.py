"""Bearer tokens of the REST interface (PF-14): shown once, kept as a hash, worth what their user may do."""

import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from fours.base.errors import NotThere
from fours.kernel.models import ApiToken, SecurityEntry, User

PREFIX = "fours_"
# Written out: it is asked at every request of the interface.
OWNER = """
select owner.*, token.id as token, token.last_used_on as token_used_on
from kernel_apitoken token join kernel_user owner on owner.id = token.user_id
where token.sha256 = %s and token.revoked_at is null
"""


def issue_token(username: str, name: str = "") -> str:
    """A new token for somebody who works here; raises NotThere for an unknown name and for who has left."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotThere(f"没有在职用户“{username}”。")
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        ApiToken.objects.create(user=user, sha256=_hash(token), name=name)
        SecurityEntry.objects.create(kind="token_issued", user=user, detail=f"签发接口令牌：{username}")
    return token


def user_of_token(token: str) -> User | None:
    """Who a token stands for; nobody when it is unknown or revoked, or its user has left."""
    user = next(iter(User.objects.raw(OWNER, [_hash(token)])), None)
    if user is None or not user.is_active:
        return None
    today = timezone.localdate()
    if user.token_used_on != today:  # type: ignore[attr-defined]
        ApiToken.objects.filter(pk=user.token).update(last_used_on=today)  # type: ignore[attr-defined]
    return user


def revoke_tokens(user: User) -> int:
    """Make every token of a person worthless at once; how many there were."""
    return ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


def _hash(token: str) -> str:
    # The token has 256 random bits, so a plain hash cannot be guessed back.
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
