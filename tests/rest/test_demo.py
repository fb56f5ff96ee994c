"""The demonstration clock."""

from datetime import datetime, timedelta

import pytest


@pytest.fixture
def clock_put_back():
    """Let the time of the suite go on as before."""
    from baocheng.demo import clock  # noqa: PLC0415 -- only installed in demonstration mode

    before = clock._offset
    yield
    clock._offset = before


def test_clock_is_read_and_moved(clerk, clock_put_back):
    before = datetime.fromisoformat(clerk.get("/demo/clock").json()["now"])

    moved = clerk.post("/demo/clock/advance", {"duration": "P31D"})

    assert moved.status_code == 200, moved.content
    after = datetime.fromisoformat(moved.json()["now"])
    assert timedelta(days=31) <= after - before < timedelta(days=31, minutes=5)
    # The token is a matter of the machine's time.
    assert clerk.get("/demo/clock").status_code == 200


@pytest.mark.parametrize(
    ("duration", "code"),
    [
        ("P0D", "demo.not_forward"),
        ("P90Y", "demo.not_forward"),
        ("31 days", "rest.duration_invalid"),
    ],
)
def test_what_is_no_step_forward_is_refused(clerk, duration, code):
    before = clerk.get("/demo/clock").json()["now"]

    answer = clerk.post("/demo/clock/advance", {"duration": duration})

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    after = datetime.fromisoformat(clerk.get("/demo/clock").json()["now"])
    assert after - datetime.fromisoformat(before) < timedelta(minutes=5)
