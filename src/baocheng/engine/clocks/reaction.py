"""What an event does to a clock. Pure: a run and an event give the entries to add."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from baocheng.engine.clocks.definition import ClockDefinition, Trigger
from baocheng.engine.clocks.enums import ClockState, Mark
from baocheng.engine.clocks.ledger import Entry, Run


class Heard(NamedTuple):
    """A journal event as clocks hear it."""

    type: str
    payload: Mapping[str, Any]
    at: datetime
    id: UUID | None = None

    def fits(self, triggers: tuple[Trigger, ...]) -> bool:
        """Tell whether one of these triggers means this event."""
        return any(trigger.fits(self.type, self.payload) for trigger in triggers)

    def entry(self, mark: Mark, **fields: Any) -> Entry:
        """Return an entry that this event causes."""
        return Entry(mark=mark, at=self.at, event=self.id, type=self.type, **fields)


class Reaction(NamedTuple):
    """What becomes of the run that was, and the run that begins anew, if one does."""

    run: Run | None
    begun: Run | None = None


def react(clock: ClockDefinition, run: Run | None, heard: Heard) -> Reaction:
    """Return the run after the event; a clock that restarts ends its run and begins another.

    A clock that has run once starts again only on `restarts_on`: a second receipt of documents
    does not give the insurer a second thirty days.
    """
    if run is None:
        begun = _begin(clock, Run(), heard)
        return Reaction(begun if begun.ledger else None)
    if run.state is not ClockState.PENDING and heard.fits(clock.restarts_on):
        ended = run if run.stopped_at else run.plus(heard.entry(Mark.STOPPED))
        return Reaction(ended, Run((_start(clock, heard.at, heard),)))
    match run.state:
        case ClockState.STOPPED:
            return Reaction(run)
        case _ if heard.fits(clock.stops_on):
            return Reaction(run.plus(heard.entry(Mark.STOPPED)))
        case ClockState.PENDING:
            return Reaction(_begin(clock, run, heard))
    return Reaction(_go_on(clock, run, heard))


def _begin(clock: ClockDefinition, run: Run, heard: Heard) -> Run:
    """Note the starting conditions that the event meets; with the last of them the clock starts."""
    for number, group in enumerate(clock.starts_on):
        if str(number) not in run.met and heard.fits(group):
            run = run.plus(heard.entry(Mark.MET, label=str(number)))
    if run.ledger and len(run.met) == len(clock.starts_on):
        # 司法解释（二）第十五条: the limit runs from the first receipt of claim and documents,
        # whatever order they came in.
        return run.plus(_start(clock, max(run.met.values()), heard))
    return run


def _start(clock: ClockDefinition, at: datetime, heard: Heard) -> Entry:
    tier = clock.tier(heard.payload)
    return replace(heard.entry(Mark.STARTED, limit=tier.limit, label=tier.name), at=at)


def _go_on(clock: ClockDefinition, run: Run, heard: Heard) -> Run:
    if heard.fits(clock.changes_on):
        tier = clock.tier(heard.payload)
        if tier.limit != run.limit:
            run = run.plus(heard.entry(Mark.LIMIT_CHANGED, limit=tier.limit, label=tier.name))
    ends = tuple(label for label in run.open_pauses if _ends(clock, label, heard))
    if ends:
        run = run.plus(heard.entry(Mark.RESUMED, ends=ends))
    return run.plus(*_pauses(clock, run, heard))


def _ends(clock: ClockDefinition, label: str, heard: Heard) -> bool:
    return heard.fits(clock.pauses_on[int(label)].until or clock.resumes_on)


def _pauses(clock: ClockDefinition, run: Run, heard: Heard) -> Iterator[Entry]:
    for number, pause in enumerate(clock.pauses_on):
        if str(number) not in run.open_pauses and heard.fits((pause,)):
            yield heard.entry(Mark.PAUSED, label=str(number), ball_with=pause.ball_with)
