"""When a timer event falls due: ISO 8601, or an S-FEEL expression that gives a moment or length."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from baocheng.engine.decisions.feel import Compiled, compile_expression
from baocheng.engine.decisions.feel.temporal import parse_temporal
from baocheng.engine.decisions.feel.values import YearsMonths, plus_months
from baocheng.engine.processes.model import Timer
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import SHANGHAI


class UnusableTimer(Problem):
    """A timer's expression gave neither a moment nor a length of time."""

    code = "processes.unusable_timer"
    message = _("定时“{text}”得到的是“{value}”，不是日期、时刻或时长。")


def read_timer(timer: Timer) -> Compiled | None:
    """Return the compiled expression of a timer, None when it is written in ISO 8601.

    Raises:
        UnreadableExpression: it is neither.
    """
    return None if _is_moment(parse_temporal(timer.text)) else compile_expression(timer.text)


def due_at(timer: Timer, since: datetime, facts: Mapping[str, Any]) -> datetime:
    """Return when a timer that began at `since` falls due; a day begins at 00:00 in Shanghai.

    Raises:
        UnusableTimer: the expression gives nothing that can be waited for.
    """
    expression = read_timer(timer)
    value = parse_temporal(timer.text) if expression is None else expression(facts)
    if isinstance(value, str):
        value = parse_temporal(value)
    match value:
        case timedelta():
            return since + value
        case YearsMonths():
            start = since.astimezone(SHANGHAI)
            day = plus_months(start.date(), value.total)
            if day is not None:
                return datetime.combine(day, start.timetz())
        case datetime():
            return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
        case date():
            return datetime.combine(value, time(), SHANGHAI)
    raise UnusableTimer(text=timer.text, value=value)


def _is_moment(value: object) -> bool:
    return isinstance(value, date | timedelta | YearsMonths)
