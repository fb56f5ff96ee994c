"""Take in what people hand in, and judge it; every file of an upload stands for itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core.files import File

from baocheng.engine.documents import store
from baocheng.engine.documents.enums import Direction, DocumentState
from baocheng.engine.documents.events import DocumentAccepted, DocumentReceived, DocumentRejected
from baocheng.engine.documents.models import Document, StoredFile
from baocheng.engine.documents.sniffing import FileType, clean_name, sniff
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import refuse_on, unit
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import Conflict, NotFound, Problem
from baocheng.kernel.text import _

# Two uploads of the same content to the same stream at the same moment.
refuse_on("documents_document_once", Conflict)


class TooMany(Problem):
    """More files than one upload takes."""

    code = "documents.too_many"
    message = _("一次最多上传 {limit} 个文件，请分批上传。")


class AlreadyJudged(Problem):
    """The document was accepted or rejected before."""

    code = "documents.already_judged"
    message = _("单证“{title}”已经审核过。")
    status = 409


class ReasonMissing(Problem):
    """A document is not rejected without telling the customer why."""

    code = "documents.reason_missing"
    message = _("请填写未采用单证的原因，客户会看到它。")


FILES_MAX = 20


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One file handed in.

    `kind` is the area's code of the document ("medical_invoice"), `title` what people call it,
    `checklist_item` the key of the checklist item it answers.
    """

    file: File[Any]
    name: str
    kind: str = ""
    title: str = ""
    checklist_item: str = ""


@dataclass(frozen=True)
class Accepted:
    """A file that was taken.

    `is_duplicate`: this stream had the same content before; for the same checklist item
    `document` is then the earlier one. `seen_in`: other streams that hold the same content, a
    hint for people, never a refusal.
    """

    document: Document
    is_duplicate: bool = False
    seen_in: tuple[Stream, ...] = ()


@dataclass(frozen=True)
class Refused:
    """A file that was not taken, and why."""

    name: str
    problem: Problem


def receive_documents(
    *, stream: Stream, uploads: Sequence[Upload], by: Actor, at: datetime, source: str = ""
) -> list[Accepted | Refused]:
    """Store and record each upload on its own; the answers come in the order of `uploads`.

    Contents are stored before the transaction opens, since storage takes no part in it.

    Raises:
        TooMany
    """
    if len(uploads) > FILES_MAX:
        raise TooMany("files", limit=FILES_MAX)
    examined = [_examine(upload) for upload in uploads]
    good = [one for one in examined if isinstance(one, _Examined)]
    for one in good:
        store.keep(one.upload.file, one.content.sha256)
    with unit() as writing:
        _add_files(good, at)
        known = _Known(stream, {one.content.sha256 for one in good})
        answers: list[Accepted | Refused] = []
        for each in examined:
            if isinstance(each, Refused):
                answers.append(each)
                continue
            document = _document(each, stream, by, at, source)
            answer = known.answer(document)
            answers.append(answer)
            if answer.document is document:
                writing.add(document)
                _record_received(each, answer, by, at)
    return answers


def accept_document(*, document_id: UUID, by: Actor, at: datetime) -> Document:
    """Accept a received document as evidence.

    Raises:
        NotFound, AlreadyJudged
    """
    with unit() as writing:
        document = _received(document_id)
        document.state = DocumentState.ACCEPTED
        writing.change(document, "state")
        accepted = DocumentAccepted(**_naming(document))
        record(accepted, stream=document.stream, by=by, at=at)
    return document


def reject_document(*, document_id: UUID, reason: str, by: Actor, at: datetime) -> Document:
    """Reject a received document, with the reason the customer reads.

    Raises:
        ReasonMissing, NotFound, AlreadyJudged
    """
    if not reason.strip():
        raise ReasonMissing("reason")
    with unit() as writing:
        document = _received(document_id)
        document.state = DocumentState.REJECTED
        document.reason = reason.strip()
        writing.change(document, "state", "reason")
        rejected = DocumentRejected(**_naming(document), reason=document.reason)
        record(rejected, stream=document.stream, by=by, at=at)
    return document


class _Examined(NamedTuple):
    """A file whose content is acceptable."""

    upload: Upload
    type: FileType
    content: store.Content


def _examine(upload: Upload) -> _Examined | Refused:
    try:
        content = store.measure(upload.file, upload.name)
        return _Examined(upload, sniff(upload.file, upload.name), content)
    except Problem as problem:
        return Refused(upload.name, problem)


def _add_files(examined: Iterable[_Examined], at: datetime) -> None:
    files = {
        one.content.sha256: StoredFile(
            sha256=one.content.sha256, size=one.content.size, mime=one.type.mime, stored_at=at
        )
        for one in examined
    }
    # Not through the unit: content another upload stored first is no conflict. In the order of
    # the hashes, so that two uploads of the same contents never wait for each other in a ring.
    StoredFile.objects.bulk_create([files[hash] for hash in sorted(files)], ignore_conflicts=True)


class _Known:
    """What was there already of the contents of one upload."""

    def __init__(self, stream: Stream, hashes: Collection[str]) -> None:
        received = Document.objects.filter(file_id__in=hashes, direction=Direction.IN)
        self._by_item: dict[tuple[str, str], Document] = {}
        self._elsewhere: dict[str, dict[Stream, None]] = {}
        for document in received.order_by("received_at", "id"):
            if document.stream_id == stream.id:
                self._by_item[document.file_id, document.checklist_item] = document
            else:
                self._elsewhere.setdefault(document.file_id, {})[document.stream] = None
        self._hashes = {hash for hash, _item in self._by_item}

    def answer(self, document: Document) -> Accepted:
        """Return the answer to one file: with `document`, or with an earlier one in its place."""
        is_duplicate = document.file_id in self._hashes
        self._hashes.add(document.file_id)
        kept = self._by_item.setdefault((document.file_id, document.checklist_item), document)
        return Accepted(kept, is_duplicate, tuple(self._elsewhere.get(document.file_id, ())))


def _document(
    examined: _Examined, stream: Stream, by: Actor, at: datetime, source: str
) -> Document:
    upload = examined.upload
    name = clean_name(upload.name, examined.type)
    return Document(
        id=new_id(),
        stream_kind=stream.kind,
        stream_id=stream.id,
        direction=Direction.IN,
        kind=upload.kind,
        title=upload.title or upload.kind or examined.type.label,
        checklist_item=upload.checklist_item,
        file_id=examined.content.sha256,
        name=name,
        state=DocumentState.RECEIVED,
        source=source,
        received_at=at,
        received_from=by.id,
    )


def _record_received(examined: _Examined, answer: Accepted, by: Actor, at: datetime) -> None:
    document = answer.document
    received = DocumentReceived(
        **_naming(document),
        sha256=examined.content.sha256,
        mime=examined.type.mime,
        size=examined.content.size,
        source=document.source,
        is_seen_elsewhere=bool(answer.seen_in),
    )
    record(received, stream=document.stream, by=by, at=at)


def _received(document_id: UUID) -> Document:
    document = Document.objects.filter(id=document_id, direction=Direction.IN).first()
    if document is None:
        raise NotFound("document_id")
    if document.state != DocumentState.RECEIVED:
        raise AlreadyJudged("document_id", title=document.title)
    return document


def _naming(document: Document) -> Mapping[str, Any]:
    return {
        "document_id": document.id,
        "title": document.title,
        "kind": document.kind,
        "checklist_item": document.checklist_item,
    }
