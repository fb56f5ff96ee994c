"""The journal's one table."""

from typing import Any, ClassVar

from django.db import models

from baocheng.kernel.ids import new_id


class EventRow(models.Model):
    """One recorded event. A trigger refuses UPDATE and DELETE."""

    id = models.UUIDField(primary_key=True, default=new_id)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    position = models.IntegerField()
    type = models.CharField(max_length=120)
    business_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=80, blank=True)
    branch = models.CharField(max_length=120, blank=True)
    on_behalf_of = models.CharField(max_length=80, blank=True)
    cause = models.UUIDField(null=True)
    payload = models.JSONField(default=dict)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = "journal_event"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["stream_id", "position"], name="journal_event_place"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["type", "id"], name="journal_event_type"),
        ]

    def __str__(self) -> str:
        return f"{self.type} #{self.position}"

    def header(self) -> dict[str, Any]:
        """Return what the hash covers besides the payload and the previous hash."""
        return {
            "id": self.id,
            "stream_kind": self.stream_kind,
            "stream_id": self.stream_id,
            "position": self.position,
            "type": self.type,
            "business_at": self.business_at,
            "recorded_at": self.recorded_at,
            "actor": self.actor,
            "actor_name": self.actor_name,
            "branch": self.branch,
            "on_behalf_of": self.on_behalf_of,
            "cause": self.cause,
        }
