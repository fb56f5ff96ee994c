"""Values of rules and facts as plain JSON that loses nothing."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from baocheng.engine.decisions.feel.functions import text_of


def plain(value: Any) -> Any:
    """Return `value` as plain JSON; numbers, days and moments are text."""
    match value:
        case None | str() | bool():
            return value
        case Mapping():
            return {name: plain(each) for name, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(each) for each in value]
        case Decimal():
            return format(value, "f")
        case date() | datetime() | time() | timedelta():
            return text_of(value)
    return str(value)
