"""Whatever people do in whatever order, the same sums hold."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from baocheng.areas.billing.models import Payable, PaymentInstruction
from baocheng.areas.billing.queries import ledger_balance, paid_amounts
from baocheng.areas.claims.enums import ClaimState
from baocheng.areas.claims.models import CalculationRecord, Claim, ClaimLine
from baocheng.areas.claims.operations.closing import reopen_claim
from baocheng.areas.policies.models import Accumulator, Policy
from baocheng.engine.clocks.enums import ClockState
from baocheng.engine.clocks.models import Clock
from baocheng.engine.documents.letters import render_pending
from baocheng.engine.journal.chain import verify
from baocheng.engine.processes.models import Incident
from baocheng.engine.processes.operations import fire_timers
from baocheng.engine.work.enums import ItemState
from baocheng.engine.work.models import WorkItem
from baocheng.kernel.problems import Problem
from factories.claims import (
    APPROVED,
    COMPLETE,
    CONFIRMED,
    COVERED,
    NOT_COVERED,
    RETURNED,
    VISITED,
    Answers,
    a_bill,
    do,
    hear_from_bank,
    report_illness,
    send_to_bank,
    supply,
)
from factories.company import FRIDAY, a_card, a_medical_policy, act

SUPPLEMENT: Answers = {"conclusion": "supplement", "missing": ["invoice"]}
PARTLY: Answers = {**NOT_COVERED, "liability": "PARTLY_COVERED", "not_covered_lines": ["2"]}
PAYEE: Answers = {"account_number": a_card("新卡"), "bank_name": "示范银行", "remark": "已核实。"}
# Who does a task, and the answers they may give; the likelier ones stand twice.
DOING: dict[str, tuple[str, list[Answers]]] = {
    "review_documents": ("zhaomin", [COMPLETE, COMPLETE, SUPPLEMENT]),
    "assess_liability": ("zhaomin", [COVERED, COVERED, PARTLY, NOT_COVERED]),
    "confirm_calculation": ("zhaomin", [CONFIRMED]),
    "approve_claim": ("chenjing", [APPROVED, APPROVED, RETURNED]),
    "approve_large_claim": ("sunli", [APPROVED, APPROVED, RETURNED]),
    "approve_refusal": ("chenjing", [APPROVED, APPROVED, RETURNED]),
    "correct_payee": ("zhaomin", [PAYEE]),
    "visit_customer": ("zhouting", [VISITED]),
}


class Days:
    """Some weeks of a claims department, in an order that chance decides."""

    def __init__(self, seed: int, policy: Policy) -> None:
        self.chance = Random(seed)  # noqa: S311 (no secret)
        self.policy = policy
        self.at: datetime = FRIDAY
        self.refusals: Counter[str] = Counter()

    def go_by(self, acts: int) -> None:
        """Let this many things happen, and see after each that everything adds up."""
        for _ in range(acts):
            self.at += timedelta(hours=self.chance.randrange(1, 30))
            act = self.chance.choices(
                [self.report, self.do_task, self.supply, self.pay, self.reopen, self.wait],
                [2, 12, 2, 2, 1, 1],
            )[0]
            try:
                act()
            except Problem as problem:
                self.refusals[problem.code] += 1
            assert list(faults(self.policy)) == []

    def report(self) -> None:
        amounts = [Decimal(self.chance.randrange(1, 9_000_000)) / 100 for _ in range(2)]
        bills = [
            a_bill("surgery", str(amounts[0]), invoice=str(self.chance.randrange(40))),
            a_bill("medicine", str(amounts[1]), by_social_insurance="0.99"),
        ]
        report_illness(self.policy, lines=bills, at=self.at)

    def do_task(self) -> None:
        tasks = list(WorkItem.objects.filter(state=ItemState.OPEN).order_by("id"))
        if tasks:
            task = self.chance.choice(tasks)
            login, answers = DOING[task.element]
            claim = Claim.objects.get(pk=task.stream_id)
            do(claim, task.element, self.chance.choice(answers), login, self.at)

    def supply(self) -> None:
        claims = list(Claim.objects.order_by("id"))
        if claims:
            supply(self.chance.choice(claims), "invoice", at=self.at)

    def pay(self) -> None:
        waiting = PaymentInstruction.objects.filter(state="INSTRUCTED")
        if waiting.exists():
            send_to_bank(self.at)
            result = self.chance.choice(["PAID", "PAID", "RETURNED"])
            hear_from_bank(self.at, result, "账号不存在" if result == "RETURNED" else "")

    def reopen(self) -> None:
        closed = list(Claim.objects.filter(state=ClaimState.CLOSED).order_by("id"))
        if closed:
            claim = self.chance.choice(closed)
            reopen_claim(claim_id=claim.id, reason="客户申诉。", by=act("chenjing"), at=self.at)

    def wait(self) -> None:
        self.at += timedelta(days=10)
        fire_timers(at=self.at)
        render_pending(at=self.at)


def faults(policy: Policy) -> Iterator[str]:
    """Name what does not add up."""
    if ledger_balance() != 0:
        yield "the ledger does not balance"
    if Incident.objects.exists():
        yield f"a step failed: {Incident.objects.latest('opened_at').traceback}"
    if used(policy) != counted():
        yield f"running totals {used(policy)} are not what claims take, {counted()}"
    paid = paid_amounts(list(Claim.objects.values_list("id", flat=True)))
    for claim in Claim.objects.all():
        owed = sum(Payable.objects.filter(stream_id=claim.id).values_list("amount", flat=True))
        if owed != claim.settled_amount:
            yield f"{claim} settled {claim.settled_amount} and owes {owed}"
        if claim.paid_amount != paid.get(claim.id, 0) and claim.state != ClaimState.PAYING:
            yield f"{claim} says {claim.paid_amount} is paid, the bank {paid.get(claim.id)}"
        if claim.state == ClaimState.CLOSED:
            yield from faults_of_closed(claim)


def faults_of_closed(claim: Claim) -> Iterator[str]:
    """Name what is still going on about a closed claim."""
    if WorkItem.objects.filter(stream_id=claim.id, state=ItemState.OPEN).exists():
        yield f"{claim} is closed with open tasks"
    running = Clock.objects.filter(stream_id=claim.id, state=ClockState.RUNNING)
    late = [clock.key for clock in running if clock.key != "refusal_notice"]
    if late:
        yield f"{claim} is closed and {late} run"
    lines = ClaimLine.objects.filter(claim_id=claim.id, invoice__isnull=False)
    if claim.settled_amount and not all(line.holds_invoice for line in lines):
        yield f"{claim} is paid and let go of an invoice"


def used(policy: Policy) -> dict[str, Decimal]:
    rows = Accumulator.objects.filter(policy=policy, used_amount__gt=0)
    return dict(rows.values_list("name", "used_amount"))


def counted() -> dict[str, Decimal]:
    """Return what the calculations that count take of the running totals."""
    sums: Counter[str] = Counter()
    counting = dict(Claim.objects.values_list("id", "counted_calculation"))
    for record in CalculationRecord.objects.all():
        if counting[record.claim_id] == record.sequence:
            for entry in record.sheet["accumulators"]:
                sums[entry["name"]] += Decimal(entry["after"]) - Decimal(entry["before"])  # type: ignore[assignment]
    return {name: Decimal(amount) for name, amount in sums.items() if amount}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_everything_adds_up_in_whatever_order(company: None, seed: int) -> None:
    days = Days(seed, a_medical_policy())

    days.go_by(80)

    assert verify().broken == []
    assert days.refusals["kernel.conflict"] == 0
