"""Letters: prepared by the operation that decides them, put on paper in the background."""

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.core.files.base import ContentFile

from baocheng.engine.documents import store
from baocheng.engine.documents.enums import Direction, DocumentState, LetterState
from baocheng.engine.documents.events import LetterFailed, LetterPrepared, LetterRendered
from baocheng.engine.documents.letter_templates import LetterTemplate, render_letter
from baocheng.engine.documents.models import Document, Letter, StoredFile
from baocheng.engine.documents.sniffing import PDF
from baocheng.engine.documents.typesetting import NotTypeset
from baocheng.engine.documents.variables import take
from baocheng.engine.journal.record import record
from baocheng.engine.publishing import versions
from baocheng.engine.streams import SYSTEM, Actor, Stream
from baocheng.engine.unit import current, unit
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import Conflict, NotFound, Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date

_log = logging.getLogger(__name__)

ATTEMPTS_MAX = 5
# A worker that took letters and died is given up on after this long.
_LEASE = timedelta(minutes=5)


class UnknownLetter(NotFound):
    """The handbook has no such letter."""

    code = "documents.unknown_letter"
    message = _("服务手册中没有信函“{key}”。")


class LetterNotFailed(Problem):
    """Only a letter that failed can be tried again."""

    code = "documents.letter_not_failed"
    message = _("《{title}》没有生成失败，不需要重试。")
    status = 409


def prepare_letter(
    *,
    stream: Stream,
    template: str,
    values: Mapping[str, Any],
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Letter:
    """Decide on a letter; a job renders it soon after the commit.

    The document it becomes will have the letter's id, so a message may attach it at once.

    Args:
        template: key of the letter in the handbook.
        values: everything that is known; the letter keeps only what its template declares.
        version: handbook version the stream runs on; by default the one in force at `at`.

    Raises:
        UnknownLetter, variables.ValueMissing, variables.ValueInvalid
    """
    handbook = versions.handbook_at(at) if version is None else versions.handbook(version)
    definition = handbook.find("letter", template)
    if definition is None:
        raise UnknownLetter("template", key=template)
    assert handbook.version is not None, "letters are written from a published handbook"
    letter = Letter(
        id=new_id(),
        stream_kind=stream.kind,
        stream_id=stream.id,
        template=template,
        title=definition.title,
        handbook_version=handbook.version,
        values=take(definition.title, definition.variables, values),
        state=LetterState.PENDING,
        prepared_at=at,
        prepared_by=by.id,
        due_at=at,
    )
    prepared = LetterPrepared(
        letter_id=letter.id,
        template=template,
        title=letter.title,
        handbook_version=letter.handbook_version,
    )
    with unit() as writing:
        writing.add(letter)
        record(prepared, stream=stream, by=by, at=at)
    return letter


def retry_letter(*, letter_id: UUID, by: Actor, at: datetime) -> Letter:
    """Write a failed letter once more, by the handbook in force now.

    Raises:
        NotFound, LetterNotFailed, UnknownLetter, variables.ValueMissing, variables.ValueInvalid
    """
    with unit() as writing:
        letter = Letter.objects.select_for_update().filter(id=letter_id).first()
        if letter is None:
            raise NotFound("letter_id")
        if letter.state != LetterState.FAILED:
            raise LetterNotFailed("letter_id", title=letter.title)
        handbook = versions.handbook_at(at)
        definition = handbook.find("letter", letter.template)
        if definition is None or handbook.version is None:
            raise UnknownLetter("template", key=letter.template)
        letter.values = take(definition.title, definition.variables, letter.values)
        letter.handbook_version = handbook.version
        letter.state, letter.reason = LetterState.PENDING, ""
        letter.due_at, letter.attempt_count = at, 0
        writing.change(
            letter, "values", "handbook_version", "state", "reason", "due_at", "attempt_count"
        )
        prepared = LetterPrepared(
            letter_id=letter.id,
            template=letter.template,
            title=letter.title,
            handbook_version=letter.handbook_version,
        )
        record(prepared, stream=letter.stream, by=by, at=at)
    return letter


def render_pending(*, at: datetime, limit: int = 50) -> int:
    """Put the letters that wait on paper, and return how many were taken in hand.

    Typesetting and storing happen outside any transaction. A letter whose template fails is
    FAILED with the reason; a storage that is away is tried again later.
    """
    taken = _take_due(at, limit)
    results = {letter.id: _typeset(letter) for letter in taken}
    try:
        _finish(results, at)
    except Conflict:
        # Somebody wrote to one of the streams meanwhile; do not let the others wait for it.
        for id, result in results.items():
            _finish_alone(id, result, at)
    return len(taken)


class _Paper(NamedTuple):
    """A letter typeset and stored."""

    content: store.Content
    keep_until: date


class _Failure(NamedTuple):
    """Why a letter is not on paper."""

    reason: str
    is_final: bool


def _take_due(at: datetime, limit: int) -> list[Letter]:
    with unit() as writing:
        due = Letter.objects.filter(state=LetterState.PENDING, due_at__lte=at)
        letters = list(due.select_for_update(skip_locked=True).order_by("due_at", "id")[:limit])
        for letter in letters:
            letter.due_at = at + _LEASE
            letter.attempt_count += 1
            writing.change(letter, "due_at", "attempt_count")
    return letters


def _typeset(letter: Letter) -> _Paper | _Failure:
    template: LetterTemplate | None = versions.handbook(letter.handbook_version).find(
        "letter", letter.template
    )
    assert template is not None, "a published version keeps its letters"
    on = business_date(letter.prepared_at)
    try:
        file = ContentFile(render_letter(template, letter.values, on=on))
        content = store.measure(file, letter.title)
        store.keep(file, content.sha256)
    except NotTypeset as error:
        return _Failure(str(error), is_final=True)
    except OSError as error:
        _log.exception("letter %s could not be stored", letter.id)
        return _Failure(str(error), is_final=letter.attempt_count >= ATTEMPTS_MAX)
    return _Paper(content, template.retention.ends_on(on, letter.values))


def _finish(results: Mapping[UUID, _Paper | _Failure], at: datetime) -> None:
    contents = {result.content for result in results.values() if isinstance(result, _Paper)}
    files = [
        StoredFile(sha256=one.sha256, size=one.size, mime=PDF.mime, stored_at=at)
        for one in sorted(contents)
    ]
    with unit():
        StoredFile.objects.bulk_create(files, ignore_conflicts=True)
        waiting = Letter.objects.select_for_update().filter(
            id__in=results.keys(), state=LetterState.PENDING
        )
        for letter in waiting:
            result = results[letter.id]
            if isinstance(result, _Paper):
                _archive(letter, result, at)
            else:
                _fail(letter, result, at)


def _finish_alone(id: UUID, result: _Paper | _Failure, at: datetime) -> None:
    try:
        _finish({id: result}, at)
    except Conflict:
        _log.warning("letter %s is written again when its lease ends", id)


def _archive(letter: Letter, paper: _Paper, at: datetime) -> None:
    document = Document(
        id=letter.id,
        stream_kind=letter.stream_kind,
        stream_id=letter.stream_id,
        direction=Direction.OUT,
        kind=letter.template,
        title=letter.title,
        file_id=paper.content.sha256,
        name=f"{letter.title}.pdf",
        state=DocumentState.ACCEPTED,
        source="letter",
        received_at=at,
        received_from=letter.prepared_by,
        keep_until=paper.keep_until,
    )
    current().add(document)
    letter.state, letter.document = LetterState.RENDERED, document
    current().change(letter, "state", "document")
    rendered = LetterRendered(
        letter_id=letter.id,
        template=letter.template,
        title=letter.title,
        sha256=paper.content.sha256,
        keep_until=paper.keep_until,
    )
    record(rendered, stream=letter.stream, by=SYSTEM, at=at)


def _fail(letter: Letter, failure: _Failure, at: datetime) -> None:
    letter.reason = failure.reason[:300]
    if not failure.is_final:
        letter.due_at = at + timedelta(minutes=2**letter.attempt_count)
        current().change(letter, "due_at", "reason")
        return
    letter.state = LetterState.FAILED
    current().change(letter, "state", "reason")
    failed = LetterFailed(
        letter_id=letter.id, template=letter.template, title=letter.title, reason=letter.reason
    )
    record(failed, stream=letter.stream, by=SYSTEM, at=at)
