"""ISO 8601 durations."""

import re
from datetime import datetime, timedelta

import pytest

from baocheng.kernel.time import SHANGHAI
from baocheng.rest.durations import PATTERN, DurationInvalid, span_from

START = datetime(2026, 1, 31, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("P31D", datetime(2026, 3, 3, 10, tzinfo=SHANGHAI)),
        ("PT24H", datetime(2026, 2, 1, 10, tzinfo=SHANGHAI)),
        ("P1DT2H30M", datetime(2026, 2, 1, 12, 30, tzinfo=SHANGHAI)),
        ("P2W", datetime(2026, 2, 14, 10, tzinfo=SHANGHAI)),
        ("P1M", datetime(2026, 2, 28, 10, tzinfo=SHANGHAI)),
        ("P1Y2M", datetime(2027, 3, 31, 10, tzinfo=SHANGHAI)),
        ("P0D", START),
    ],
)
def test_duration_ends_where_the_calendar_says(text, end):
    assert re.search(PATTERN, text)
    assert START + span_from(START, text) == end


@pytest.mark.parametrize("text", ["", "P", "PT", "31D", "P1.5D", "-P1D", "P1D2H", "P31D ", "P٣D"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(DurationInvalid):
        span_from(START, text)


def test_longest_duration_is_no_accident():
    assert span_from(START, "P99Y999M99999D") > timedelta(days=100_000)
