"""Published versions and their files. Neither is ever changed."""

from typing import ClassVar

from django.db import models

from baocheng.kernel.ids import new_id


class HandbookText(models.Model):
    """The text of a file, stored once by its SHA-256."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    text = models.TextField()

    def __str__(self) -> str:
        return self.sha256[:12]


class HandbookVersion(models.Model):
    """One published version: which files, from when, by whom and approved by whom."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.IntegerField(unique=True)
    effective_at = models.DateTimeField(db_index=True)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)
    approved_by = models.CharField(max_length=80)
    note = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64)
    files = models.JSONField(default=dict)  # path → sha256

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]

    def __str__(self) -> str:
        return f"第 {self.number} 版"
