"""A worker that brings a hundred claims to their end; killed and started again, it goes on.

Run: python -m factories.hundred_claims COHORT
"""

import sys
from collections.abc import Iterator
from decimal import Decimal

import django

COUNT = 100
CHUNK = 10


def main(cohort: str) -> None:
    """Work on the policies of this cohort until every claim is closed."""
    django.setup()
    work(cohort)


def work(cohort: str) -> None:
    """Report, handle and pay, each in a transaction of its own; what is done is not done again."""
    from baocheng.areas.claims.operations import reporting
    from factories.claims import an_undrawn_id

    # A return visit, which chance decides on, would make two runs differ.
    reporting.new_id = an_undrawn_id
    for first in range(0, COUNT, CHUNK):
        _report(cohort, range(first, first + CHUNK))
        for task, login, answers in iter(lambda: next(_tasks(cohort), None), None):
            _complete(task, login, answers)
        _pay()


def _report(cohort: str, places: range) -> None:
    from baocheng.areas.claims.models import Claim
    from factories.claims import report

    known = set(Claim.objects.values_list("source", flat=True))
    for place in places:
        source = f"{cohort}:{place}"
        if source not in known:
            report(*_loss(cohort, place), source=source)


def _loss(cohort, place):  # type: ignore[no-untyped-def]
    from baocheng.areas.policies.models import Policy
    from factories.claims import a_bill, a_line

    motor, medical = Policy.objects.filter(holder_name=cohort).order_by("id")
    if place % 5:
        return motor, [a_line(amount=str(Decimal(300) + place), invoice=f"{cohort}{place}")]
    # Above the fast lane: people decide on it.
    return medical, [a_bill("surgery", str(Decimal(4000) + place), invoice=f"{cohort}{place}")]


def _tasks(cohort: str) -> Iterator[tuple]:  # type: ignore[type-arg]
    from baocheng.areas.claims.models import Claim
    from baocheng.engine.work.enums import ItemState
    from baocheng.engine.work.models import WorkItem
    from factories.claims import APPROVED, COMPLETE, CONFIRMED, COVERED

    doing = {
        "review_documents": ("zhaomin", COMPLETE),
        "assess_liability": ("zhaomin", COVERED),
        "confirm_calculation": ("zhaomin", CONFIRMED),
        "approve_claim": ("chenjing", APPROVED),
    }
    claims = Claim.objects.filter(source__startswith=f"{cohort}:").values("id")
    for task in WorkItem.objects.filter(stream_id__in=claims, state=ItemState.OPEN).order_by("id"):
        yield task.id, *doing[task.element]


def _complete(task, login, answers):  # type: ignore[no-untyped-def]
    from baocheng.engine.processes.operations import complete_task
    from factories.company import FRIDAY, act

    complete_task(task, answers, by=act(login), at=FRIDAY)


def _pay() -> None:
    from baocheng.areas.billing.models import PaymentInstruction
    from factories.claims import hear_from_bank, send_to_bank

    if PaymentInstruction.objects.filter(state="INSTRUCTED").exists():
        send_to_bank()
    if PaymentInstruction.objects.filter(state="SENT").exists():
        hear_from_bank()


if __name__ == "__main__":
    main(sys.argv[1])
