"""Money that comes back from somebody liable (追偿, 保险法第六十条)."""

from datetime import datetime
from decimal import Decimal

from baocheng.areas.billing.enums import PostingKind
from baocheng.areas.billing.events import RecoveryRecorded
from baocheng.areas.billing.models import Recovery
from baocheng.areas.billing.operations.payments import AmountNotPositive
from baocheng.areas.billing.operations.posting import post
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import refuse_on, unit
from baocheng.kernel.problems import Conflict
from baocheng.kernel.text import _


class AlreadyRecovered(Conflict):
    """The same recovery twice."""

    code = "billing.already_recovered"
    message = _("该笔追偿款已经入账。")


refuse_on("billing_recovery_once", AlreadyRecovered)


def record_recovery(
    *, stream: Stream, amount: Decimal, source: str, branch: str, by: Actor, at: datetime
) -> Recovery:
    """Book an amount received; the same source is never booked twice.

    Raises:
        AmountNotPositive: nothing was received.
        AlreadyRecovered (at the flush): the source was booked before.
    """
    if amount <= 0:
        raise AmountNotPositive("amount")
    recovery = Recovery(
        stream_kind=stream.kind,
        stream_id=stream.id,
        source=source,
        amount=amount,
        branch=branch,
        received_at=at,
        recorded_by=by.id,
    )
    with unit() as writing:
        writing.add(recovery)
        post(
            PostingKind.RECOVERED,
            amount,
            stream=stream,
            source_id=recovery.id,
            branch=branch,
            at=at,
        )
        record(RecoveryRecorded(amount=amount), stream=stream, by=by, at=at)
    return recovery
