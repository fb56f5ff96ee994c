"""The handbook as a book."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.safestring import SafeString

from baocheng.ui.components import Badge, Link, Pair


@dataclass(frozen=True, kw_only=True)
class ContentsEntry:
    """One line of the contents column."""

    label: str
    url: str
    number: str = ""
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class ContentsPart:
    """One part of the contents column: 章节, 流程, 决策表, 时限, 信函, 产品."""

    label: str
    entries: Sequence[ContentsEntry]


@dataclass(frozen=True, kw_only=True)
class Book:
    """What stands beside every page of the handbook."""

    version: str
    contents: Sequence[ContentsPart]
    crumbs: Sequence[Link] = ()


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A small mark of a clause, leading to what executes it; `kind` picks the icon."""

    kind: str
    label: str
    url: str

    @property
    def icon(self) -> str:
        """The icon of the kind."""
        return _ICONS.get(self.kind, "link")


_ICONS = {
    "process": "workflow",
    "decision": "table-2",
    "clock": "timer",
    "letter": "mail",
    "form": "list-checks",
    "product": "package",
    "indicator": "chart-line",
}


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One clause of a chapter: a heading (`level` 2 or 3) or a numbered text with its marks."""

    text: SafeString
    number: str = ""
    level: int = 0
    anchor: str = ""
    marks: Sequence[Mark] = ()


@dataclass(frozen=True, kw_only=True)
class CoverPage:
    """The first page: the chapters and what the handbook runs, in figures."""

    title: str
    chapters: Sequence[ContentsEntry]
    figures: Sequence[Pair]
    versions: Sequence["VersionRow"] = ()


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """One published version."""

    number: str
    url: str
    effective_on: date
    published_at: datetime
    approved_by: str
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class ChapterPage:
    """One chapter."""

    title: str
    number: str
    clauses: Sequence[Clause]
    previous: Link | None = None
    next: Link | None = None


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """One step of a process in the table below its diagram."""

    name: str
    kind: str
    who: str
    leads_to: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class ProcessPage:
    """One process: the diagram and its steps."""

    name: str
    key: str
    diagram: SafeString
    steps: Sequence[StepRow]
    documentation: str = ""


@dataclass(frozen=True, kw_only=True)
class DecisionColumn:
    """One input or output of a decision table."""

    label: str
    name: str
    type: str = ""


@dataclass(frozen=True, kw_only=True)
class DecisionRule:
    """One row of a decision table; `is_matched` when the page explains one decision."""

    number: int
    inputs: Sequence[str]
    outputs: Sequence[str]
    note: str = ""
    is_matched: bool = False


@dataclass(frozen=True, kw_only=True)
class DecisionPage:
    """A decision table as in print."""

    name: str
    key: str
    hit_policy: str
    inputs: Sequence[DecisionColumn]
    outputs: Sequence[DecisionColumn]
    rules: Sequence[DecisionRule]
    question: str = ""


@dataclass(frozen=True, kw_only=True)
class ClockRow:
    """One clock of the handbook."""

    name: str
    key: str
    limit: str
    article: str
    kind: Badge
    starts: str
    pauses: str
    stops: str
    warns: str
    text: str = ""
    breach: str = ""


@dataclass(frozen=True, kw_only=True)
class ClocksPage:
    """时限."""

    rows: Sequence[ClockRow]


@dataclass(frozen=True, kw_only=True)
class LetterPage:
    """A letter template: its text and the values it needs."""

    name: str
    key: str
    source: str
    variables: Sequence[Pair]


@dataclass(frozen=True, kw_only=True)
class CoverageRow:
    """One coverage of a product with its benefit steps in words."""

    name: str
    code: str
    limit: Decimal | None
    steps: Sequence[str]
    exclusions: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class ProductPage:
    """A product as sold."""

    name: str
    key: str
    facts: Sequence[Pair]
    coverages: Sequence[CoverageRow]


@dataclass(frozen=True, kw_only=True)
class FormPage:
    """A form definition as people will meet it."""

    name: str
    key: str
    fields: Sequence[Pair]
    help: str = ""
