"""Read policies: what covers what, when, as known when."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from baocheng.areas.organisation.permissions import is_within
from baocheng.areas.policies import permissions
from baocheng.areas.policies.bitemporal import Cover, Terms
from baocheng.areas.policies.models import Accumulator, Policy, PolicyTransaction
from baocheng.engine.streams import Actor
from baocheng.kernel.identifiers.spelling import compact
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import NotFound, NotPermitted

Moment = tuple[UUID, datetime, datetime]
"""A policy, a moment, and the moment as of which its transactions are known."""

# For each question: the uppermost known transaction that covers the moment, and when the earliest
# known cancellation ends the term.
_COVERS = """
SELECT asked.place, policy.id, policy.number, policy.branch, policy.product,
       policy.handbook_version, policy.holder_id, top.id, policy.starts_at,
       LEAST(policy.ends_at, cancelled.at), policy.insured_since, top.terms
FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[])
     WITH ORDINALITY AS asked(policy_id, effective, known, place)
JOIN policies_policy AS policy ON policy.id = asked.policy_id
JOIN LATERAL (
    SELECT id, kind, terms FROM policies_transaction
    WHERE policy_id = asked.policy_id AND recorded_at <= asked.known
      AND starts_at <= asked.effective AND asked.effective < ends_at
    ORDER BY sequence DESC LIMIT 1
) AS top ON top.kind <> 'CANCEL'
LEFT JOIN LATERAL (
    SELECT min(starts_at) AS at FROM policies_transaction
    WHERE policy_id = asked.policy_id AND recorded_at <= asked.known AND kind = 'CANCEL'
) AS cancelled ON true
"""


class PolicyRef(NamedTuple):
    """What other areas keep of a policy."""

    id: UUID
    number: str
    branch: str
    product: str
    handbook_version: int
    holder_id: UUID


def cover_at(policy_id: UUID, *, effective: datetime, known: datetime) -> Cover | None:
    """Return what the policy covers at `effective`, as known at `known`; None where nothing."""
    asked = (policy_id, effective, known)
    return covers_at([asked]).get(asked)


def covers_at(asked: Sequence[Moment]) -> Mapping[Moment, Cover]:
    """Answer `cover_at` for many questions in one statement; nothing covered is left out."""
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_COVERS, [list(column) for column in zip(*asked, strict=True)])
        rows = cursor.fetchall()
    covers: dict[Moment, Cover] = {}
    for place, *values, terms in rows:
        fields = zip(_COVER_FIELDS, values, strict=True)
        covers[asked[place - 1]] = Cover(**dict(fields), terms=Terms.from_json(json.loads(terms)))
    return covers


_COVER_FIELDS = (
    "policy_id",
    "number",
    "branch",
    "product",
    "handbook_version",
    "holder_id",
    "transaction_id",
    "starts_at",
    "ends_at",
    "insured_since",
)


def find_by_numbers(numbers: Collection[str]) -> Mapping[str, PolicyRef]:
    """Return the policies with these numbers by number; unknown ones are left out."""
    if not numbers:
        return {}
    rows = Policy.objects.filter(number__in=numbers).values_list(*PolicyRef._fields)
    return {row[1]: PolicyRef(*row) for row in rows}


def find_by_insured(party_id: UUID) -> Sequence[PolicyRef]:
    """Return the policies that insure a person or once did, newest first."""
    return _refs(Policy.objects.filter(insuredobject__party_id=party_id).distinct())


def find_by_plate(plate: str) -> Sequence[PolicyRef]:
    """Return the policies that insure a vehicle or once did, newest first."""
    return _refs(Policy.objects.filter(insuredobject__plate=compact(plate)).distinct())


def _refs(policies: QuerySet[Policy]) -> Sequence[PolicyRef]:
    rows = policies.order_by("-id").values_list(*PolicyRef._fields)
    return [PolicyRef(*row) for row in rows]


def get_policy_for(actor: Actor, number: str) -> Policy:
    """Return the policy with this number, for somebody who may see it.

    Raises:
        NotFound: there is none, or `actor` may not know of it.
    """
    policy = Policy.objects.filter(number=number).first()
    may_see = actor.may(permissions.READ)
    if policy is None or not may_see or not is_within(policy.branch, actor.branch):
        raise NotFound("number")
    return policy


def list_policies_for(actor: Actor) -> QuerySet[Policy]:
    """Return the policies that `actor` may see, newest first.

    Raises:
        NotPermitted: they may see none at all.
    """
    if not actor.may(permissions.READ):
        raise NotPermitted
    scope = Q(branch=actor.branch) | Q(branch__startswith=f"{actor.branch}/")
    return Policy.objects.filter(scope).order_by("-id")


def transactions_of(policy_id: UUID) -> Sequence[PolicyTransaction]:
    """Return the transactions of a policy, oldest first."""
    return list(PolicyTransaction.objects.filter(policy=policy_id).order_by("sequence"))


def changes_after(policy_id: UUID, known: datetime) -> Sequence[PolicyTransaction]:
    """Return what became known of a policy after `known`, oldest first."""
    rows = PolicyTransaction.objects.filter(policy=policy_id, recorded_at__gt=known)
    return list(rows.order_by("sequence"))


def accumulators_of(policy_id: UUID) -> Sequence[Accumulator]:
    """Return the running totals of a policy that are not zero, by name and period."""
    rows = Accumulator.objects.filter(policy=policy_id, used_amount__gt=ZERO)
    return list(rows.order_by("name", "period", "insured"))


def find_by_sources(sources: Collection[str]) -> Mapping[str, PolicyRef]:
    """Return the policies that were imported from these rows, by source; others are left out."""
    rows = Policy.objects.filter(source__in=sources)
    return {row[0]: PolicyRef(*row[1:]) for row in rows.values_list("source", *PolicyRef._fields)}
