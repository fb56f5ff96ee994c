"""Clock definitions (`*.clock.yaml`): what a handbook says about a time limit."""

import dataclasses
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from baocheng.engine.clocks.arithmetic import Alarm
from baocheng.engine.clocks.enums import ClockKind, LimitUnit
from baocheng.engine.clocks.limits import Limit
from baocheng.engine.decisions.feel import Compiled
from baocheng.engine.journal.events import event_types
from baocheng.engine.publishing.findings import Finding
from baocheng.engine.publishing.handbook import Handbook, nearest
from baocheng.engine.publishing.kinds import SourceFile
from baocheng.engine.work.enums import Party
from baocheng.engine.work.yaml_file import Entry, YamlFile

OWN_EVENTS = "clocks."
_SHARE = re.compile(r"([1-9][0-9]?)%")


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """A type of event, and what must hold of its payload."""

    event: str
    when: Compiled | None = None

    def fits(self, type: str, payload: Mapping[str, Any]) -> bool:
        """Tell whether an event of this type with this payload is meant."""
        return type == self.event and (self.when is None or self.when.is_true(payload))


@dataclass(frozen=True, kw_only=True)
class PauseTrigger(Trigger):
    """What makes the clock stand still, for whom, and until when.

    Without `until` whatever resumes the clock ends the pause. `waits_for` is what people read.
    """

    ball_with: Party
    until: tuple[Trigger, ...] = ()
    waits_for: str = ""


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A limit and when it is the one that holds; one without condition always is."""

    limit: Limit
    when: Compiled | None = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """Where the limit comes from: an article of law, or the company's promise."""

    source: str
    article: str = ""
    text: str = ""

    def __str__(self) -> str:
        return f"{self.source}{self.article}"


@dataclass(frozen=True, kw_only=True)
class ClockDefinition:
    """One clock of the handbook.

    `starts_on` is a list of conditions that must all have been met, each by any one of its
    triggers; the clock starts at the latest of them, in whatever order they came. The first of
    them is the one that tells whether the clock concerns a stream at all. `drives` are the steps
    whose deadline it is, none meaning every step of the stream.
    """

    key: str
    name: str
    kind: ClockKind
    basis: Basis
    starts_on: tuple[tuple[Trigger, ...], ...]
    pauses_on: tuple[PauseTrigger, ...] = ()
    resumes_on: tuple[Trigger, ...] = ()
    restarts_on: tuple[Trigger, ...] = ()
    stops_on: tuple[Trigger, ...] = ()
    changes_on: tuple[Trigger, ...] = ()
    tiers: tuple[Tier, ...] = ()
    warnings: tuple[Alarm, ...] = ()
    escalate_to: str = ""
    breach: str = ""
    drives: frozenset[str] = frozenset()
    is_once: bool = False
    file: str = ""
    line: int = 0

    def listens_to(self) -> set[str]:
        """Return the types of events that may move this clock."""
        return {trigger.event for trigger in self.triggers()}

    def triggers(self) -> Iterator[Trigger]:
        """Yield everything that may move this clock."""
        for group in self.starts_on:
            yield from group
        for pause in self.pauses_on:
            yield pause
            yield from pause.until
        yield from (*self.resumes_on, *self.restarts_on, *self.stops_on, *self.changes_on)

    def tier(self, payload: Mapping[str, Any]) -> Tier:
        """Return the first tier that holds for this payload; the last one holds for any."""
        fitting = (tier for tier in self.tiers if tier.when is None or tier.when.is_true(payload))
        return next(fitting, self.tiers[-1])


def parse_clocks(source: SourceFile) -> Sequence[ClockDefinition]:
    """Read the clocks of one file.

    Raises:
        Unreadable: with everything that is wrong in the file.
    """
    file = YamlFile(source, "clocks")
    root = file.root()
    clocks = [_clock(entry, source.path) for entry in root.items("clocks", named_by="key")]
    if not clocks:
        root.report("missing_key", "文件里没有时限：缺少“clocks”。")
    file.finish()
    return clocks


def _clock(entry: Entry, path: str) -> ClockDefinition:
    starts_on, changes_on = _starts(entry), _triggers(entry, "changes_on")
    deciding = [trigger.event for group in (*starts_on, changes_on) for trigger in group]
    clock = ClockDefinition(
        key=entry.text("key"),
        name=entry.text("name"),
        kind=entry.code("kind", ClockKind) or ClockKind.BUDGET,
        basis=_basis(entry),
        starts_on=starts_on,
        pauses_on=tuple(_pauses(entry)),
        resumes_on=_triggers(entry, "resumes_on"),
        restarts_on=_triggers(entry, "restarts_on"),
        stops_on=_triggers(entry, "stops_on"),
        changes_on=changes_on,
        tiers=_tiers(entry, deciding),
        warnings=tuple(_warnings(entry)),
        escalate_to=entry.text("escalate_to", ""),
        breach=entry.text("breach", ""),
        drives=frozenset(entry.texts("drives")),
        is_once=entry.flag("once"),
        file=path,
        line=entry.line,
    )
    _report_gaps(entry, clock)
    return clock


def _basis(entry: Entry) -> Basis:
    basis = entry.entry("basis")
    if basis is None:
        entry.report(
            "missing_basis", "缺少依据“basis”：写明法律条文（law、article）或承诺（promise）。"
        )
        return Basis(source="")
    law, promise = basis.text("law", ""), basis.text("promise", "")
    if bool(law) == bool(promise):
        basis.report("missing_basis", "依据应写明 law 或 promise 其中一项。")
    article = basis.text("article", "")
    if law and not article:
        basis.report("missing_basis", "法定时限应写明条款“article”。", "law")
    return Basis(source=law or promise, article=article, text=basis.text("text", ""))


def _starts(entry: Entry) -> tuple[tuple[Trigger, ...], ...]:
    if not entry.is_mapping("starts_on"):
        triggers = _triggers(entry, "starts_on")
        return (triggers,) if triggers else ()
    joint = entry.entry("starts_on")
    assert joint is not None, "a mapping is written there"
    if not joint.has("all_of"):
        return ((_trigger(joint),),)
    # The clock starts at the latest of these.
    return tuple(
        (Trigger(event=_event(joint, one)),) if isinstance(one, str) else _alternatives(one)
        for one in joint.texts_or_items("all_of")
    )


def _alternatives(entry: Entry) -> tuple[Trigger, ...]:
    return _triggers(entry, "any_of") if entry.has("any_of") else (_trigger(entry),)


def _triggers(entry: Entry, key: str) -> tuple[Trigger, ...]:
    return tuple(
        Trigger(event=_event(entry, one, key)) if isinstance(one, str) else _trigger(one)
        for one in entry.texts_or_items(key)
    )


def _trigger(entry: Entry) -> Trigger:
    event = _event(entry, entry.text("event"), "event")
    return Trigger(event=event, when=_condition(entry, [event]))


def _condition(entry: Entry, events: Collection[str]) -> Compiled | None:
    """Return the `when` of an entry, having checked its names against what these events carry."""
    when = entry.expression("when")
    known = {name for event in events for name in payload_names(event)}
    if when is not None and known:
        for name in sorted(when.names):
            entry.require_known("when", name, known, "name")
    return when


def _event(entry: Entry, type: str, key: str = "") -> str:
    entry.require_known(key, type, event_types(), "event")
    if type.startswith(OWN_EVENTS):
        entry.report("own_event", f"时限不能由时限自己的事件“{type}”驱动。", key)
    return type


def payload_names(type: str) -> set[str]:
    """Return the names that the payload of an event type has, none for an unknown type."""
    known = event_types().get(type)
    return set() if known is None else {field.name for field in dataclasses.fields(known)}  # type: ignore[arg-type]


def _pauses(entry: Entry) -> Iterator[PauseTrigger]:
    for item in entry.items("pauses_on"):
        trigger = _trigger(item)
        yield PauseTrigger(
            event=trigger.event,
            when=trigger.when,
            ball_with=item.code("ball_with", Party) or Party.US,
            until=_triggers(item, "until"),
            waits_for=item.text("waits_for", ""),
        )


def _tiers(entry: Entry, events: Collection[str]) -> tuple[Tier, ...]:
    """Read the limit: one for every case, or a list of tiers that ends with one for the rest."""
    if not entry.has("limit"):
        entry.report("missing_key", "缺少“limit”。")
    tiers = [
        Tier(limit=_limit(entry, "limit", one)) if isinstance(one, str) else _tier(one, events)
        for one in entry.texts_or_items("limit")
    ]
    for tier in tiers[:-1]:
        if tier.when is None:
            entry.report("unreachable_tier", "没有条件的一档之后的各档不会用到。", "limit")
    if tiers and tiers[-1].when is not None:
        entry.report("missing_tier", "最后一档不应有条件：其余情形也要有时限。", "limit")
    return tuple(tiers)


def _tier(entry: Entry, events: Collection[str]) -> Tier:
    return Tier(
        when=_condition(entry, events),
        limit=_limit(entry, "limit", entry.text("limit")),
        name=entry.text("name", ""),
    )


def _limit(entry: Entry, key: str, text: str) -> Limit:
    try:
        return Limit.read(text)
    except ValueError:
        sentence = f"“{text}”不是时限：应写作 30 days、5 working days 或 24 hours。"
        entry.report("wrong_limit", sentence, key)
        return Limit(1, LimitUnit.CALENDAR_DAYS)


def _warnings(entry: Entry) -> Iterator[Alarm]:
    for text in entry.texts("warnings"):
        share = _SHARE.fullmatch(text)
        if share:
            yield Alarm(text, share=Decimal(share[1]) / 100)
            continue
        yield Alarm(text, before=_limit(entry, "warnings", text))


def _report_gaps(entry: Entry, clock: ClockDefinition) -> None:
    """Report what would leave the clock running for ever or standing still for ever."""
    if not clock.starts_on:
        entry.report("never_starts", "没有起算事件“starts_on”。")
    if not clock.stops_on:
        entry.report("never_stops", "没有结束事件“stops_on”，时限将永远不会结束。")
    for pause in clock.pauses_on:
        if not pause.until and not clock.resumes_on:
            sentence = f"由“{pause.event}”暂停后没有恢复事件“resumes_on”或“until”。"
            entry.report("never_resumes", sentence, "pauses_on")
    if clock.resumes_on and not clock.pauses_on:
        entry.report("never_pauses", "有恢复事件却没有暂停事件“pauses_on”。", "resumes_on")
    deciding = {name for tier in clock.tiers if tier.when for name in tier.when.names}
    known = {name for trigger in clock.triggers() for name in payload_names(trigger.event)}
    for trigger in clock.changes_on:
        for name in sorted((deciding & known) - payload_names(trigger.event)):
            sentence = f"事件“{trigger.event}”不带“{name}”，无法据此选择时限。"
            entry.report("unknown_name", sentence, "changes_on")
    if clock.kind is ClockKind.STATUTORY and not clock.basis.article:
        entry.report("missing_basis", "法定时限的依据应是法律条文。", "basis")


def check_clock(clock: ClockDefinition, handbook: Handbook) -> Iterable[Finding]:
    """Check what the clock refers to outside its file: the roles it escalates to."""
    roles = handbook.keys("role")
    if clock.escalate_to and roles and clock.escalate_to not in roles:
        hint = nearest(clock.escalate_to, roles) or "。"
        sentence = f"岗位“{clock.escalate_to}”不存在{hint}"
        yield Finding(clock.file, clock.key, "clocks.unknown_role", sentence, clock.line)
