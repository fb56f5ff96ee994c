"""Register that a person must be kept out (回避)."""

from datetime import datetime

from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import refuse_on, unit
from baocheng.engine.work.events import ActorRecused
from baocheng.engine.work.hand import note_recused
from baocheng.engine.work.items import put_back
from baocheng.engine.work.models import Recusal
from baocheng.kernel.problems import Conflict
from baocheng.kernel.text import _


class AlreadyRecused(Conflict):
    """The recusal is on record."""

    code = "work.already_recused"
    message = _("该人员已登记回避。")


refuse_on("work_recusal_once", AlreadyRecused)


def recuse(*, stream: Stream, actor: str, reason: str, by: Actor, at: datetime) -> Recusal:
    """Keep `actor` out of everything on `stream`; what they had in hand goes back to its pool.

    Raises:
        AlreadyRecused: they are kept out already.
    """
    with unit() as writing:
        row = Recusal(
            stream_kind=stream.kind,
            stream_id=stream.id,
            actor=actor,
            reason=reason,
            recused_by=by.id,
            recused_at=at,
        )
        writing.add(row)
        note_recused(stream.id, actor)
        record(ActorRecused(actor_id=actor, reason=reason), stream=stream, by=by, at=at)
        put_back(stream, actor, reason="回避", by=by, at=at)
    return row
