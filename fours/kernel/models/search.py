from django.db import models

from .scope import StoreScoped


class SearchKey(StoreScoped):
    """One way to find one thing (搜索键): looked up by prefix range, so it stays fast under row-level security."""

    key = models.CharField(max_length=80, db_collation="C")
    kind = models.CharField(max_length=20)
    target_id = models.BigIntegerField()
    rank = models.PositiveSmallIntegerField(default=5)

    class Meta:
        indexes = [
            models.Index(fields=["store", "key"], name="search_key_prefix"),
            models.Index(fields=["store", "kind", "target_id"], name="search_key_target"),
        ]
