"""A clock's ledger: everything that happened to it, and what follows from that alone.

The ledger is the only state a clock has. Replaying the same entries gives the same clock, and an
entry is never taken back: a breach, once written, stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from baocheng.engine.clocks.enums import ClockState, LimitUnit, Mark
from baocheng.engine.clocks.limits import Limit
from baocheng.engine.work.enums import Party


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened to a clock at the business time `at`.

    `event` is the journal event behind it and `type` its type. `label` says which starting
    condition was met, which pause began (by the type of its event) or which warning fired; `ends`
    names the pauses that a resumption ends.
    """

    mark: Mark
    at: datetime
    event: UUID | None = None
    type: str = ""
    label: str = ""
    ball_with: Party | None = None
    limit: Limit | None = None
    ends: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the entry as the database keeps it, empty fields left out."""
        kept = {
            "mark": self.mark.value,
            "at": self.at.isoformat(),
            "event": str(self.event) if self.event else None,
            "type": self.type,
            "label": self.label,
            "ball_with": self.ball_with.value if self.ball_with else None,
            "limit": [self.limit.length, self.limit.unit.value] if self.limit else None,
            "ends": list(self.ends),
        }
        return {name: value for name, value in kept.items() if value}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Entry":
        """Return the entry that `to_json` kept."""
        limit = kept.get("limit")
        return cls(
            mark=Mark(kept["mark"]),
            at=datetime.fromisoformat(kept["at"]),
            event=UUID(kept["event"]) if "event" in kept else None,
            type=kept.get("type", ""),
            label=kept.get("label", ""),
            ball_with=Party(kept["ball_with"]) if "ball_with" in kept else None,
            limit=Limit(limit[0], LimitUnit(limit[1])) if limit else None,
            ends=tuple(kept.get("ends", ())),
        )


class Pause(NamedTuple):
    """A time that does not count; `until` is None while it lasts."""

    since: datetime
    until: datetime | None
    ball_with: Party
    type: str


@dataclass(frozen=True)
class Run:
    """One run of a clock, as its ledger tells it."""

    ledger: tuple[Entry, ...] = ()

    @classmethod
    def from_json(cls, kept: Iterable[Mapping[str, Any]]) -> "Run":
        """Return the run with the ledger that `to_json` kept."""
        return cls(tuple(Entry.from_json(entry) for entry in kept))

    def to_json(self) -> list[dict[str, Any]]:
        """Return the ledger as the database keeps it."""
        return [entry.to_json() for entry in self.ledger]

    def plus(self, *entries: Entry) -> "Run":
        """Return the run after these entries, itself where there are none."""
        return Run((*self.ledger, *entries)) if entries else self

    @cached_property
    def state(self) -> ClockState:
        if self.stopped_at is not None:
            return ClockState.STOPPED
        if self.started_at is None:
            return ClockState.PENDING
        return ClockState.PAUSED if self.open_pauses else ClockState.RUNNING

    @cached_property
    def started_at(self) -> datetime | None:
        return self._first(Mark.STARTED)

    @cached_property
    def stopped_at(self) -> datetime | None:
        return self._first(Mark.STOPPED)

    @cached_property
    def breached_at(self) -> datetime | None:
        return self._first(Mark.BREACHED)

    def _first(self, mark: Mark) -> datetime | None:
        return next((entry.at for entry in self.ledger if entry.mark is mark), None)

    @cached_property
    def limit(self) -> Limit | None:
        """The limit in force: the last one set."""
        return next((entry.limit for entry in reversed(self.ledger) if entry.limit), None)

    @cached_property
    def tier(self) -> str:
        """The name of the tier whose limit is in force."""
        return next((entry.label for entry in reversed(self.ledger) if entry.limit), "")

    @cached_property
    def met(self) -> Mapping[str, datetime]:
        """The starting conditions met so far, with the time of each."""
        return {entry.label: entry.at for entry in self.ledger if entry.mark is Mark.MET}

    @property
    def is_opened(self) -> bool:
        """Tell whether the clock concerns this stream: the first starting condition was met.

        What meets only a later one may belong to a stream that the clock is not for.
        """
        return self.started_at is not None or (self.stopped_at is None and "0" in self.met)

    @cached_property
    def warned(self) -> frozenset[str]:
        """The warnings that fired under the limit in force."""
        fired: set[str] = set()
        for entry in self.ledger:
            if entry.mark is Mark.WARNED:
                fired.add(entry.label)
            elif entry.limit:
                # Another limit has other moments to warn at.
                fired.clear()
        return frozenset(fired)

    @cached_property
    def open_pauses(self) -> Mapping[str, Entry]:
        """The pauses that last, by their label; the clock stands still while there is any."""
        lasting: dict[str, Entry] = {}
        for entry in self.ledger:
            if entry.mark is Mark.PAUSED:
                lasting.setdefault(entry.label, entry)
            elif entry.mark is Mark.RESUMED:
                for label in entry.ends:
                    lasting.pop(label, None)
        return lasting

    @cached_property
    def ball_with(self) -> Party:
        """Who has to act: whoever the latest lasting pause waits for, else we."""
        latest = list(self.open_pauses.values())[-1:]
        return latest[0].ball_with or Party.US if latest else Party.US

    @cached_property
    def pauses(self) -> tuple[Pause, ...]:
        """The times that do not count, in order and without overlap.

        Pauses that overlap are one: it ends with the last of them. Times recorded late are cut to
        what comes after the start and after the pause before.
        """
        found: list[Pause] = []
        lasting: dict[str, Entry] = {}
        begun: Entry | None = None
        for entry in self.ledger:
            if entry.mark is Mark.PAUSED:
                begun = begun or entry
                lasting.setdefault(entry.label, entry)
            elif entry.mark is Mark.RESUMED:
                for label in entry.ends:
                    lasting.pop(label, None)
            elif entry.mark is not Mark.STOPPED:
                continue
            if begun and (not lasting or entry.mark is Mark.STOPPED):
                found.append(self._pause(begun, entry.at, found))
                lasting.clear()
                begun = None
        if begun:
            found.append(self._pause(begun, None, found))
        return tuple(found)

    def _pause(self, begun: Entry, until: datetime | None, before: list[Pause]) -> Pause:
        assert self.started_at is not None, "only a clock that runs is paused"
        since = max(begun.at, self.started_at)
        if before and before[-1].until:
            since = max(since, before[-1].until)
        ended = until if until is None else max(until, since)
        return Pause(since, ended, begun.ball_with or Party.US, begun.type)
