"""Publish a handbook, and read the version that holds at a moment."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from baocheng.engine.journal.events import Event, event
from baocheng.engine.journal.record import record
from baocheng.engine.publishing.findings import HandbookInvalid
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.models import HandbookText, HandbookVersion
from baocheng.engine.publishing.permissions import APPROVE_HANDBOOK, PUBLISH_HANDBOOK
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import unit
from baocheng.kernel.problems import NotFound, NotPermitted, Problem
from baocheng.kernel.text import _


@event("publishing.handbook.published.v1")
@dataclass(frozen=True, kw_only=True)
class HandbookPublished(Event):
    """手册已发布。"""

    number: int
    effective_at: datetime
    approved_by: str
    content_hash: str


class ApproverIsPublisher(Problem):
    """Four eyes: the publisher cannot approve."""

    code = "publishing.approver_is_publisher"
    message = _("发布人不能批准自己的版本，请由另一人批准。")
    status = 403


class NothingPublished(NotFound):
    """No version holds at that moment."""

    code = "publishing.nothing_published"
    message = _("该时点没有生效的服务手册，请先发布。")


def publish(
    handbook: Handbook,
    *,
    effective_at: datetime,
    approved_by: Actor,
    note: str = "",
    by: Actor,
    at: datetime,
) -> HandbookVersion:
    """Make `handbook` an immutable version that holds from `effective_at`.

    Publishing what the latest version already says returns that version. Cases that run stay on
    theirs.

    Raises:
        NotPermitted: `by` may not publish, or `approved_by` may not approve.
        ApproverIsPublisher: they are the same person.
        HandbookInvalid: the check found something.
    """
    if not by.may(PUBLISH_HANDBOOK):
        raise NotPermitted
    if not approved_by.may(APPROVE_HANDBOOK):
        raise NotPermitted("approved_by")
    if approved_by.id == by.id:
        raise ApproverIsPublisher("approved_by")
    findings = handbook.check()
    if findings:
        raise HandbookInvalid(findings)
    with unit() as writing:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE publishing_handbookversion IN SHARE ROW EXCLUSIVE MODE")
        hashes = {path: _hash(text) for path, text in sorted(handbook.files.items())}
        content_hash = _hash(json.dumps(hashes))
        latest = HandbookVersion.objects.order_by("-number").first()
        if latest and latest.content_hash == content_hash and latest.effective_at <= effective_at:
            return latest
        stored = set(
            HandbookText.objects.filter(pk__in=hashes.values()).values_list("pk", flat=True)
        )
        for hash, text in {hashes[path]: text for path, text in handbook.files.items()}.items():
            if hash not in stored:
                writing.add(HandbookText(sha256=hash, text=text))
        version = HandbookVersion(
            number=latest.number + 1 if latest else 1,
            effective_at=effective_at,
            published_at=at,
            published_by=by.id,
            approved_by=approved_by.id,
            note=note,
            content_hash=content_hash,
            files=hashes,
        )
        writing.add(version)
        writing.flush()
        forget()
        record(
            HandbookPublished(
                number=version.number,
                effective_at=effective_at,
                approved_by=approved_by.id,
                content_hash=content_hash,
            ),
            stream=Stream("handbook", version.id),
            by=by,
            at=at,
        )
    return version


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# Seconds for which another process may not yet see a version published just now.
READ_AGAIN_AFTER = 1.0


class _Known(NamedTuple):
    """The versions as this process last read them."""

    read_at: float
    rows: Sequence[tuple[UUID, int, datetime]]


_known: _Known | None = None


@lru_cache(maxsize=32)
def _load(id: UUID) -> Handbook:
    # Cached by the row's id, not its number: an immutable version never changes under an id.
    version = HandbookVersion.objects.get(pk=id)
    texts = dict(HandbookText.objects.filter(pk__in=version.files.values()).values_list())
    return Handbook(
        {path: texts[hash] for path, hash in version.files.items()}, version=version.number
    )


def handbook(number: int) -> Handbook:
    """Return the published version with this number.

    Raises:
        NotFound: there is none.
    """
    found = _find(number)
    if found is None:
        forget()  # it may have been published a moment ago
        found = _find(number)
    if found is None:
        raise NotFound("version")
    return _load(found)


def _find(number: int) -> UUID | None:
    return next((id for id, known, _from in _versions() if known == number), None)


def forget() -> None:
    """Read the versions anew: one was published, or another database is behind the connection."""
    global _known
    _known = None


def handbook_at(at: datetime) -> Handbook:
    """Return the version that holds at the moment `at`: the newest one already effective.

    Raises:
        NothingPublished: none is.
    """
    found = find_handbook_at(at)
    if found is None:
        raise NothingPublished
    return found


def find_handbook_at(at: datetime) -> Handbook | None:
    """Return the version that holds at the moment `at`, None where none does."""
    effective = [id for id, _number, since in _versions() if since <= at]
    return _load(effective[-1]) if effective else None


def latest_versions() -> Sequence[HandbookVersion]:
    """Return every version, newest first."""
    return list(HandbookVersion.objects.order_by("-number"))


def _versions() -> Sequence[tuple[UUID, int, datetime]]:
    """Return id, number and effective moment of every version, read at most once a second."""
    global _known
    now = monotonic()
    if _known is None or now - _known.read_at > READ_AGAIN_AFTER:
        rows = HandbookVersion.objects.order_by("number")
        _known = _Known(now, list(rows.values_list("id", "number", "effective_at")))
    return _known.rows
