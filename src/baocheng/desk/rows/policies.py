"""Policies (保单)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from baocheng.desk.rows.work import ClaimRow, Filter
from baocheng.ui.components import Badge, Field, Notice, Pair


@dataclass(frozen=True, kw_only=True)
class PolicyRow:
    """One policy of a search."""

    url: str
    number: str
    product: str
    holder: str
    from_on: date
    until_on: date
    state: Badge


@dataclass(frozen=True, kw_only=True)
class PoliciesPage:
    """保单: search and list."""

    query: str
    rows: Sequence[PolicyRow]
    filters: Sequence[Filter] = ()
    more: str = ""
    is_filtered: bool = False


@dataclass(frozen=True, kw_only=True)
class CoverageLine:
    """One coverage of a policy with the amounts it chose; `is_later` was not known then."""

    name: str
    amounts: Sequence[Pair] = ()
    is_later: bool = False


@dataclass(frozen=True, kw_only=True)
class TransactionRow:
    """One immutable transaction of a policy, with both of its times."""

    sequence: int
    kind: Badge
    effective_at: datetime
    recorded_at: datetime
    summary: str
    premium: Decimal | None = None
    is_in_view: bool = True


@dataclass(frozen=True, kw_only=True)
class PolicyPage:
    """A policy as it stood at one moment, as known at another."""

    number: str
    product: str
    state: Badge
    facts: Sequence[Pair]
    coverages: Sequence[CoverageLine]
    accumulators: Sequence[Pair]
    transactions: Sequence[TransactionRow]
    claims: Sequence[ClaimRow]
    effective: Field
    known: Field
    report_url: str = ""
    is_present: bool = True
    notice: Notice | None = None
