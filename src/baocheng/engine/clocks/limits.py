"""How long a limit is: "5 working days", "30 days", "24 hours"."""

import re
from typing import NamedTuple

from baocheng.engine.clocks.enums import LimitUnit

_UNITS = {
    "days": LimitUnit.CALENDAR_DAYS,
    "calendar days": LimitUnit.CALENDAR_DAYS,
    "working days": LimitUnit.WORKING_DAYS,
    "hours": LimitUnit.HOURS,
}
_LIMIT = re.compile(r"([1-9][0-9]{0,4}) +((?:calendar |working )?day|hour)s?")


class Limit(NamedTuple):
    """A length of time."""

    length: int
    unit: LimitUnit

    @classmethod
    def read(cls, text: str) -> "Limit":
        """Read a limit as handbooks write it.

        Raises:
            ValueError: it is none.
        """
        found = _LIMIT.fullmatch(" ".join(text.lower().split()))
        if found is None:
            raise ValueError(text)
        return cls(int(found[1]), _UNITS[f"{found[2]}s"])
