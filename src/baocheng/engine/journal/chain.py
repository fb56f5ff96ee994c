"""The hash chain: what a hash covers and how a stream is verified."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext

from baocheng.engine.journal.models import EventRow

FIRST = bytes(32)


def hash_of(row: EventRow) -> bytes:
    """Return the SHA-256 over the previous hash, the header and the payload of `row`."""
    header = {name: _text(value) for name, value in row.header().items()}
    covered = json.dumps(
        [header, row.payload], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(bytes(row.previous_hash) + covered.encode()).digest()


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


class Broken(NamedTuple):
    """The first event of a stream that does not hold, with the reason in the reader's language."""

    stream_kind: str
    stream_id: UUID
    position: int
    event: UUID
    reason: str


class Verified(NamedTuple):
    """What a verification found."""

    events: int
    streams: int
    broken: list[Broken]


def verify(stream_id: UUID | None = None) -> Verified:
    """Recompute every hash (of one stream, or of all) and name the first broken event of each."""
    rows = EventRow.objects.order_by("stream_id", "position")
    if stream_id is not None:
        rows = rows.filter(stream_id=stream_id)
    events = streams = 0
    broken: list[Broken] = []
    for _, stream in groupby(rows.iterator(chunk_size=5_000), lambda row: row.stream_id):
        streams += 1
        counted, fault = _first_fault(stream)
        events += counted
        if fault is not None:
            broken.append(fault)
    return Verified(events, streams, broken)


def _first_fault(stream: Iterator[EventRow]) -> tuple[int, Broken | None]:
    previous, expected, counted = FIRST, 1, 0
    fault: Broken | None = None
    for row in stream:
        counted += 1
        if fault is None:
            reason = ""
            if row.position != expected:
                reason = gettext("缺少第 {expected} 号事件").format(expected=expected)
            elif bytes(row.previous_hash) != previous:
                reason = gettext("与前一事件的哈希不衔接")
            elif bytes(row.hash) != hash_of(row):
                reason = gettext("内容与哈希不符")
            if reason:
                fault = Broken(row.stream_kind, row.stream_id, row.position, row.id, reason)
        previous, expected = bytes(row.hash), row.position + 1
    return counted, fault
