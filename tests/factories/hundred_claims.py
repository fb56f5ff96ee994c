"""A worker that brings a hundred claims to their end; killed and started again, it goes on."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from baocheng.areas.billing.models import PaymentInstruction
from baocheng.areas.claims.models import Claim
from baocheng.areas.claims.operations import reporting
from baocheng.areas.claims.operations.lines import ReportedLine
from baocheng.areas.policies.models import Policy
from baocheng.engine.work.enums import ItemState
from baocheng.engine.work.models import WorkItem
from factories.claims import (
    APPROVED,
    COMPLETE,
    CONFIRMED,
    COVERED,
    a_bill,
    a_line,
    an_undrawn_id,
    do,
    hear_from_bank,
    report,
    send_to_bank,
)

COUNT = 100
CHUNK = 10
DOING = {
    "review_documents": ("zhaomin", COMPLETE),
    "assess_liability": ("zhaomin", COVERED),
    "confirm_calculation": ("zhaomin", CONFIRMED),
    "approve_claim": ("chenjing", APPROVED),
}


def work(cohort: str) -> None:
    """Report, handle and pay until every claim on the policies of `cohort` is closed.

    Every act is a transaction of its own, and what is done already is not done again.
    """
    # A return visit, which chance decides on, would make two runs differ.
    reporting.new_id = an_undrawn_id
    motor, medical = Policy.objects.filter(holder_name=cohort).order_by("id")
    for first in range(0, COUNT, CHUNK):
        known = set(Claim.objects.values_list("source", flat=True))
        for place in range(first, first + CHUNK):
            source = f"{cohort}:{place}"
            if source not in known:
                report(medical if place % 5 == 0 else motor, _lines(source, place), source=source)
        while (task := next(_tasks(cohort), None)) is not None:
            login, answers = DOING[task.element]
            do(Claim.objects.get(pk=task.stream_id), task.element, answers, login)
        _pay()


def _lines(source: str, place: int) -> Sequence[ReportedLine]:
    if place % 5:
        return [a_line(amount=str(Decimal(300) + place), invoice=source)]
    # Above the fast lane: people decide on it.
    return [a_bill("surgery", str(Decimal(4000) + place), invoice=source)]


def _tasks(cohort: str) -> Iterator[WorkItem]:
    claims = Claim.objects.filter(source__startswith=f"{cohort}:").values("id")
    yield from WorkItem.objects.filter(stream_id__in=claims, state=ItemState.OPEN).order_by("id")


def _pay() -> None:
    if PaymentInstruction.objects.filter(state="INSTRUCTED").exists():
        send_to_bank()
    if PaymentInstruction.objects.filter(state="SENT").exists():
        hear_from_bank()
