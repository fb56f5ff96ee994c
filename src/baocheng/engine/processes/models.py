"""Instances, their tokens and their incidents: all that a running process is."""

from typing import ClassVar

from django.db import models

from baocheng.engine.fields import CodeField
from baocheng.engine.processes.enums import IncidentState
from baocheng.engine.processes.interpreter import InstanceState, TokenState
from baocheng.engine.streams import Stream
from baocheng.kernel.ids import new_id

_WAITING = models.Q(state=TokenState.WAITING.value)


class Instance(models.Model):
    """One run of a process for one stream; it stays on the handbook version it began with.

    `variables` keep the kind of every value (`decisions.json_values`). Whoever moves an instance
    locks its row first: tokens that meet at a join are never moved by two at once.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    process = models.CharField(max_length=120)
    handbook_version = models.IntegerField()
    state = CodeField(default=InstanceState.RUNNING.value)
    variables = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "process_instance"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["stream_id", "id"], name="process_instance_stream"),
            models.Index(
                fields=["process", "handbook_version"],
                name="process_instance_running",
                condition=models.Q(state=InstanceState.RUNNING.value),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.process} ({self.state})"

    @property
    def stream(self) -> Stream:
        """What the process runs for."""
        return Stream(self.stream_kind, self.stream_id)


class TokenRow(models.Model):
    """One stay of an instance at one node (see `interpreter`), kept after it left."""

    id = models.UUIDField(primary_key=True, default=new_id)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, db_index=False)
    stream_id = models.UUIDField()
    element = models.CharField(max_length=120)
    flow = models.CharField(max_length=120, blank=True)
    scope = models.UUIDField(null=True)
    armed_by = models.UUIDField(null=True)
    state = CodeField(default=TokenState.READY.value)
    message = models.CharField(max_length=120, blank=True)
    entered_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "process_token"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["stream_id", "id"], name="process_token_stream"),
            models.Index(
                fields=["stream_id", "instance"],
                name="process_token_live",
                condition=models.Q(left_at__isnull=True),
            ),
            models.Index(
                fields=["due_at"],
                name="process_token_due",
                condition=_WAITING & models.Q(due_at__isnull=False),
            ),
            models.Index(
                fields=["stream_id", "message"],
                name="process_token_message",
                condition=_WAITING & ~models.Q(message=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.element} ({self.state})"


class Incident(models.Model):
    """A token that could not go on, why, and when it is tried again."""

    id = models.UUIDField(primary_key=True, default=new_id)
    token = models.ForeignKey(TokenRow, on_delete=models.CASCADE, db_index=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, db_index=False)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    element = models.CharField(max_length=120)
    state = CodeField(choices=IncidentState, default=IncidentState.OPEN)
    error = models.CharField(max_length=200)
    sentence = models.TextField()
    traceback = models.TextField()
    attempts = models.IntegerField(default=1)
    opened_at = models.DateTimeField()
    failed_at = models.DateTimeField()
    next_retry_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "process_incident"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["token"],
                name="process_incident_one_open",
                condition=~models.Q(state=IncidentState.RESOLVED.value),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_retry_at"],
                name="process_incident_retry",
                condition=models.Q(state=IncidentState.OPEN.value),
            ),
            models.Index(
                fields=["opened_at"],
                name="process_incident_open",
                condition=~models.Q(state=IncidentState.RESOLVED.value),
            ),
            models.Index(fields=["stream_id"], name="process_incident_stream"),
        ]

    def __str__(self) -> str:
        return f"{self.element}: {self.error}"

    @property
    def stream(self) -> Stream:
        """What the process runs for."""
        return Stream(self.stream_kind, self.stream_id)
