"""What a policy covers at a moment, as known at a moment. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from baocheng.areas.policies.enums import TransactionKind
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.engine.journal.events import to_json
from baocheng.kernel.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Insured:
    """Who or what is insured (被保险人, 被保险机动车)."""

    party_id: UUID
    name: str
    has_social_insurance: bool = False
    plate: str = ""

    @property
    def key(self) -> str:
        """What tells it from the other insureds of a policy: its plate, else the person."""
        return self.plate or str(self.party_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed for a time: the insured, the coverages with their amounts, the premium."""

    insureds: tuple[Insured, ...]
    covers: tuple[CoverageTerms, ...]
    premium_amount: Decimal = ZERO

    def as_json(self) -> dict[str, Any]:
        """Return the terms as they are stored."""
        return {
            "insureds": [
                {
                    "party_id": str(each.party_id),
                    "name": each.name,
                    "has_social_insurance": each.has_social_insurance,
                    "plate": each.plate,
                }
                for each in self.insureds
            ],
            "covers": [
                {"coverage": each.coverage, "amounts": to_json(each.amounts)}
                for each in self.covers
            ],
            "premium_amount": str(self.premium_amount),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Terms":
        """Read the terms back."""
        return cls(
            insureds=tuple(
                Insured(**{**each, "party_id": UUID(each["party_id"])})
                for each in stored["insureds"]
            ),
            covers=tuple(
                CoverageTerms(
                    coverage=each["coverage"],
                    amounts={name: Decimal(amount) for name, amount in each["amounts"].items()},
                )
                for each in stored["covers"]
            ),
            premium_amount=Decimal(stored["premium_amount"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChange:
    """What an endorsement changes; None as a value takes the insured or coverage away.

    Insureds are named by `Insured.key`, coverages by the product's key. Everything that
    is not named stays as it is at each moment.
    """

    insureds: Mapping[str, Insured | None] = field(default_factory=dict)
    covers: Mapping[str, CoverageTerms | None] = field(default_factory=dict)
    premium_amount: Decimal | None = None

    def applied_to(self, terms: Terms) -> Terms:
        """Return `terms` with the change made."""
        insureds = {each.key: each for each in terms.insureds} | dict(self.insureds)
        covers = {each.coverage: each for each in terms.covers} | dict(self.covers)
        changed = replace(
            terms,
            insureds=tuple(each for each in insureds.values() if each is not None),
            covers=tuple(each for each in covers.values() if each is not None),
        )
        if self.premium_amount is not None:
            changed = replace(changed, premium_amount=self.premium_amount)
        return changed

    def touched(self, terms: Terms) -> tuple[object, ...]:
        """Return what `terms` say now of everything that the change names."""
        insureds = {each.key: each for each in terms.insureds}
        covers = {each.coverage: each for each in terms.covers}
        return (
            *(insureds.get(key) for key in self.insureds),
            *(covers.get(coverage) for coverage in self.covers),
            None if self.premium_amount is None else terms.premium_amount,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What a policy covers at a moment, as known at a moment.

    `starts_at` up to, not including, `ends_at` is the term, shortened by a cancellation known by
    then; `insured_since` is when unbroken cover began, maybe under an earlier policy.
    """

    policy_id: UUID
    number: str
    branch: str
    product: str
    handbook_version: int
    holder_id: UUID
    transaction_id: UUID
    starts_at: datetime
    ends_at: datetime
    insured_since: datetime
    terms: Terms

    @property
    def insureds(self) -> tuple[Insured, ...]:
        return self.terms.insureds

    @property
    def covers(self) -> tuple[CoverageTerms, ...]:
        return self.terms.covers


class Layer(NamedTuple):
    """A transaction as far as resolving needs it; later layers lie on top."""

    kind: TransactionKind
    starts_at: datetime
    ends_at: datetime
    terms: Terms


class Slice(NamedTuple):
    """A stretch of time with the same terms; None where nothing is covered."""

    starts_at: datetime
    ends_at: datetime
    terms: Terms | None


def slices(layers: Sequence[Layer], starts_at: datetime, ends_at: datetime) -> Iterator[Slice]:
    """Yield the time from `starts_at` to `ends_at` cut wherever the terms change."""
    edges = {starts_at, ends_at}
    for layer in layers:
        edges.update(at for at in (layer.starts_at, layer.ends_at) if starts_at < at < ends_at)
    moments = sorted(edges)
    for start, end in pairwise(moments):
        yield Slice(start, end, terms_at(layers, start))


def terms_at(layers: Sequence[Layer], at: datetime) -> Terms | None:
    """Return what the uppermost layer at this moment says, None where nothing is covered."""
    for layer in reversed(layers):
        if layer.starts_at <= at < layer.ends_at:
            return None if layer.kind is TransactionKind.CANCEL else layer.terms
    return None
