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
    """Return the run after the event, and the run that begins anew where one does.

    What starts a clock is heard once: while it runs, a second receipt of documents does not give
    the insurer a second limit. A clock that has stopped may start again, unless it runs but once.
    """
    if run is None:
        begun = _begin(clock, Run(), heard)
        return Reaction(begun if begun.ledger else None)
    if run.started_at and heard.fits(clock.restarts_on):
        ended = run if run.stopped_at else run.plus(heard.entry(Mark.STOPPED))
        return Reaction(ended, Run((_start(clock, run, heard.at, heard),)))
    match run.state:
        case ClockState.STOPPED:
            return Reaction(run, _begin_again(clock, heard))
        case _ if heard.fits(clock.stops_on):
            return Reaction(run.plus(heard.entry(Mark.STOPPED)))
        case ClockState.PENDING:
            return Reaction(_begin(clock, _change(clock, run, heard), heard))
    return Reaction(_go_on(clock, _change(clock, run, heard), heard))


def _begin_again(clock: ClockDefinition, heard: Heard) -> Run | None:
    """Return a run after one that stopped: it takes the first condition to open another."""
    begun = _begin(clock, Run(), heard)
    return begun if begun.is_opened and not clock.is_once else None


def _begin(clock: ClockDefinition, run: Run, heard: Heard) -> Run:
    """Note the starting conditions that the event meets; with the last of them the clock starts."""
    for number, group in enumerate(clock.starts_on):
        if str(number) not in run.met and heard.fits(group):
            run = run.plus(heard.entry(Mark.MET, label=str(number)))
    if run.ledger and len(run.met) == len(clock.starts_on):
        # 司法解释（二）第十五条: the limit runs from the first receipt of claim and documents,
        # whatever order they came in.
        return run.plus(_start(clock, run, max(run.met.values()), heard))
    return run


def _start(clock: ClockDefinition, run: Run, at: datetime, heard: Heard) -> Entry:
    """Return the start, under the tier that this event names, else the one already known."""
    tier = clock.tier(heard.payload)
    limit, label = tier.limit, tier.name
    if tier.when is None and run.limit is not None:
        limit, label = run.limit, run.tier
    return replace(heard.entry(Mark.STARTED, limit=limit, label=label), at=at)


def _change(clock: ClockDefinition, run: Run, heard: Heard) -> Run:
    """Change the limit where the event says so; before the start it is only noted."""
    if not heard.fits(clock.changes_on):
        return run
    tier = clock.tier(heard.payload)
    if tier.limit == run.limit:
        return run
    return run.plus(heard.entry(Mark.LIMIT_CHANGED, limit=tier.limit, label=tier.name))


def _go_on(clock: ClockDefinition, run: Run, heard: Heard) -> Run:
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
