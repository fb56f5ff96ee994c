"""ISO 8601 durations as callers write them: P31D, PT24H, P1M, P2W."""

import re
from calendar import monthrange
from datetime import datetime, timedelta

from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

_DURATION = (
    r"P(?=.)(?:(?P<weeks>\d{1,4})W|(?:(?P<years>\d{1,2})Y)?(?:(?P<months>\d{1,3})M)?"
    r"(?:(?P<days>\d{1,5})D)?(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?"
    r"(?:(?P<seconds>\d{1,8})S)?)?)"
)
PATTERN = f"^{re.sub(r'[?]P<[a-z]+>', '?:', _DURATION)}$"


class DurationInvalid(Problem):
    """Not an ISO 8601 duration."""

    code = "rest.duration_invalid"
    message = _("时长“{value}”无效：请按 ISO 8601 填写，如 P31D、PT24H、P1M。")


def span_from(start: datetime, text: str) -> timedelta:
    """Return how long the duration is that begins at `start`; months are those of the calendar.

    Raises:
        DurationInvalid: `text` is none.
    """
    found = re.fullmatch(_DURATION, text, re.ASCII)
    if found is None:
        raise DurationInvalid("duration", value=text)
    parts = {name: int(value) for name, value in found.groupdict(default="0").items()}
    months = start.month - 1 + parts.pop("years") * 12 + parts.pop("months")
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day) - start + timedelta(**parts)
