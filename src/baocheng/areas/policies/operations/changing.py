"""Change and end policies (批改、解除)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from baocheng.areas.organisation.permissions import require
from baocheng.areas.policies import permissions
from baocheng.areas.policies.bitemporal import Slice, Terms, TermsChange, slices, terms_at
from baocheng.areas.policies.enums import TransactionKind
from baocheng.areas.policies.events import PolicyCancelled, PolicyEndorsed
from baocheng.areas.policies.models import InsuredObject, Policy, PolicyTransaction
from baocheng.areas.policies.operations.issuing import PremiumNegative, spelled, terms_faults
from baocheng.areas.products.queries import get_product
from baocheng.engine.journal.record import record
from baocheng.engine.numbering import next_numbers
from baocheng.engine.streams import Actor
from baocheng.engine.unit import current, refuse_on, unit
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Conflict, NotFound, Problem, Problems
from baocheng.kernel.text import _
from baocheng.kernel.time import SHANGHAI, business_date


class PolicyNotFound(NotFound):
    """No such policy."""

    code = "policies.policy_not_found"
    message = _("没有找到该保单，请核对保单号。")


class NotInForce(Problem):
    """The policy covers nothing at that moment."""

    code = "policies.not_in_force"
    message = _("保单在 {on} 没有有效的保障，不能办理。")


class RecordedBeforePrevious(Problem):
    """What is known already cannot be preceded."""

    code = "policies.recorded_before_previous"
    message = _("办理时间不能早于该保单的上一次办理。")


class LaterChangeStands(Conflict):
    """A change recorded earlier takes effect later and says something else."""

    code = "policies.later_change_stands"
    message = _("同一内容自 {on} 起已有生效的批改，请先确定本次批改的止期。")


class NothingChanges(Problem):
    """The endorsement leaves everything as it is."""

    code = "policies.nothing_changes"
    message = _("批改内容与现行内容相同，无需批改。")


refuse_on("policies_transaction_order", Conflict)


def endorse_policy(
    *,
    policy_id: UUID,
    change: TermsChange,
    starts_at: datetime,
    ends_at: datetime | None = None,
    reason: str,
    by: Actor,
    at: datetime,
) -> Sequence[PolicyTransaction]:
    """Change a policy from `starts_at` on, by default to the end of its term; known since `at`.

    The change is made to the terms of each moment, so an endorsement that takes effect before
    one recorded earlier keeps what that one changed. It becomes one transaction for each stretch
    of time with terms of its own.

    Raises:
        NotInForce: nothing is covered in that time.
        LaterChangeStands: a later effect changes the same thing otherwise; give `ends_at`.
        Problem, Problems: the product does not offer the new terms.
    """
    with unit():
        policy, rows = _open(policy_id, permissions.ENDORSE, by, at)
        layers = [row.layer() for row in rows]
        until = min(ends_at or policy.ends_at, policy.ends_at)
        covered = [each for each in slices(layers, starts_at, until) if each.terms is not None]
        if not covered or terms_at(layers, starts_at) is None:
            raise NotInForce("starts_at", on=_day(starts_at))
        _refuse_unfit(policy, change, covered)
        changed = list(_changed(change, covered))
        added = _stack(TransactionKind.ENDORSE, changed, onto=rows[-1], reason=reason, by=by, at=at)
        _find_by(policy, change)
        record(
            PolicyEndorsed(
                number=policy.number,
                endorsement=added[0].endorsement,
                starts_at=starts_at,
                ends_at=until,
                premium_amount=_premium(changed[-1]),
                reason=reason,
            ),
            stream=policy.stream,
            by=by,
            at=at,
        )
    return added


def cancel_policy(
    *,
    policy_id: UUID,
    cancelled_at: datetime,
    refund_amount: Decimal,
    reason: str,
    by: Actor,
    at: datetime,
) -> PolicyTransaction:
    """End a policy at `cancelled_at`, before its term is over; known since `at`.

    Raises:
        NotInForce: nothing is covered at that moment.
        PremiumNegative: the refund is negative.
    """
    if refund_amount < 0:
        raise PremiumNegative("refund_amount")
    with unit():
        policy, rows = _open(policy_id, permissions.CANCEL, by, at)
        if terms_at([row.layer() for row in rows], cancelled_at) is None:
            raise NotInForce("cancelled_at", on=_day(cancelled_at))
        rest = Slice(cancelled_at, policy.ends_at, Terms(insureds=(), covers=()))
        (added,) = _stack(
            TransactionKind.CANCEL, [rest], onto=rows[-1], reason=reason, by=by, at=at
        )
        record(
            PolicyCancelled(
                number=policy.number,
                endorsement=added.endorsement,
                cancelled_at=cancelled_at,
                refund_amount=refund_amount,
                reason=reason,
            ),
            stream=policy.stream,
            by=by,
            at=at,
        )
    return added


def _open(
    policy_id: UUID, permission: str, by: Actor, at: datetime
) -> tuple[Policy, list[PolicyTransaction]]:
    """Return the policy, locked against other changes, with its transactions."""
    current().flush()
    policy = Policy.objects.select_for_update().filter(pk=policy_id).first()
    if policy is None:
        raise PolicyNotFound("policy")
    require(by, permission, branch=policy.branch)
    rows = list(policy.transactions.order_by("sequence"))
    if at < rows[-1].recorded_at:
        raise RecordedBeforePrevious("at")
    return policy, rows


def _refuse_unfit(policy: Policy, change: TermsChange, covered: Sequence[Slice]) -> None:
    first, *later = (each for each in covered if each.terms is not None)
    assert first.terms is not None
    said = change.touched(first.terms)
    for each in later:
        if each.terms is not None and change.touched(each.terms) != said:
            raise LaterChangeStands("ends_at", on=_day(each.starts_at))
    if change.applied_to(first.terms) == first.terms:
        raise NothingChanges("change")
    product = get_product(policy.product, version=policy.handbook_version)
    problems: list[Problem] = []
    if change.premium_amount is not None and change.premium_amount < 0:
        problems.append(PremiumNegative("premium_amount"))
    for each in covered:
        assert each.terms is not None
        terms = change.applied_to(each.terms)
        problems += terms_faults(product, terms.insureds, terms.covers)
    if problems:
        raise Problems(problems) if len(problems) > 1 else problems[0]


def _changed(change: TermsChange, covered: Sequence[Slice]) -> Iterator[Slice]:
    """Yield the changed stretches, neighbours with the same terms as one."""
    waiting: Slice | None = None
    for each in covered:
        assert each.terms is not None
        terms = change.applied_to(each.terms)
        if waiting and waiting.terms == terms and waiting.ends_at == each.starts_at:
            waiting = waiting._replace(ends_at=each.ends_at)
            continue
        if waiting:
            yield waiting
        waiting = Slice(each.starts_at, each.ends_at, terms)
    if waiting:
        yield waiting


def _stack(
    kind: TransactionKind,
    stretches: Sequence[Slice],
    *,
    onto: PolicyTransaction,
    reason: str,
    by: Actor,
    at: datetime,
) -> list[PolicyTransaction]:
    """Add a transaction for each stretch on top of the latest one, under one number."""
    code = onto.policy.branch.rpartition("/")[2]
    (number,) = next_numbers("E", branch=code, on=business_date(at))
    added = []
    for sequence, each in enumerate(stretches, start=onto.sequence + 1):
        assert each.terms is not None
        row = PolicyTransaction(
            policy=onto.policy,
            sequence=sequence,
            kind=kind,
            endorsement=number,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            recorded_at=at,
            recorded_by=by.id,
            terms=each.terms.as_json(),
            reason=reason,
        )
        current().add(row)
        added.append(row)
    return added


def _find_by(policy: Policy, change: TermsChange) -> None:
    """Let the policy be found by insureds that came with the change."""
    found = InsuredObject.objects.filter(policy=policy).values_list("party_id", "plate")
    known = set(found)
    for insured in filter(None, change.insureds.values()):
        key = (insured.party_id, spelled(insured).plate)
        if key not in known:
            current().add(InsuredObject(policy=policy, party_id=key[0], plate=key[1]))


def _premium(last: Slice) -> Decimal:
    return last.terms.premium_amount if last.terms else ZERO


def _day(at: datetime) -> str:
    return at.astimezone(SHANGHAI).date().isoformat()
