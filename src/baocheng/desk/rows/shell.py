"""The frame around every page: who is here, where one can go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from baocheng.ui.components import Link


@dataclass(frozen=True, kw_only=True)
class Destination:
    """One entry of the navigation; `keys` is its shortcut ("g w")."""

    label: str
    url: str
    icon: str
    keys: str
    count: int | None = None
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """One branch that this person may act for."""

    path: str
    name: str
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Shell:
    """The bar and the navigation; `clock_at` is set only where the clock can be moved."""

    name: str
    role: str
    branch: str
    destinations: Sequence[Destination]
    places: Sequence[Place] = ()
    company: str = ""
    clock_at: datetime | None = None
    handbook_version: int | None = None
    can_report: bool = False


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One result of the search: a claim, a policy, a person or a page."""

    label: str
    url: str
    icon: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class HitGroup:
    """Results of one kind."""

    label: str
    hits: Sequence[Hit]


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    """Everything found for what was typed."""

    query: str
    groups: Sequence[HitGroup]


@dataclass(frozen=True, kw_only=True)
class ProblemPage:
    """A refusal or a failure as a page of its own: what happened and what to do next."""

    status: int
    title: str
    message: str
    links: Sequence[Link]
    code: str = ""
