"""Simulated medical records (Synthea), as claims on the million_medical product.

Every encounter becomes a claim. Its lines are the encounter's base cost, its procedures and its
medications. What a payer covered of the encounter is spread over base cost and procedures in
proportion to their amounts, to the cent and never above a line; what it covered of a medication
stands on that medication. The source's payers also paid for things that it does not itemise
(immunisations, devices, images): that part is left out of the claim and reported.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baocheng.adapters.imports import handling, synthea_records
from baocheng.adapters.imports.port import Crew, Totals
from baocheng.adapters.imports.synthea_records import Encounter, Expense, moment, require_sound
from baocheng.areas.claims.enums import Channel, Liability, LiabilityReason, Outcome
from baocheng.areas.claims.operations.lines import ReportedLine
from baocheng.areas.claims.operations.reporting import LossReport
from baocheng.areas.claims.queries import load_files
from baocheng.areas.customers.enums import Sex
from baocheng.areas.customers.operations import NewPerson, register_persons
from baocheng.areas.policies.bitemporal import Insured
from baocheng.areas.policies.operations.issuing import NewPolicy, issue_policies
from baocheng.areas.policies.queries import find_by_sources
from baocheng.areas.products.enums import Payer
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.engine.unit import current
from baocheng.kernel.money import ZERO, allocate, yuan
from baocheng.kernel.problems import Problem
from baocheng.kernel.time import SHANGHAI, business_date

if TYPE_CHECKING:
    from baocheng.areas.claims.models import Claim
    from baocheng.areas.claims.models.file import ClaimFile
    from baocheng.areas.customers.models import Party

PREFIX = "synthea:"

STAYS = frozenset({"inpatient", "snf", "hospice"})
CHECKUP, CHECKUP_CLAUSE = "checkup", "3.2"
_SEXES = {"M": Sex.MALE, "F": Sex.FEMALE}
_PAYERS = {"GOVERNMENT": Payer.SOCIAL_INSURANCE, "PRIVATE": Payer.OTHER_INSURER}

# Words by which descriptions tell an operation, an accident and a great hospital.
_SURGERY = (
    *("ectomy", "otomy", "ostomy", "surg", "excision", "resection", "bypass", "transplant of"),
    *("graft", "suture", "biopsy", "cesarean", "ligation", "coronary intervention", "extraction"),
)
_ACCIDENT = ("injury", "laceration", "fracture", "sprain", "burn", "concussion", "wound")
_LARGE = ("HOSPITAL", "MEDICAL CENTER")


class Synthea:
    """Encounters, with the people and the yearly policies that they need."""

    name = "synthea"
    title = "Synthea 就诊记录"

    def count(self, path: Path) -> int:
        return synthea_records.count(path)

    def batches(self, path: Path, size: int) -> Iterator[list[Encounter]]:
        return synthea_records.batches(path, size)

    def take(self, rows: Sequence[Encounter], *, crew: Crew, at: datetime) -> list[Problem | None]:
        answers: dict[str, Problem | None] = {row.key: _fault(row) for row in rows}
        sound = [row for row in rows if answers[row.key] is None]
        known = handling.taken(_source(row) for row in sound)
        new = [row for row in sound if _source(row) not in known]
        parties = _register(new, crew, at)
        policies = _insure(new, parties, crew, at)
        reported: list[Encounter] = []
        reports: list[LossReport] = []
        for row in new:
            party, policy = parties[row.patient], policies.get(_policy_source(row))
            if isinstance(party, Problem):
                answers[row.key] = party
            elif isinstance(policy, Problem):
                answers[row.key] = policy
            else:
                reported.append(row)
                reports.append(_report(row, policy or ""))
        problems = handling.report(reports, crew=crew, at=at)
        answers.update(zip((row.key for row in reported), problems, strict=True))
        return [answers[row.key] for row in rows]

    def finish(
        self, rows: Sequence[Encounter], *, crew: Crew, at: datetime
    ) -> Mapping[str, Problem]:
        sources = {_source(row): row.key for row in rows}
        return handling.finish(sources, judge=_judge, crew=crew, at=at)

    def file_totals(self, path: Path) -> Totals:
        sums = synthea_records.totals(path)
        return {
            "就诊数": sums.encounters,
            "已结案": sums.encounters,
            "申请金额": sums.claimed,
            "其他方支付": sums.covered,
            "赔付、扣减与拒赔之和": sums.claimed,
            "其他方支付超出明细": sums.covered_beyond,
        }

    def row_totals(self, rows: Sequence[Encounter]) -> Totals:
        claimed = sum((_claimed(row) for row in rows), ZERO)
        return {
            "就诊数": len(rows),
            "已结案": len(rows),
            "申请金额": claimed,
            "其他方支付": sum((_covered(row) for row in rows), ZERO),
            "赔付、扣减与拒赔之和": claimed,
        }

    def system_totals(self, rows: Sequence[Encounter]) -> Totals:
        found = handling.taken(_source(row) for row in rows)
        figures = handling.progress(found.values())
        files = load_files([claim.id for claim in found.values()]).values()
        refused = sum((_refused(file) for file in files), ZERO)
        reduced = sum((_reduced(file) for file in files), ZERO)
        return {
            "就诊数": figures.claims,
            "已结案": figures.closed,
            "申请金额": sum((file.claim.claimed_amount for file in files), ZERO),
            "其他方支付": sum((_other_paid(file) for file in files), ZERO),
            "赔付、扣减与拒赔之和": figures.paid + reduced + refused,
            "其中赔付": figures.paid,
            "其中扣减": reduced,
            "其中拒赔": refused,
        }


def _fault(row: Encounter) -> Problem | None:
    try:
        require_sound(row)
    except Problem as problem:
        return problem
    return None


def _source(row: Encounter) -> str:
    return f"{PREFIX}{row.key}"


def _policy_source(row: Encounter) -> str:
    return f"{PREFIX}{row.patient}:{row.starts_at.year}"


def _register(rows: Sequence[Encounter], crew: Crew, at: datetime) -> "dict[str, Party | Problem]":
    """Register the patients of these encounters; return them by the file's identifier."""
    by_patient = {row.patient: row for row in rows}
    people = [
        NewPerson(
            name=row.name,
            born_on=row.born_on,
            sex=_SEXES.get(row.gender or ""),
            reference=f"{PREFIX}{patient}",
        )
        for patient, row in by_patient.items()
    ]
    answers = register_persons(people, by=crew.handler, at=at)
    return dict(zip(by_patient, answers, strict=True))


def _insure(
    rows: Sequence[Encounter], parties: "Mapping[str, Party | Problem]", crew: Crew, at: datetime
) -> dict[str, str | Problem]:
    """Issue the policies that these encounters need and miss; return the numbers by source."""
    by_source = {_policy_source(row): row for row in rows}
    found = find_by_sources(list(by_source))
    numbers: dict[str, str | Problem] = {source: ref.number for source, ref in found.items()}
    new = [
        _policy(row, party)
        for source, row in by_source.items()
        if source not in found and not isinstance(party := parties[row.patient], Problem)
    ]
    answers = issue_policies(policies=new, by=crew.handler, at=at)
    for policy, answer in zip(new, answers, strict=True):
        assert policy.source
        numbers[policy.source] = answer if isinstance(answer, Problem) else answer.number
    # Reports look their policies up in the database.
    current().flush()
    return numbers


def _policy(row: Encounter, party: "Party") -> NewPolicy:
    year = row.starts_at.year
    return NewPolicy(
        product="million_medical",
        holder_id=party.id,
        holder_name=party.name,
        starts_at=datetime(year, 1, 1, tzinfo=SHANGHAI),
        ends_at=datetime(year + 1, 1, 1, tzinfo=SHANGHAI),
        # The file knows the years with encounters; cover is taken as unbroken since the first.
        insured_since=datetime(row.insured_since, 1, 1, tzinfo=SHANGHAI),
        insureds=[
            Insured(
                party_id=party.id,
                name=party.name,
                has_social_insurance=row.has_social_insurance,
            )
        ],
        covers=[CoverageTerms(coverage="general_medical")],
        premium_amount=ZERO,
        source=_policy_source(row),
    )


def _report(row: Encounter, policy_number: str) -> LossReport:
    is_accident = any(word in row.reason.lower() for word in _ACCIDENT)
    illness = "accident" if is_accident else "illness"
    return LossReport(
        policy_number=policy_number,
        loss_at=row.starts_at,
        reporter_name=row.name,
        channel=Channel.BATCH,
        cause=CHECKUP if row.kind == "wellness" else illness,
        by_accident=is_accident,
        loss_place=row.hospital,
        description="；".join(filter(None, (row.description, row.reason))),
        lines=list(_lines(row)),
        source=_source(row),
    )


def _lines(row: Encounter) -> Iterator[ReportedLine]:
    is_stay = row.kind in STAYS
    days = max((moment(row.stop, "STOP").date() - row.starts_at.date()).days, 1)
    base = Expense(row.start, row.description, row.base_cost)
    treatments = (base, *row.procedures)
    covered = shares(_known(row.covered), [_known(each.amount) for each in treatments])
    heads = ("bed" if is_stay else "outpatient", *(_head(each) for each in row.procedures))
    for place, (head, each, share) in enumerate(
        zip(heads, treatments, covered, strict=True), start=1
    ):
        yield _line(row, place, head, each, share, days=days if head == "bed" else 0)
    for place, each in enumerate(row.medications, start=len(treatments) + 1):
        yield _line(row, place, "medicine", each, yuan(_known(each.covered)))


def _line(
    row: Encounter, place: int, head: str, expense: Expense, share: Decimal, *, days: int = 0
) -> ReportedLine:
    payer = _PAYERS.get(row.payer)
    amount = yuan(_known(expense.amount))
    return ReportedLine(
        head=head,
        incurred_on=business_date(moment(expense.at, "START")),
        amount=amount,
        description=(expense.text or "")[:200],
        days=days,
        hospital_level="三级" if any(word in row.hospital for word in _LARGE) else "二级",
        social_insurance_used=payer is Payer.SOCIAL_INSURANCE,
        other_paid={payer: share} if payer and share else {},
        # Nothing of a check-up is medically necessary; whether it is refused a person decides.
        ineligible_amount=amount if row.kind == "wellness" else ZERO,
        invoice=f"{row.key}L{place}",
    )


def _head(procedure: Expense) -> str:
    text = (procedure.text or "").lower()
    return "surgery" if any(word in text for word in _SURGERY) else "treatment"


def shares(covered: Decimal, amounts: Sequence[Decimal]) -> list[Decimal]:
    """Spread what a payer covered over amounts, in proportion; what is above them is left out."""
    spread = min(covered, sum(amounts, ZERO))
    return allocate(spread, amounts) if spread else [ZERO for _amount in amounts]


def _known(amount: Decimal | None) -> Decimal:
    """Return an amount; one that is missing counts nothing in the totals."""
    return ZERO if amount is None else amount


def _claimed(row: Encounter) -> Decimal:
    lines = (*row.procedures, *row.medications)
    return sum((_known(each.amount) for each in lines), _known(row.base_cost))


def _covered(row: Encounter) -> Decimal:
    treatments = sum((_known(each.amount) for each in row.procedures), _known(row.base_cost))
    medicine = sum((_known(each.covered) for each in row.medications), ZERO)
    return min(_known(row.covered), treatments) + medicine


def _judge(claim: "Claim") -> Mapping[str, Any]:
    """Conclude on liability: a check-up is excluded, everything else is covered."""
    if claim.cause != CHECKUP:
        return {"liability": Liability.COVERED.value}
    clause = f"条款 {CHECKUP_CLAUSE} 的责任免除"
    return {
        "liability": Liability.NOT_COVERED.value,
        "clause": CHECKUP_CLAUSE,
        "reason": LiabilityReason.EXCLUSION.value,
        "facts": f"就诊类别为健康体检（{claim.description}），属于{clause}。",
    }


def _refused(file: "ClaimFile") -> Decimal:
    return file.claim.claimed_amount if file.claim.outcome == Outcome.REFUSED else ZERO


def _reduced(file: "ClaimFile") -> Decimal:
    """Add up the reductions of the last calculation, line by line; a refusal has none."""
    if file.claim.outcome == Outcome.REFUSED or not file.calculations:
        return ZERO
    return sum(
        (
            Decimal(reduction["amount"])
            for line in file.calculations[-1].sheet["lines"]
            for reduction in line["reductions"]
        ),
        ZERO,
    )


def _other_paid(file: "ClaimFile") -> Decimal:
    return sum((Decimal(paid) for line in file.lines for paid in line.other_paid.values()), ZERO)
