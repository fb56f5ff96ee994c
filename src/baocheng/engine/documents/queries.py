"""Read documents and letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.files import File

from baocheng.engine.documents import store
from baocheng.engine.documents.enums import Direction, LetterState
from baocheng.engine.documents.models import Document, Letter
from baocheng.engine.streams import Stream
from baocheng.kernel.problems import NotFound


def documents_of(stream: Stream, direction: Direction | None = None) -> Sequence[Document]:
    """Return the documents of `stream` with their files, oldest first."""
    rows = Document.objects.filter(stream_id=stream.id).select_related("file")
    if direction:
        rows = rows.filter(direction=direction)
    return list(rows.order_by("received_at", "id"))


def get_document(document_id: UUID) -> Document:
    """Return one document with its file.

    Raises:
        NotFound
    """
    document = Document.objects.select_related("file").filter(id=document_id).first()
    if document is None:
        raise NotFound("document_id")
    return document


def content_of(document: Document) -> File[Any]:
    """Open the content of `document` for reading."""
    return store.read(document.file_id)


def letters_of(stream: Stream) -> Sequence[Letter]:
    """Return the letters of `stream`, oldest first."""
    return list(Letter.objects.filter(stream_id=stream.id).order_by("prepared_at", "id"))


def list_failed_letters(limit: int = 100) -> Sequence[Letter]:
    """Return letters that could not be written, oldest first."""
    failed = Letter.objects.filter(state=LetterState.FAILED)
    return list(failed.order_by("prepared_at", "id")[:limit])


def seen_elsewhere(documents: Iterable[Document]) -> Mapping[UUID, Sequence[Stream]]:
    """Return, for received documents whose content other streams hold too, those streams."""
    asked = [document for document in documents if document.direction == Direction.IN]
    others: dict[str, dict[Stream, None]] = {}
    same = Document.objects.filter(
        file_id__in={document.file_id for document in asked}, direction=Direction.IN
    )
    for kind, id, hash in same.values_list("stream_kind", "stream_id", "file_id"):
        others.setdefault(hash, {})[Stream(kind, id)] = None
    found = {
        document.id: [one for one in others[document.file_id] if one != document.stream]
        for document in asked
    }
    return {id: streams for id, streams in found.items() if streams}
