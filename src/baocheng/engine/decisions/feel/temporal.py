"""Dates, times and durations: read from ISO 8601 text, and written back."""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from baocheng.engine.decisions.feel.values import YearsMonths

Duration = timedelta | YearsMonths

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(
    r"(?P<clock>\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)(?P<zone>Z|[+-]\d{2}:\d{2}|@[\w/+-]+)?"
)
_YEARS_MONTHS = re.compile(r"(-)?P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?")
_DAYS_TIME = re.compile(
    r"(-)?P(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)


def parse_date(text: str) -> date | None:
    """Read `2025-01-31`; None when it is no such day."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """Read `09:30:00`, with a time zone as `Z`, `+08:00` or `@Asia/Shanghai`."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    try:
        return time.fromisoformat(found["clock"]).replace(tzinfo=_zone(found["zone"]))
    except (ValueError, ZoneInfoNotFoundError):
        return None


def parse_date_and_time(text: str) -> datetime | None:
    """Read `2025-01-31T09:30:00` with an optional time zone; a date alone is its midnight."""
    day_text, _, time_text = text.partition("T")
    day = parse_date(day_text)
    clock = parse_time(time_text) if time_text else time()
    if day is None or clock is None:
        return None
    return datetime.combine(day, clock)


def parse_duration(text: str) -> Duration | None:
    """Read `P1Y2M` as years and months, `P3DT4H` as days and time."""
    if found := _YEARS_MONTHS.fullmatch(text):
        sign, years, months = found.groups()
        total = int(years or 0) * 12 + int(months or 0)
        return YearsMonths(-total if sign else total)
    if found := _DAYS_TIME.fullmatch(text):
        sign, days, hours, minutes, seconds = found.groups()
        try:
            span = timedelta(
                days=int(days or 0),
                hours=int(hours or 0),
                minutes=int(minutes or 0),
                microseconds=int(Decimal(seconds or 0) * 1_000_000),
            )
        except OverflowError:
            return None
        return -span if sign else span
    return None


def parse_temporal(text: str) -> date | time | datetime | Duration | None:
    """Read what `@"…"` says."""
    if "P" in text[:2]:
        return parse_duration(text)
    if "T" in text:
        return parse_date_and_time(text)
    return parse_time(text) if ":" in text else parse_date(text)


def duration_text(span: Duration) -> str:
    """Write a duration in ISO 8601, in its shortest form."""
    if isinstance(span, YearsMonths):
        years, months = divmod(abs(span.total), 12)
        parts = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-P" if span.total < 0 else "P") + (parts or "0M")
    size = abs(span)
    minutes, seconds = divmod(size.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f"{size.microseconds / 1_000_000:.6f}".rstrip("0")[1:] if size.microseconds else ""
    clock = (
        (f"{hours}H" if hours else "")
        + (f"{minutes}M" if minutes else "")
        + (f"{seconds}{fraction}S" if seconds or fraction else "")
    )
    days = f"{size.days}D" if size.days else ""
    body = days + (f"T{clock}" if clock else "")
    return ("-P" if span < timedelta(0) else "P") + (body or "T0S")


def moment_text(value: date | time | datetime) -> str:
    """Write a date, time or date and time so that `parse_temporal` reads it back."""
    text = value.isoformat()
    zone = getattr(value, "tzinfo", None)
    if isinstance(zone, ZoneInfo) and isinstance(value, datetime | time):
        return f"{value.replace(tzinfo=None).isoformat()}@{zone.key}"
    return text.replace("+00:00", "Z")


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text.startswith("@"):
        return ZoneInfo(text[1:])
    return datetime.fromisoformat(f"2000-01-01T00:00:00{text}").tzinfo
