"""Turn what the engine says of clocks, turns and states into what the components show."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from baocheng.engine.clocks.enums import ClockState
from baocheng.engine.clocks.queries import ClockView
from baocheng.engine.publishing import phrases
from baocheng.engine.work.enums import Party
from baocheng.kernel.time import business_date, now
from baocheng.ui.components import Badge, Clock, ClockMark, ClockStep, Tone

_SOON_HOURS = 24
COMMA, SEMICOLON, COLON = gettext_noop("、"), gettext_noop("；"), gettext_noop("：")


def in_language(text: str) -> str:
    """Return a text of the handbook in the reader's language, in the words in force now."""
    return phrases.in_language(text, at=now())


def joined(parts: Iterable[str], between: str = COMMA) -> str:
    """Join parts with the punctuation of the reader's language."""
    return _(between).join(parts)


def bracketed(text: str, note: str, after: str = "") -> str:
    """Put a note in the brackets of the reader's language, between two texts."""
    return _("{text}（{note}）{after}").format(text=text, note=note, after=after).rstrip()


def tone_of(clock: ClockView) -> Tone:
    """Return how a clock stands, as a tone."""
    if clock.is_late:
        return Tone.LATE
    match clock.state:
        case ClockState.PAUSED:
            return Tone.PAUSED
        case ClockState.STOPPED:
            return Tone.DONE
        case ClockState.PENDING:
            return Tone.PLAIN
    return Tone.SOON if clock.is_soon else Tone.ON_TIME


def mark_of(clock: ClockView) -> ClockMark:
    """Return a clock as one short phrase."""
    return ClockMark(tone=tone_of(clock), label=clock.remaining, due_at=clock.due_at)


def clock_of(clock: ClockView, *, article_url: str = "") -> Clock:
    """Return a clock as the stack of a case shows it."""
    is_open = clock.state in (ClockState.RUNNING, ClockState.PAUSED)
    return Clock(
        name=in_language(clock.name),
        mark=mark_of(clock),
        limit=clock.limit,
        article=in_language(str(clock.basis)),
        article_url=article_url,
        used=min(max(clock.used, 0), 100),
        ball=ball_with(clock.ball_with).label if is_open else "",
        waits_for=in_language(clock.waits_for.rstrip("。.")),
        started_at=clock.started_at,
        is_provisional=clock.is_provisional,
        arithmetic=[
            ClockStep(label=line.label, text=line.text, is_counted=line.is_counted)
            for line in clock.arithmetic
        ],
    )


def tightest(clocks: Sequence[ClockView]) -> ClockView | None:
    """Return the clock that a case is measured by now, None where none is open."""
    is_open = (ClockState.RUNNING, ClockState.PAUSED)
    return next((clock for clock in clocks if clock.state in is_open), None)


def driving(clocks: Sequence[ClockView], element: str) -> ClockView | None:
    """Return the clock that a task of this element is measured by, None where none is open."""
    return tightest([one for one in clocks if not one.drives or element in one.drives])


def ball_with(party: str) -> Badge:
    """Say whose turn it is; anybody's but ours makes clocks stand still."""
    if party == Party.US:
        return Badge(label=_("球在我方"))
    who = Party(party).label
    return Badge(label=_("球在{who}").format(who=who), tone=Tone.PAUSED)


def deadline_mark(due_at: datetime | None, at: datetime, *, is_paused: bool = False) -> ClockMark:
    """Return a deadline as one short phrase, where only the moment is known."""
    if due_at is None:
        tone, label = (Tone.PAUSED, _("停钟")) if is_paused else (Tone.PLAIN, _("无期限"))
        return ClockMark(tone=tone, label=label)
    left = due_at - at
    if left.total_seconds() <= 0:
        return ClockMark(tone=Tone.LATE, label=_late(due_at, at), due_at=due_at)
    hours = int(left.total_seconds() // 3600)
    tone = Tone.SOON if hours < _SOON_HOURS else Tone.ON_TIME
    if hours < 1:
        minutes = int(left.total_seconds() // 60)
        label = ngettext("剩 {n} 分钟", "剩 {n} 分钟", minutes).format(n=minutes)
    elif hours < _SOON_HOURS:
        label = ngettext("剩 {n} 小时", "剩 {n} 小时", hours).format(n=hours)
    else:
        days = hours // 24
        label = ngettext("剩 {n} 天", "剩 {n} 天", days).format(n=days)
    return ClockMark(tone=tone, label=label, due_at=due_at)


def _late(due_at: datetime, at: datetime) -> str:
    # A deadline is exclusive: one at midnight was in time until the day before ended.
    last_day = business_date(due_at - timedelta(microseconds=1))
    days = (business_date(at) - last_day).days
    if days < 1:
        return _("今天逾期")
    return ngettext("逾期 {n} 天", "逾期 {n} 天", days).format(n=days)
