"""Record events inside the transaction that makes them true."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

from baocheng.engine.journal import chain
from baocheng.engine.journal.events import Event, Recorded, notify
from baocheng.engine.journal.models import EventRow
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import Unit, before_writing, current, refuse_on
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import Conflict
from baocheng.kernel.time import now

_UNHEARD = "journal.unheard"
_HEADS = "journal.heads"

# Two writers that start from the same state of a stream meet at the same position.
refuse_on("journal_event_place", Conflict)


def record(
    event: Event, *, stream: Stream, by: Actor, at: datetime, cause: UUID | None = None
) -> Recorded:
    """Record `event` on `stream`; it is written, and heard by receivers, at the unit's flush.

    Args:
        at: business time, when it happened; the time of recording is taken from the clock.
        cause: id of the event or command that led to this one.
    """
    recorded = Recorded(id=new_id(), stream=stream, event=event, by=by, at=at, cause=cause)
    current().memo.setdefault(_UNHEARD, []).append(recorded)
    return recorded


@before_writing
def _drain(unit: Unit) -> bool:
    batch: list[Recorded] = unit.memo.pop(_UNHEARD, [])
    if not batch:
        return False
    _chain(unit, batch)
    notify(batch)
    return True


def _chain(unit: Unit, batch: list[Recorded]) -> None:
    """Give each event its place in its stream and add its row."""
    heads: dict[UUID, tuple[int, bytes]] = unit.memo.setdefault(_HEADS, {})
    unknown = {one.stream.id for one in batch} - heads.keys()
    heads.update(dict.fromkeys(unknown, (0, chain.FIRST)))
    heads.update(_read_heads(id for id in unknown if not unit.is_new(id)))
    recorded_at = now()
    for one in batch:
        position, previous_hash = heads[one.stream.id]
        row = EventRow(
            id=one.id,
            stream_kind=one.stream.kind,
            stream_id=one.stream.id,
            position=position + 1,
            type=one.type,
            business_at=one.at,
            recorded_at=recorded_at,
            actor=one.by.id,
            actor_name=one.by.name,
            branch=one.by.branch,
            on_behalf_of=one.by.on_behalf_of,
            cause=one.cause,
            payload=one.event.payload(),
            previous_hash=previous_hash,
        )
        row.hash = chain.hash_of(row)
        one.position = row.position
        heads[one.stream.id] = (row.position, row.hash)
        unit.add(row)


def _read_heads(streams: Iterable[UUID]) -> dict[UUID, tuple[int, bytes]]:
    ids = list(streams)
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.id, head.position, head.hash FROM unnest(%s::uuid[]) AS wanted(id), "
            "LATERAL (SELECT position, hash FROM journal_event WHERE stream_id = wanted.id "
            "ORDER BY position DESC LIMIT 1) AS head",
            [ids],
        )
        return {id: (position, bytes(hash)) for id, position, hash in cursor.fetchall()}
