"""Authority limits, cumulative over a stream and over a payee's day, decided under lock.

Splitting one payment in two, or sharing it between two colleagues, does not get past a limit: what
counts is the sum of everything approved under this kind of authority, whoever approved it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import current, refuse_on, unit
from baocheng.engine.work.enums import AuthorityScope
from baocheng.engine.work.models import AuthorityTotal, AuthorityUse
from baocheng.engine.work.ports import Port
from baocheng.kernel.ids import new_id
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Conflict, NotPermitted
from baocheng.kernel.text import _


class AuthorityLimit(NamedTuple):
    """How far somebody's authority of one kind goes; None means without end."""

    per_stream: Decimal | None
    per_payee_day: Decimal | None = None


class NoAuthority(NotPermitted):
    """The actor holds no authority of this kind."""

    code = "work.no_authority"
    message = _("您没有此类审批权限，请提交有权限的人审批。")


class AboveAuthority(NotPermitted):
    """The amount, with what was approved before, is above the actor's limit."""

    code = "work.above_authority"
    message = _("本案累计金额 {total} 元超过您的审批权限 {limit} 元，请提交上级审批。")
    payee_day = _("同一收款人当日累计金额 {total} 元超过您的审批权限 {limit} 元，请提交上级审批。")


# Two that approve the same new reference at once: the second starts again.
refuse_on("work_authority_once", Conflict)

_USES = "work.authority_uses"
_KEPT = ("stream_kind", "stream_id", "payee", "used_on", "amount", "actor", "used_at")

Source = Callable[[Actor, str, datetime], AuthorityLimit | None]


def _no_organisation(actor: Actor, kind: str, at: datetime) -> AuthorityLimit | None:
    return None


_limits: Port[Source] = Port(_no_organisation)


def register_authority(source: Source) -> None:
    """Let `source` (the organisation) say how far an actor's authority of a kind goes."""
    _limits.ask = source


def find_limit(actor: Actor, kind: str, at: datetime) -> AuthorityLimit | None:
    """Return the limit of `actor` for this kind of authority, None where they hold none."""
    return _limits.ask(actor, kind, at)


@dataclass(frozen=True, kw_only=True)
class Approval:
    """An amount that somebody approves on their authority.

    `reference` is what it is for (the calculation, the payment): approving the same reference
    again replaces its amount. `limit` is asked from the organisation when it is not given.
    """

    kind: str
    amount: Decimal
    actor: Actor
    stream: Stream
    reference: UUID
    payee: str = ""
    on: date
    limit: AuthorityLimit | None = None

    @property
    def sums(self) -> "tuple[_Sum, ...]":
        """The running sums that the amount goes into."""
        return _sums(self.kind, self.stream.id, self.payee, self.on)


class _Sum(NamedTuple):
    kind: str
    scope: str
    key: str


class _Counted(NamedTuple):
    """What a reference counts for at present."""

    amount: Decimal
    sums: tuple[_Sum, ...]


def use_authority(approval: Approval, *, at: datetime) -> AuthorityUse:
    """Check one approval against the limit and record it; see `use_authorities`."""
    (use,) = use_authorities([approval], at=at)
    return use


def use_authorities(approvals: Iterable[Approval], *, at: datetime) -> list[AuthorityUse]:
    """Check these approvals against their limits, cumulatively, and record them.

    The sums stay locked until the transaction ends: of two approvals at once the second sees the
    first. Nothing is recorded when one is refused.

    Raises:
        NoAuthority: an actor holds no authority of the kind.
        AboveAuthority: a sum with the approval is above its limit; names both.
    """
    wanted = list(approvals)
    with unit():
        uses = _lock_uses(wanted)
        counted = {
            place: _Counted(use.amount, _sums(use.kind, use.stream_id, use.payee, use.used_on))
            for place, use in uses.items()
        }
        touched = {sum for one in counted.values() for sum in one.sums}
        touched.update(sum for approval in wanted for sum in approval.sums)
        totals = _lock_totals(touched)
        for approval in wanted:
            _count(approval, totals, counted, at)
        _write_totals(totals)
        return [_keep(approval, uses, at) for approval in wanted]


def check_authority(approval: Approval, *, at: datetime) -> None:
    """Refuse what `use_authority` would refuse at present, recording nothing.

    For showing beforehand that an approval goes further up; deciding is `use_authority`.

    Raises:
        NoAuthority: the actor holds no authority of the kind.
        AboveAuthority: a sum with the approval is above its limit.
    """
    uses = AuthorityUse.objects.filter(kind=approval.kind, reference=approval.reference)
    counted = {
        (use.kind, use.reference): _Counted(
            use.amount, _sums(use.kind, use.stream_id, use.payee, use.used_on)
        )
        for use in uses
    }
    rows = AuthorityTotal.objects.filter(
        kind=approval.kind, key__in=[sum.key for sum in approval.sums]
    )
    totals = dict.fromkeys(approval.sums, ZERO)
    totals.update({_Sum(row.kind, row.scope, row.key): row.total for row in rows})
    for earlier in counted.values():
        totals.update(dict.fromkeys(set(earlier.sums) - totals.keys(), ZERO))
    _count(approval, totals, counted, at)


def _sums(kind: str, stream_id: UUID, payee: str, on: date) -> tuple[_Sum, ...]:
    over_stream = _Sum(kind, AuthorityScope.STREAM.value, str(stream_id))
    if not payee:
        return (over_stream,)
    return over_stream, _Sum(kind, AuthorityScope.PAYEE_DAY.value, f"{on}:{payee}")


def _count(
    approval: Approval,
    totals: dict[_Sum, Decimal],
    counted: dict[tuple[str, UUID], _Counted],
    at: datetime,
) -> None:
    """Add the approval to the sums, in place of what its reference counted for before."""
    place = approval.kind, approval.reference
    earlier = counted.get(place, _Counted(ZERO, ()))
    for sum in earlier.sums:
        totals[sum] -= earlier.amount
    for sum in approval.sums:
        totals[sum] += approval.amount
    _require_within(approval, totals, at)
    counted[place] = _Counted(approval.amount, approval.sums)


def _require_within(approval: Approval, totals: Mapping[_Sum, Decimal], at: datetime) -> None:
    limit = approval.limit or find_limit(approval.actor, approval.kind, at)
    if limit is None:
        raise NoAuthority
    sentences = AboveAuthority.message, AboveAuthority.payee_day
    for sum, bound, sentence in zip(approval.sums, limit, sentences, strict=False):
        if bound is not None and totals[sum] > bound:
            raise AboveAuthority("amount", detail=sentence, total=totals[sum], limit=bound)


def _lock_uses(wanted: Sequence[Approval]) -> dict[tuple[str, UUID], AuthorityUse]:
    uses: dict[tuple[str, UUID], AuthorityUse] = current().memo.setdefault(_USES, {})
    missing = {approval.reference for approval in wanted} - {reference for _, reference in uses}
    if missing:
        rows = AuthorityUse.objects.select_for_update().filter(reference__in=missing)
        uses.update({(row.kind, row.reference): row for row in rows.order_by("pk")})
    places = {(approval.kind, approval.reference) for approval in wanted}
    return {place: use for place, use in uses.items() if place in places}


def _lock_totals(sums: Collection[_Sum]) -> dict[_Sum, Decimal]:
    """Lock the rows of these sums, making those that are missing, and return what they hold."""
    # In one order for everybody, so that two approvals wait for each other and never deadlock.
    rows = sorted(sums)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO work_authority_total AS sum (id, kind, scope, key, total)"
            " SELECT *, 0 FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[])"
            " ON CONFLICT (kind, scope, key) DO UPDATE SET total = sum.total"
            " RETURNING kind, scope, key, total",
            [[new_id() for _ in rows], *_columns(rows)],
        )
        return {_Sum(*row[:3]): row[3] for row in cursor.fetchall()}


def _write_totals(totals: Mapping[_Sum, Decimal]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE work_authority_total AS sum SET total = new.total"
            " FROM unnest(%s::text[], %s::text[], %s::text[], %s::numeric[])"
            " AS new(kind, scope, key, total)"
            " WHERE (sum.kind, sum.scope, sum.key) = (new.kind, new.scope, new.key)",
            [*_columns(totals), list(totals.values())],
        )


def _columns(sums: Iterable[_Sum]) -> list[list[str]]:
    rows = list(sums)
    return [[row[i] for row in rows] for i in range(3)]


def _keep(
    approval: Approval, uses: dict[tuple[str, UUID], AuthorityUse], at: datetime
) -> AuthorityUse:
    place = approval.kind, approval.reference
    use = uses.get(place)
    if use is None:
        use = AuthorityUse(kind=approval.kind, reference=approval.reference)
        uses[place] = current().memo[_USES][place] = use
        current().add(use)
    else:
        current().change(use, *_KEPT)
    use.stream_kind, use.stream_id = approval.stream
    use.payee, use.used_on, use.amount = approval.payee, approval.on, approval.amount
    use.actor, use.used_at = approval.actor.id, at
    return use
