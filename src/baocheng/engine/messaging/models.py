"""The outbox: every message, what became of it, and the proof."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from baocheng.engine.fields import CodeField, EncryptedField
from baocheng.engine.messaging.enums import MessageState
from baocheng.engine.streams import Stream
from baocheng.kernel.ids import new_id


class Message(models.Model):
    """One message to one person, on one channel at a time.

    Its id is also the number under which outside systems know it, so that a message handed over
    twice can be recognised there.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    template = models.CharField(max_length=60)
    title = models.CharField(max_length=80)
    handbook_version = models.IntegerField()
    channel = models.CharField(max_length=20, blank=True)
    recipient = EncryptedField(blank=True)
    recipient_masked = models.CharField(max_length=120, blank=True)
    # JSON of the [channel, address] pairs still to be tried should this channel fail.
    route = EncryptedField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    attachments = models.JSONField(default=list)
    state = CodeField(choices=MessageState.choices, max_length=10)
    attempt_count = models.IntegerField(default=0)
    queued_at = models.DateTimeField()
    queued_by = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    # One entry per attempt: channel, masked recipient, time, outcome, hash of the body.
    proof = models.JSONField(default=list)
    idempotency_key = models.CharField(max_length=120)

    class Meta:
        db_table = "messaging_message"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["idempotency_key"], name="messaging_message_key"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state=MessageState.PENDING),
                name="messaging_message_due",
            ),
            models.Index(fields=["stream_id", "id"], name="messaging_message_stream"),
            models.Index(fields=["state", "-id"], name="messaging_message_state"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def stream(self) -> Stream:
        return Stream(self.stream_kind, self.stream_id)
