"""Stored files, the documents that stand for them, and letters on their way to paper."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from baocheng.engine.documents.enums import Direction, DocumentState, LetterState
from baocheng.engine.fields import CodeField
from baocheng.engine.streams import Stream
from baocheng.kernel.ids import new_id


class StoredFile(models.Model):
    """Some content, kept once however many documents show it."""

    # The content is its own name; an id beside it could only disagree.
    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.BigIntegerField()
    mime = models.CharField(max_length=100)
    stored_at = models.DateTimeField()

    class Meta:
        db_table = "documents_file"

    def __str__(self) -> str:
        return self.sha256[:12]


class Document(models.Model):
    """A file in the history of a stream: what a customer handed in, or a letter of ours."""

    id = models.UUIDField(primary_key=True, default=new_id)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    direction = CodeField(choices=Direction.choices, max_length=3)
    kind = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=80)
    checklist_item = models.CharField(max_length=60, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    name = models.CharField(max_length=120)
    state = CodeField(choices=DocumentState.choices, max_length=10)
    reason = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField()
    received_from = models.CharField(max_length=80)
    keep_until = models.DateField(null=True)
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "documents_document"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["stream_id", "file", "checklist_item"],
                condition=Q(direction=Direction.IN),
                name="documents_document_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["stream_id", "received_at"], name="documents_document_stream"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def stream(self) -> Stream:
        return Stream(self.stream_kind, self.stream_id)


class Letter(models.Model):
    """A letter to be written. The document it becomes carries the letter's own id, so that a
    message can name its attachment before the letter is on paper."""

    id = models.UUIDField(primary_key=True, default=new_id)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    template = models.CharField(max_length=60)
    title = models.CharField(max_length=80)
    handbook_version = models.IntegerField()
    # Set in the handbook's variable types; text in it is never read as markup.
    values = models.JSONField(default=dict)
    state = CodeField(choices=LetterState.choices, max_length=10)
    reason = models.CharField(max_length=300, blank=True)
    prepared_at = models.DateTimeField()
    prepared_by = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    attempt_count = models.IntegerField(default=0)
    document = models.OneToOneField(Document, on_delete=models.PROTECT, null=True)

    class Meta:
        db_table = "documents_letter"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state=LetterState.PENDING),
                name="documents_letter_due",
            ),
            models.Index(fields=["stream_id", "prepared_at"], name="documents_letter_stream"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def stream(self) -> Stream:
        return Stream(self.stream_kind, self.stream_id)
