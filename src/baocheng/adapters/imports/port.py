"""What a source of imported business must be able to do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from baocheng.engine.streams import Actor
from baocheng.kernel.problems import Problem

Totals = Mapping[str, Decimal | int]
"""Figures by their name: a `Decimal` is an amount in yuan, an `int` a number of things."""


class Row(Protocol):
    """A row of a source: what one policy or one claim is made from."""

    @property
    def key(self) -> str:
        """Name the row within its source; the same key is never taken twice."""


AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass(frozen=True, kw_only=True)
class Crew:
    """The two who carry an import out: what one has made, the other checks (四眼)."""

    handler: Actor
    reviewer: Actor


class Source(Protocol[AnyRow]):
    """One kind of business in files of another system.

    The runner calls `take` for a batch in one unit, then `finish` in units of its own. Both may be
    called again for rows that a killed run took already: they go on where that one stopped.
    """

    name: str
    title: str

    def count(self, path: Path) -> int:
        """Return the number of rows."""

    def batches(self, path: Path, size: int) -> Iterator[list[AnyRow]]:
        """Yield the rows in a fixed order, `size` at a time."""

    def take(self, rows: Sequence[AnyRow], *, crew: Crew, at: datetime) -> Sequence[Problem | None]:
        """Take rows: None for one that is taken now or was before, else why it is refused."""

    def finish(self, rows: Sequence[AnyRow], *, crew: Crew, at: datetime) -> Mapping[str, Problem]:
        """Carry taken rows to their end; return what stopped those that did not reach it."""

    def file_totals(self, path: Path) -> Totals:
        """Return the control totals of the file, computed apart from how rows are read."""

    def row_totals(self, rows: Sequence[AnyRow]) -> Totals:
        """Return what these rows contribute to the control totals."""

    def system_totals(self, rows: Sequence[AnyRow]) -> Totals:
        """Return what the system holds for these rows, and further figures of its own."""


class ControlTotal(NamedTuple):
    """A figure of the file against the system's; where one of the two is None, for information."""

    name: str
    in_file: Decimal | int | None
    rejected: Decimal | int
    in_system: Decimal | int | None

    @property
    def is_compared(self) -> bool:
        """Tell whether both sides have the figure."""
        return self.in_file is not None and self.in_system is not None

    @property
    def is_balanced(self) -> bool:
        """Tell whether the system holds what the file says, less what was rejected."""
        if self.in_file is None or self.in_system is None:
            return True
        return self.in_file - self.rejected == self.in_system
