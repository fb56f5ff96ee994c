"""The one table of the room: a row for each run of a clock on a stream."""

from typing import ClassVar

from django.db import models

from baocheng.engine.clocks.enums import ClockKind, ClockState, LimitUnit
from baocheng.engine.fields import CodeField
from baocheng.engine.streams import Stream
from baocheng.engine.work.enums import Party
from baocheng.kernel.ids import new_id

RUNNING = models.Q(state=ClockState.RUNNING)


class Clock(models.Model):
    """One run of a clock (计时). `ledger` is what happened; every other column follows from it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    key = models.CharField(max_length=80)
    kind = CodeField(choices=ClockKind)
    handbook_version = models.IntegerField()
    state = CodeField(choices=ClockState)
    ball_with = CodeField(choices=Party)
    ledger = models.JSONField(default=list)
    limit_length = models.IntegerField(null=True)
    limit_unit = CodeField(choices=LimitUnit, null=True)
    started_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    is_provisional = models.BooleanField(default=False)
    next_check_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "clocks_clock"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["stream_id", "key"],
                name="clocks_one_run_at_a_time",
                condition=~models.Q(state=ClockState.STOPPED),
            ),
            models.CheckConstraint(
                name="clocks_breach_is_after_deadline",
                condition=models.Q(breached_at__isnull=True)
                | models.Q(breached_at__gte=models.F("started_at")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["stream_id"], name="clocks_stream"),
            models.Index(fields=["next_check_at"], name="clocks_next_check", condition=RUNNING),
            models.Index(
                fields=["id"],
                name="clocks_provisional",
                condition=RUNNING & models.Q(is_provisional=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"

    @property
    def stream(self) -> Stream:
        return Stream(self.stream_kind, self.stream_id)
