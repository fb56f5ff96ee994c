"""Issue policies (承保)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from baocheng.areas.organisation.permissions import require
from baocheng.areas.policies import permissions
from baocheng.areas.policies.bitemporal import Insured, Terms
from baocheng.areas.policies.enums import TransactionKind
from baocheng.areas.policies.events import PolicyIssued
from baocheng.areas.policies.models import InsuredObject, Policy, PolicyTransaction
from baocheng.areas.products.definition import Product
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.areas.products.queries import ProductNotFound, product_in
from baocheng.areas.products.terms import check_covers
from baocheng.engine.journal.record import record
from baocheng.engine.numbering import next_numbers
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.versions import handbook_at
from baocheng.engine.streams import Actor
from baocheng.engine.unit import current, refuse_on, unit
from baocheng.kernel.identifiers import plate as plates
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import Conflict, Problem, Problems
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date


class TermReversed(Problem):
    """The term ends before it starts."""

    code = "policies.term_reversed"
    message = _("保险止期须晚于保险起期。")


class InsuredMissing(Problem):
    """Nobody and nothing is insured."""

    code = "policies.insured_missing"
    message = _("保单至少须有一名被保险人或一辆被保险机动车。")


class InsuredRepeated(Problem):
    """The same insured twice."""

    code = "policies.insured_repeated"
    message = _("被保险人“{name}”写了两次。")


class PremiumNegative(Problem):
    """A premium below zero."""

    code = "policies.premium_negative"
    message = _("保险费不能为负数。")


class NotSoldYet(Problem):
    """The product is not sold at that moment."""

    code = "policies.not_sold_yet"
    message = _("产品“{product}”自 {on} 起才能承保。")


class AlreadyImported(Conflict):
    """The source row became a policy before."""

    code = "policies.already_imported"
    message = _("该来源记录已经导入过。")


refuse_on("policies_policy_source_key", AlreadyImported)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPolicy:
    """What a policy is issued from.

    `insured_since` is when unbroken cover began, for a renewal; `source` names the row it was
    imported from, and the same source is never taken twice; `branch` defaults to the actor's.
    """

    product: str
    holder_id: UUID
    holder_name: str
    starts_at: datetime
    ends_at: datetime
    insureds: Sequence[Insured]
    covers: Sequence[CoverageTerms]
    premium_amount: Decimal
    branch: str = ""
    insured_since: datetime | None = None
    source: str | None = None


def issue_policy(*, policy: NewPolicy, by: Actor, at: datetime) -> Policy:
    """Issue one policy under the handbook of the moment `at`; it is known since then.

    Raises:
        NotPermitted: `by` may not issue policies of that branch.
        Problem, Problems: what is wrong with it, all of it.
        AlreadyImported: its source became a policy before.
    """
    (issued,) = issue_policies(policies=[policy], by=by, at=at)
    if isinstance(issued, Problem):
        raise issued
    return issued


def issue_policies(
    *, policies: Sequence[NewPolicy], by: Actor, at: datetime
) -> list[Policy | Problem]:
    """Issue many policies in one transaction; a refused one becomes its problem, the rest go on.

    Raises:
        NotPermitted: `by` may not issue policies of one of the branches.
    """
    for branch in {policy.branch or by.branch for policy in policies}:
        require(by, permissions.ISSUE, branch=branch)
    with unit():
        handbook = handbook_at(at)
        imported = _imported(policies)
        answers: list[Policy | Problem] = []
        for new in policies:
            problem = _first_problem(handbook, new, imported, at)
            answers.append(problem or _policy(new, handbook, by))
        _number([answer for answer in answers if isinstance(answer, Policy)], at)
        for new, answer in zip(policies, answers, strict=True):
            if isinstance(answer, Policy):
                _write(answer, new, by, at)
    return answers


def _imported(policies: Sequence[NewPolicy]) -> set[str]:
    sources = [policy.source for policy in policies if policy.source]
    if not sources:
        return set()
    found = Policy.objects.filter(source__in=sources).values_list("source", flat=True)
    return {source for source in found if source}


def _first_problem(
    handbook: Handbook, new: NewPolicy, imported: set[str], at: datetime
) -> Problem | None:
    if new.source in imported:
        return AlreadyImported("source")
    if new.source:
        imported.add(new.source)
    problems = list(_faults(handbook, new, at))
    if len(problems) > 1:
        return Problems(problems)
    return problems[0] if problems else None


def _faults(handbook: Handbook, new: NewPolicy, at: datetime) -> Iterator[Problem]:
    if new.ends_at <= new.starts_at:
        yield TermReversed("ends_at")
    if new.premium_amount < 0:
        yield PremiumNegative("premium_amount")
    try:
        product = product_in(handbook, new.product)
    except ProductNotFound as problem:
        yield problem
    else:
        if product.sold_from > business_date(at):
            yield NotSoldYet("product", product=product.name, on=product.sold_from)
        yield from terms_faults(product, new.insureds, new.covers)


def terms_faults(
    product: Product, insureds: Sequence[Insured], covers: Sequence[CoverageTerms]
) -> Iterator[Problem]:
    """Yield what is wrong with insureds and coverages."""
    if not insureds:
        yield InsuredMissing("insureds")
    seen: set[str] = set()
    for index, insured in enumerate(insureds):
        if insured.key in seen:
            yield InsuredRepeated(f"insureds.{index}", name=insured.name)
        seen.add(insured.key)
        if insured.plate:
            try:
                plates.parse(insured.plate, field=f"insureds.{index}.plate")
            except Problem as problem:
                yield problem
    try:
        check_covers(product, covers)
    except Problems as several:
        yield from several.problems


def spelled(insured: Insured) -> Insured:
    """Return an insured with its checked plate in the one spelling that is stored."""
    return replace(insured, plate=plates.parse(insured.plate).number) if insured.plate else insured


def _policy(new: NewPolicy, handbook: Handbook, by: Actor) -> Policy:
    assert handbook.version is not None, "policies are issued under a published handbook"
    return Policy(
        id=new_id(),
        product=new.product,
        handbook_version=handbook.version,
        holder_id=new.holder_id,
        holder_name=new.holder_name,
        branch=new.branch or by.branch,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        insured_since=new.insured_since or new.starts_at,
        source=new.source,
    )


def _number(policies: Sequence[Policy], at: datetime) -> None:
    by_branch: dict[str, list[Policy]] = {}
    for policy in policies:
        by_branch.setdefault(policy.branch, []).append(policy)
    for branch, unnumbered in by_branch.items():
        code = branch.rpartition("/")[2]
        numbers = next_numbers("P", branch=code, on=business_date(at), count=len(unnumbered))
        for policy, number in zip(unnumbered, numbers, strict=True):
            policy.number = number


def _write(policy: Policy, new: NewPolicy, by: Actor, at: datetime) -> None:
    terms = Terms(
        insureds=tuple(spelled(insured) for insured in new.insureds),
        covers=tuple(new.covers),
        premium_amount=new.premium_amount,
    )
    writing = current()
    writing.add(policy)
    writing.add(
        PolicyTransaction(
            policy=policy,
            sequence=1,
            kind=TransactionKind.ISSUE,
            starts_at=policy.starts_at,
            ends_at=policy.ends_at,
            recorded_at=at,
            recorded_by=by.id,
            terms=terms.as_json(),
        )
    )
    for insured in terms.insureds:
        writing.add(InsuredObject(policy=policy, party_id=insured.party_id, plate=insured.plate))
    record(
        PolicyIssued(
            number=policy.number,
            product=policy.product,
            handbook_version=policy.handbook_version,
            holder_id=policy.holder_id,
            starts_at=policy.starts_at,
            ends_at=policy.ends_at,
            premium_amount=new.premium_amount,
        ),
        stream=policy.stream,
        by=by,
        at=at,
    )
