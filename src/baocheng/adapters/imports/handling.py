"""Report imported claims and carry them to their end, in sets, with the work of two people."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from baocheng.adapters.imports.port import Crew
from baocheng.areas.billing.operations.payments import confirm_payments
from baocheng.areas.billing.queries import paid_amounts, recovered_amounts
from baocheng.areas.claims.enums import ClaimState
from baocheng.areas.claims.operations.reporting import LossReport, report_claims
from baocheng.areas.claims.queries import find_by_sources
from baocheng.engine.processes.operations import Completion, complete_tasks
from baocheng.engine.streams import Actor
from baocheng.engine.work.worklists import open_items_of
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

if TYPE_CHECKING:
    from baocheng.areas.claims.models import Claim

Judge = Callable[["Claim"], Mapping[str, Any]]
"""Answers the form of the liability assessment (责任认定) for a claim."""

_APPROVE = {"answer": "approve", "remark": "历史赔案迁移"}

# What the two of them answer on every form that a claim may come to, but for the assessment.
_HANDLER_ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "review_documents": {"conclusion": "complete", "remark": "资料在原系统存档"},
    "confirm_calculation": {},
    "visit_customer": {"result": "unreachable", "remark": "历史赔案迁移，未再致电客户"},
}
_REVIEWER_ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "approve_claim": _APPROVE,
    "approve_large_claim": _APPROVE,
    "approve_refusal": _APPROVE,
}
_ASSESSMENT = "assess_liability"


class NotFinished(Problem):
    """A claim that came to a halt before its closing."""

    code = "imports.not_finished"
    message = _("赔案 {number} 已导入，但停在“{state}”，请在赔案页面查看原因。")


class Progress(NamedTuple):
    """How far claims have come, and what billing says of their money."""

    claims: int
    closed: int
    paid: Decimal
    recovered: Decimal


def taken(sources: Iterable[str]) -> "Mapping[str, Claim]":
    """Return the claims that these sources have become already."""
    return find_by_sources(list(sources))


def report(reports: Sequence[LossReport], *, crew: Crew, at: datetime) -> list[Problem | None]:
    """Report claims that no source has become yet; their processes run as far as they go alone."""
    answers = report_claims(reports=reports, by=crew.handler, at=at)
    return [answer if isinstance(answer, Problem) else None for answer in answers]


def finish(
    sources: Mapping[str, str], *, judge: Judge, crew: Crew, at: datetime
) -> dict[str, Problem]:
    """Carry claims to their closing, whatever human tasks come up, in a transaction per step.

    Args:
        sources: the claims' sources, with the key of their row.

    Returns:
        What stopped those that could not be closed, by the key of their row.
    """
    stopped: dict[UUID, Problem] = {}
    while True:
        waiting = _open_claims(sources)
        ids = waiting.keys() - stopped.keys()
        is_moved = _pay(ids, crew, at)
        is_moved |= _work({id: waiting[id] for id in ids}, judge, crew, at, stopped)
        if not is_moved:
            break
    return {
        sources[claim.source or ""]: stopped.get(id)
        or NotFinished("state", number=claim.number, state=ClaimState(claim.state).label)
        for id, claim in waiting.items()
    }


def _open_claims(sources: Mapping[str, str]) -> "dict[UUID, Claim]":
    found = find_by_sources(list(sources)).values()
    return {claim.id: claim for claim in found if claim.state != ClaimState.CLOSED}


def _pay(ids: Collection[UUID], crew: Crew, at: datetime) -> bool:
    """Confirm the payments of claims: the former system has made them."""
    if not ids:
        return False
    return bool(confirm_payments(stream_ids=ids, by=crew.handler, at=at))


def _work(
    claims: "Mapping[UUID, Claim]",
    judge: Judge,
    crew: Crew,
    at: datetime,
    stopped: dict[UUID, Problem],
) -> bool:
    """Do the tasks that wait on claims, and note what refuses; return whether any were done."""
    by_handler: dict[UUID, Completion] = {}
    by_reviewer: dict[UUID, Completion] = {}
    for stream, items in open_items_of([claim.stream for claim in claims.values()]).items():
        for item in items:
            if item.form == _ASSESSMENT:
                by_handler[stream.id] = Completion(item.id, judge(claims[stream.id]))
            elif item.form in _HANDLER_ANSWERS:
                by_handler[stream.id] = Completion(item.id, _HANDLER_ANSWERS[item.form])
            elif item.form in _REVIEWER_ANSWERS:
                by_reviewer[stream.id] = Completion(item.id, _REVIEWER_ANSWERS[item.form])
    done = _complete(by_handler, crew.handler, at, stopped)
    return _complete(by_reviewer, crew.reviewer, at, stopped) or done


def _complete(
    completions: Mapping[UUID, Completion],
    by: Actor,
    at: datetime,
    stopped: dict[UUID, Problem],
) -> bool:
    """Complete tasks in one set; where that is refused in halves, down to the one that is."""
    if not completions:
        return False
    try:
        complete_tasks(list(completions.values()), by=by, at=at)
    except Problem as problem:
        if len(completions) == 1:
            stopped[next(iter(completions))] = problem
            return False
        entries = list(completions.items())
        middle = len(entries) // 2
        first = _complete(dict(entries[:middle]), by, at, stopped)
        return _complete(dict(entries[middle:]), by, at, stopped) or first
    return True


def progress(claims: "Collection[Claim]") -> Progress:
    """Return how far these claims have come."""
    ids = [claim.id for claim in claims]
    return Progress(
        claims=len(ids),
        closed=sum(claim.state == ClaimState.CLOSED for claim in claims),
        paid=sum(paid_amounts(ids).values(), ZERO),
        recovered=sum(recovered_amounts(ids).values(), ZERO),
    )
