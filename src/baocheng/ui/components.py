"""What the components show: plain frozen values that views prepare and templates only arrange.

Texts in them are already translated; amounts, days and moments stay typed, because the component
decides how they are written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Tone(StrEnum):
    """How a state is meant; each tone has a colour, a shape and the word beside it."""

    ON_TIME = "on-time"
    SOON = "soon"
    LATE = "late"
    PAUSED = "paused"
    DONE = "done"
    PLAIN = "plain"


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A state in a word."""

    label: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, kw_only=True)
class Link:
    """A way to somewhere else."""

    label: str
    url: str
    icon: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One line of a key-value list; `url` makes the value a link, `note` stands under it.

    `is_later` marks what changed after the moment that the page looks at.
    """

    label: str
    value: str | Decimal | date | datetime | None
    url: str = ""
    note: str = ""
    is_later: bool = False


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One tab; each has an address of its own."""

    key: str
    label: str
    url: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What went wrong or deserves attention, in words, with what to do next."""

    message: str
    tone: Tone = Tone.LATE
    title: str = ""
    points: Sequence[str] = ()
    links: Sequence[Link] = ()
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class ClockMark:
    """A clock as one short phrase in a list ("剩 3 小时"), with its deadline."""

    tone: Tone
    label: str
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ClockStep:
    """One line of the arithmetic of a deadline ("9月27日 周六", "休息日，计入")."""

    label: str
    text: str
    is_counted: bool = True


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One clock of a case's stack; `used` is the share of the limit already consumed (0 to 100)."""

    name: str
    mark: ClockMark
    limit: str
    article: str
    article_url: str = ""
    used: int = 0
    ball: str = ""
    waits_for: str = ""
    started_at: datetime | None = None
    is_provisional: bool = False
    arithmetic: Sequence[ClockStep] = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event of a timeline as a sentence."""

    at: datetime
    sentence: str
    actor: str = ""
    icon: str = "dot"
    tone: Tone = Tone.PLAIN
    detail: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One option of a choice field."""

    value: str
    label: str
    is_chosen: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a lines field; `kind` is text, amount, number, date or choice."""

    name: str
    label: str
    kind: str = "text"
    choices: Sequence[Choice] = ()
    is_required: bool = False


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One entered cell of a lines field, with the problem that concerns it."""

    column: Column
    value: str = ""
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class File:
    """One file of a file field: accepted, or refused with the reason."""

    name: str
    size: str = ""
    url: str = ""
    problem: str = ""
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of a checklist field."""

    value: str
    label: str
    is_checked: bool = False
    note: str = ""
    files: Sequence[File] = ()


@dataclass(frozen=True, kw_only=True)
class Field:
    """One question of a form.

    `kind` names the control: text, textarea, amount, number, date, datetime, choice, radio,
    checkboxes, boolean, file, checklist, lines, password or hidden. `suggestion` is what a
    decision or a recognition proposes, `suggestion_url` the place that explains it.
    `is_single` takes one file, which `help` describes.
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    help: str = ""
    problem: str = ""
    placeholder: str = ""
    unit: str = ""
    suggestion: str = ""
    suggestion_url: str = ""
    upload_url: str = ""
    autocomplete: str = ""
    is_required: bool = False
    is_read_only: bool = False
    is_wide: bool = False
    is_single: bool = False
    choices: Sequence[Choice] = ()
    items: Sequence[Item] = ()
    files: Sequence[File] = ()
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell]] = ()

    @property
    def control(self) -> str:
        """The template of the control."""
        kind = "radio" if self.kind == "boolean" else self.kind
        return f"ui/controls/{kind}.html"

    @property
    def is_group(self) -> bool:
        """Whether several inputs share the label, so that they need a fieldset."""
        return self.kind in {"radio", "checkboxes", "checklist", "lines", "boolean"}


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a form under one heading."""

    fields: Sequence[Field]
    title: str = ""
    help: str = ""


@dataclass(frozen=True, kw_only=True)
class Submit:
    """A button that sends the form, with the name and value that tell the server which."""

    label: str
    name: str = ""
    value: str = ""
    kind: str = "primary"
    confirm: str = ""


@dataclass(frozen=True, kw_only=True)
class Form:
    """A whole form. With `draft_url` what is typed is saved there by itself.

    With `target` the answer goes into that element instead of making a new page.
    """

    action: str
    sections: Sequence[Section]
    submits: Sequence[Submit]
    id: str = "form"
    problems: Sequence[str] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)
    draft_url: str = ""
    is_draft: bool = False
    is_upload: bool = False
    target: str = ""
