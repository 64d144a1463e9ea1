from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from fours.kernel.models import Scope, Store


class Assignment(models.Model):
    """A person holds a post in a store from a date to a date (任职). Rights come from here; leaving keeps the row.

    Installation-wide, because it is read to find out which stores a person may see at all.
    """

    scope: ClassVar[Scope] = Scope.INSTALLATION
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments", verbose_name="员工"
    )
    store = models.ForeignKey(Store, models.PROTECT, related_name="assignments", verbose_name="门店")
    post = models.CharField("岗位", max_length=40)
    team = models.CharField("班组", max_length=40, blank=True)
    starts_on = models.DateField("任职日期")
    ends_on = models.DateField("离任日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "store", "post", "starts_on"], name="assignment_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="assignment_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["store", "post"], name="assignment_store_post")]
        verbose_name = "任职"


class PostRight(models.Model):
    """What a store grants a post beyond the shipped rights, or takes from it (岗位权限, PF-02); no row: as shipped.

    Installation-wide like the assignments: it is read before it is known which stores a person may see.
    """

    scope: ClassVar[Scope] = Scope.INSTALLATION
    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name="门店")
    post = models.CharField("岗位", max_length=40)
    permission = models.CharField("权限", max_length=40)
    granted = models.BooleanField("授予")

    class Meta:
        verbose_name = "岗位权限"
        constraints = [
            models.UniqueConstraint(fields=["store", "post", "permission"], name="post_right_once"),
        ]
