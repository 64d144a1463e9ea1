"""The three things every row refers to: the group, the store, the person. What they are in the trade is org's."""

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from .scope_words import Scope


class Group(models.Model):
    """A dealer group (经销商集团): the stores that share catalogues, packages and questionnaires."""

    scope: ClassVar[Scope] = Scope.INSTALLATION
    name = models.CharField("名称", max_length=100, unique=True)

    def __str__(self) -> str:
        return self.name


class Store(models.Model):
    """A store (门店): one legal person; every operational row belongs to exactly one.

    A request, a job and a verb each work with a store object of their own. What the store has changed of the declared
    settings is read once for that object into `known_settings` (`store_settings.settings_of`).
    """

    known_settings: dict[str, Any] | None = None
    scope: ClassVar[Scope] = Scope.INSTALLATION
    group = models.ForeignKey(Group, models.PROTECT, related_name="stores", verbose_name="集团")
    code = models.CharField("代码", max_length=8, unique=True)
    name = models.CharField("名称", max_length=100)
    active = models.BooleanField("在用", default=True)
    is_demo = models.BooleanField("演示", default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class User(AbstractBaseUser):
    """A person who signs in (用户). One per installation; what they may do in a store comes from their posts."""

    scope: ClassVar[Scope] = Scope.INSTALLATION
    username = models.CharField("用户名", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    phone = models.CharField("手机", max_length=20, blank=True)
    is_active = models.BooleanField("在职", default=True)
    must_change_password = models.BooleanField("须改密码", default=False)
    home_store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="默认门店"
    )
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    USERNAME_FIELD = "username"
    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    # Django's own permission tables are not used: rights are posts in a store (fours.kernel.actor.Actor).
    is_staff = False
    is_superuser = False
