"""Every decision made on a case, with what it looked at and what it answered."""

from typing import ClassVar

from django.db import models

from baocheng.engine.streams import Stream
from baocheng.kernel.ids import new_id


class DecisionRecord(models.Model):
    """One decision made on one stream (决策记录). Never changed.

    `inputs` and `outputs` keep the kind of every value (see `json_values`); `inputs` holds only
    what this decision itself looked at, the decisions it requires have records of their own.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    decision = models.CharField(max_length=80)
    handbook_version = models.IntegerField()
    inputs = models.JSONField(default=dict)
    matched_rows = models.JSONField(default=list)
    outputs = models.JSONField(default=dict)
    element = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["stream_id", "id"], name="decisions_record_stream"),
            models.Index(fields=["decision", "id"], name="decisions_record_decision"),
        ]

    def __str__(self) -> str:
        return self.decision

    @property
    def stream(self) -> Stream:
        """What the decision was made on."""
        return Stream(self.stream_kind, self.stream_id)
