"""A clock under every order of events: the same history always gives the same clock."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from baocheng.engine.clocks.arithmetic import Alarm, count_days, deadline_of, standing
from baocheng.engine.clocks.definition import (
    Basis,
    ClockDefinition,
    PauseTrigger,
    Tier,
    Trigger,
)
from baocheng.engine.clocks.enums import ClockKind, ClockState, Mark
from baocheng.engine.clocks.ledger import Entry, Run
from baocheng.engine.clocks.limits import Limit
from baocheng.engine.clocks.reaction import Heard, react
from baocheng.engine.decisions.feel import compile_expression
from baocheng.engine.work.enums import Party
from baocheng.kernel.calendar import default_calendar
from baocheng.kernel.time import SHANGHAI, business_date

CALENDAR = default_calendar()
NOON = datetime(2025, 9, 26, 12, 0, tzinfo=SHANGHAI)
SIMPLE, COMPLEX = Limit.read("5 working days"), Limit.read("30 days")


def on(event: str) -> tuple[Trigger, ...]:
    return (Trigger(event=event),)


DECISION = ClockDefinition(
    key="claim_decision",
    name="理赔核定",
    kind=ClockKind.STATUTORY,
    basis=Basis(source="保险法", article="第二十三条"),
    starts_on=(
        on("claimed"),
        (Trigger(event="documents", when=compile_expression("complete = true")),),
    ),
    pauses_on=(
        PauseTrigger(event="supplement_asked", ball_with=Party.CUSTOMER),
        PauseTrigger(event="appraisal_begun", ball_with=Party.THIRD_PARTY, until=on("appraised")),
    ),
    resumes_on=on("supplemented"),
    restarts_on=on("reopened"),
    stops_on=on("decided"),
    changes_on=on("triaged"),
    tiers=(
        Tier(limit=COMPLEX, when=compile_expression('track = "complex"'), name="复杂"),
        Tier(limit=SIMPLE),
    ),
    warnings=(Alarm("80%", share=Decimal("0.8")),),
)


def heard(type: str, at: datetime = NOON, **payload: object) -> Heard:
    return Heard(type, payload, at)


def after(*events: Heard) -> Run | None:
    run: Run | None = None
    for event in events:
        was, begun = react(DECISION, run, event)
        run = begun or was
    return run


def test_the_clock_starts_at_the_later_of_claim_and_documents() -> None:
    late = NOON + timedelta(days=3)
    claim, documents = heard("claimed"), heard("documents", late, complete=True)

    pending = after(claim, heard("documents", late, complete=False))
    assert pending is not None
    assert (pending.state, pending.limit) == (ClockState.PENDING, None)
    for run in (after(claim, documents), after(documents, claim)):
        assert run is not None
        assert (run.state, run.started_at, run.limit) == (ClockState.RUNNING, late, SIMPLE)


def test_a_second_receipt_does_not_start_a_second_limit() -> None:
    run = after(heard("claimed"), heard("documents", complete=True))
    late = NOON + timedelta(days=3)

    assert react(DECISION, run, heard("documents", late, complete=True)) == (run, None)
    assert react(DECISION, run, heard("claimed", late)) == (run, None)
    stopped = after(heard("claimed"), heard("documents", complete=True), heard("decided"))
    assert react(DECISION, stopped, heard("documents", late, complete=True)) == (stopped, None)


def test_a_clock_that_stopped_opens_again_with_its_first_condition_unless_once() -> None:
    stopped = after(heard("claimed"), heard("documents", complete=True), heard("decided"))
    was, begun = react(DECISION, stopped, heard("claimed"))

    assert was is stopped
    assert begun is not None
    assert begun.state is ClockState.PENDING
    assert react(replace(DECISION, is_once=True), stopped, heard("claimed")) == (stopped, None)


def test_a_clock_concerns_a_stream_only_once_its_first_condition_is_met() -> None:
    documents = after(heard("documents", complete=True))

    assert documents is not None
    assert not documents.is_opened
    claim = after(heard("claimed"))
    assert claim is not None
    assert claim.is_opened


def test_events_before_the_start_do_nothing_but_a_stop_ends_it() -> None:
    assert after(heard("supplement_asked"), heard("reopened"), heard("decided")) is None
    run = after(heard("claimed"), heard("supplement_asked"), heard("decided"))

    assert run is not None
    assert (run.state, run.started_at) == (ClockState.STOPPED, None)


def test_a_pause_ends_with_its_own_event_only() -> None:
    run = after(
        heard("claimed"),
        heard("documents", complete=True),
        heard("appraisal_begun"),
        heard("supplemented"),
    )

    assert run is not None
    assert (run.state, run.ball_with) == (ClockState.PAUSED, Party.THIRD_PARTY)
    assert react(DECISION, run, heard("appraised")).run.state is ClockState.RUNNING  # type: ignore[union-attr]


def test_a_case_found_complex_before_the_clock_starts_starts_as_complex() -> None:
    triaged = heard("triaged", track="complex")
    run = after(heard("claimed"), triaged, heard("documents", complete=True))

    assert run is not None
    assert (run.state, run.limit, run.tier) == (ClockState.RUNNING, COMPLEX, "复杂")
    begun = react(DECISION, run, heard("reopened")).begun
    assert begun is not None
    assert (begun.limit, begun.tier) == (COMPLEX, "复杂")


def test_restarting_ends_the_run_and_begins_another() -> None:
    run = after(heard("claimed"), heard("documents", complete=True))
    late = NOON + timedelta(days=9)
    was, begun = react(DECISION, run, heard("reopened", late, track="complex"))

    assert was is not None
    assert begun is not None
    assert (was.state, was.stopped_at) == (ClockState.STOPPED, late)
    assert (begun.state, begun.started_at, begun.limit) == (ClockState.RUNNING, late, COMPLEX)


class AnyHistory(RuleBasedStateMachine):
    """Events in any order, at rising business times, with a look for breaches now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.at = NOON
        self.run: Run | None = None
        self.ended: list[Run] = []
        self.history: list[Heard | Entry] = []

    @rule(
        hours=st.integers(0, 150),
        type=st.sampled_from(
            [
                "claimed",
                "documents",
                "supplement_asked",
                "supplemented",
                "appraisal_begun",
                "appraised",
                "triaged",
                "decided",
                "reopened",
            ]
        ),
        complete=st.booleans(),
        track=st.sampled_from(["simple", "complex"]),
    )
    def hear(self, hours: int, type: str, complete: bool, track: str) -> None:
        self.at += timedelta(hours=hours)
        event = heard(type, self.at, complete=complete, track=track)
        before = self.run
        was, begun = react(DECISION, self.run, event)
        if begun is not None and was is not None:
            self.ended.append(was)
        self.run = begun or was
        self.history.append(event)
        if before is not None and before.started_at and type == "triaged" and self.run is not None:
            self._used_time_is_kept(before, self.run)

    @precondition(lambda self: self.run is not None and self.run.state is ClockState.RUNNING)
    @rule()
    def look(self) -> None:
        assert self.run is not None
        now = standing(self.run, DECISION.warnings, CALENDAR)
        for moment, label in now.checks:
            if moment <= self.at:
                mark = Mark.WARNED if label else Mark.BREACHED
                entry = Entry(mark=mark, at=moment, label=label)
                self.run = self.run.plus(entry)
                self.history.append(entry)

    @precondition(lambda self: self.run is not None and self.run.state is ClockState.PAUSED)
    @rule(days=st.integers(1, 40))
    def wait_while_paused(self, days: int) -> None:
        assert self.run is not None
        used = count_days(self.run, business_date(self.at), CALENDAR)
        deadline = deadline_of(self.run, CALENDAR)
        self.at += timedelta(days=days)

        assert count_days(self.run, business_date(self.at), CALENDAR) == used
        assert deadline_of(self.run, CALENDAR) == deadline

    @staticmethod
    def _used_time_is_kept(before: Run, changed: Run) -> None:
        assert changed.started_at == before.started_at
        assert changed.pauses == before.pauses

    @invariant()
    def replaying_gives_the_same_clock(self) -> None:
        run: Run | None = None
        for event in self.history:
            if isinstance(event, Entry):
                assert run is not None
                run = run.plus(event)
            else:
                was, begun = react(DECISION, run, event)
                run = begun or was
        assert run == self.run
        assert run is None or Run.from_json(run.to_json()) == run

    @invariant()
    def a_breach_stays(self) -> None:
        breaches = [entry for entry in self.history if isinstance(entry, Entry) and not entry.label]
        kept = [run for run in [*self.ended, self.run] if run is not None and run.breached_at]
        assert len(kept) == len(breaches)

    @invariant()
    def what_stands_still_has_no_check(self) -> None:
        if self.run is not None and self.run.state is not ClockState.RUNNING:
            assert standing(self.run, DECISION.warnings, CALENDAR).checks == ()

    @invariant()
    def the_deadline_comes_after_the_start_and_pauses_only_move_it_back(self) -> None:
        if self.run is None or self.run.started_at is None or self.run.limit is None:
            return
        deadline = deadline_of(self.run, CALENDAR)
        plain = deadline_of(
            Run((Entry(mark=Mark.STARTED, at=self.run.started_at, limit=self.run.limit),)), CALENDAR
        )
        assert plain is not None
        assert deadline is None or deadline.due_at >= plain.due_at > self.run.started_at


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
