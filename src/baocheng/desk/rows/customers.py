"""Customers (客户)."""

from collections.abc import Sequence
from dataclasses import dataclass

from baocheng.desk.rows.policies import PolicyRow
from baocheng.desk.rows.work import ClaimRow
from baocheng.ui.components import Badge, Entry, Pair


@dataclass(frozen=True, kw_only=True)
class CustomerRow:
    """One person or organisation of a search, masked."""

    url: str
    name: str
    kind: str
    phone: str
    identity: str


@dataclass(frozen=True, kw_only=True)
class CustomersPage:
    """客户: search by name, phone or identity number (exact)."""

    query: str
    rows: Sequence[CustomerRow]
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class Sensitive:
    """One protected field: masked, until somebody gives a reason.

    `hide_url` gives the masked field back; the page asks for it by itself after a minute.
    """

    name: str
    label: str
    shown: str
    reveal_url: str = ""
    hide_url: str = ""
    is_revealed: bool = False


@dataclass(frozen=True, kw_only=True)
class CustomerPage:
    """One customer."""

    name: str
    kind: Badge
    identity_state: Badge
    facts: Sequence[Pair]
    sensitive: Sequence[Sensitive]
    policies: Sequence[PolicyRow]
    claims: Sequence[ClaimRow]
    events: Sequence[Entry] = ()
