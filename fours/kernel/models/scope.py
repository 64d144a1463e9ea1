"""Base classes that say who shares a row. Two levels only: these, and the product's models."""

from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models

from .identity import Group, Store
from .scope_words import Scope

if TYPE_CHECKING:
    from fours.kernel.actor import Actor

M = TypeVar("M", bound=models.Model, covariant=True)

__all__ = ["ChildOfDocument", "Document", "GroupScoped", "Scope", "ScopedManager", "StoreScoped"]


class ScopedQuerySet(models.QuerySet[M]):
    def visible_to(self, actor: "Actor") -> Self:
        """Only the rows of stores in which the actor may see this kind of row (wall one)."""
        permission = getattr(self.model, "view_permission", None)
        if getattr(self.model, "scope", None) == Scope.GROUP:
            stores = Store.objects.filter(pk__in=actor.stores_with(permission))
            return self.filter(group__in=stores.order_by().values("group"))
        return self.filter(store_id__in=actor.stores_with(permission))


class ScopedManager(models.Manager[M]):
    """`Model.objects` of everything that belongs to a store or a group."""

    def get_queryset(self) -> ScopedQuerySet[M]:
        return ScopedQuerySet(self.model, using=self._db)

    def visible_to(self, actor: "Actor") -> ScopedQuerySet[M]:
        return self.get_queryset().visible_to(actor)


class StoreScoped(models.Model):
    """A row of one store, invisible to all others."""

    scope: ClassVar[Scope] = Scope.STORE
    view_permission: ClassVar[str | None] = None
    append_only: ClassVar[bool] = False

    # Indexes of a model begin with the store where they need it; one of the store alone finds half of all rows.
    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name="门店", db_index=False)
    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True


class GroupScoped(models.Model):
    """A row that the stores of a group share."""

    scope: ClassVar[Scope] = Scope.GROUP
    view_permission: ClassVar[str | None] = None
    append_only: ClassVar[bool] = False

    group = models.ForeignKey(Group, models.PROTECT, related_name="+", verbose_name="集团")
    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True


class Document(StoreScoped):
    """A numbered business document (单据). `version` counts its changes; a stale one is refused by the verbs."""

    number = models.CharField("编号", max_length=32, blank=True)
    foreign_number = models.CharField("外部编号", max_length=40, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="建立人"
    )
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number or f"{self._meta.verbose_name}草稿"


class ChildOfDocument(StoreScoped):
    """A part of a document; its store is always its parent's, whatever the caller says."""

    scope: ClassVar[Scope] = Scope.CHILD
    parent_field: ClassVar[str]

    class Meta:
        abstract = True

    def take_store(self) -> None:
        """Be of the parent's store."""
        self.store_id = getattr(self, self.parent_field).store_id

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.take_store()
        super().save(*args, **kwargs)
