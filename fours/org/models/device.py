from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from fours.kernel.models import Scope, Store


class SharedDevice(models.Model):
    """A browser that several people of a store use in turn (共用设备, PF-15), known by a secret in its cookie.

    Only the secret's hash is kept. Installation-wide like the assignments: it is read before anybody has signed in.
    `failures` are the wrong PINs since `failures_since`.
    """

    scope: ClassVar[Scope] = Scope.INSTALLATION
    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name="门店")
    name = models.CharField("名称", max_length=40)
    secret_hash = models.CharField("密钥摘要", max_length=64, unique=True)
    registered_at = models.DateTimeField("登记时间", auto_now_add=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="停用人",
    )
    failures = models.PositiveSmallIntegerField("PIN错误次数", default=0)
    failures_since = models.DateTimeField("错误计数开始", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "name"], condition=Q(revoked_at=None), name="shared_device_name_once"
            )
        ]
        verbose_name = "共用设备"

    def __str__(self) -> str:
        return self.name


class DeviceSignIn(models.Model):
    """Somebody at a shared device (设备上的登录): when they last worked there, and whether their screen is locked.

    One row for each person and device; the session names it. It is also who is offered when people change.
    """

    scope: ClassVar[Scope] = Scope.INSTALLATION
    device = models.ForeignKey(SharedDevice, models.PROTECT, related_name="sign_ins", verbose_name="设备")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="员工")
    active_at = models.DateTimeField("最近操作")
    locked_at = models.DateTimeField("锁屏时间", null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "user"], name="device_sign_in_once")]
        indexes = [models.Index(fields=["device", "-active_at"], name="device_sign_in_recent")]
        verbose_name = "设备登录"


class Pin(models.Model):
    """A person's six digits for shared devices (PIN), hashed; `failures` in a row stop it until a password sign-in."""

    scope: ClassVar[Scope] = Scope.INSTALLATION
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="员工"
    )
    hash = models.CharField("摘要", max_length=128)
    failures = models.PositiveSmallIntegerField("连续错误次数", default=0)
    changed_at = models.DateTimeField("设置时间", auto_now=True)

    class Meta:
        verbose_name = "PIN"
