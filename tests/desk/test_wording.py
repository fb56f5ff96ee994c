"""Deadlines in one short phrase."""

from datetime import datetime, timedelta

import pytest
from django.utils import translation

from baocheng.desk.wording import COLON, SEMICOLON, ball_with, bracketed, deadline_mark, joined
from baocheng.kernel.time import SHANGHAI
from baocheng.ui.components import Tone

AT = datetime(2025, 9, 26, 14, 30, tzinfo=SHANGHAI)
MIDNIGHT = datetime(2025, 9, 26, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("due_at", "tone", "label"),
    [
        (None, Tone.PLAIN, "无期限"),
        (AT + timedelta(minutes=40), Tone.SOON, "剩 40 分钟"),
        (AT + timedelta(hours=3), Tone.SOON, "剩 3 小时"),
        (AT + timedelta(days=2, hours=5), Tone.ON_TIME, "剩 2 天"),
        (AT, Tone.LATE, "今天逾期"),
        (MIDNIGHT, Tone.LATE, "逾期 1 天"),
        (MIDNIGHT - timedelta(days=16), Tone.LATE, "逾期 17 天"),
    ],
)
def test_deadline_is_one_short_phrase(due_at: datetime | None, tone: Tone, label: str) -> None:
    with translation.override("zh-hans"):
        mark = deadline_mark(due_at, AT)

    assert (mark.tone, mark.label) == (tone, label)


@pytest.mark.parametrize(
    ("due_at", "label"),
    [
        (AT + timedelta(minutes=1), "1 minute left"),
        (AT + timedelta(hours=3), "3 hours left"),
        (AT + timedelta(days=1), "1 day left"),
        (MIDNIGHT, "1 day late"),
        (MIDNIGHT - timedelta(days=16), "17 days late"),
    ],
)
def test_deadline_counts_in_english(due_at: datetime, label: str) -> None:
    with translation.override("en"):
        assert deadline_mark(due_at, AT).label == label


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["甲、乙", "甲；乙", "甲：乙", "甲（乙）", "甲（乙）丙"]),
        ("en", ["甲, 乙", "甲; 乙", "甲: 乙", "甲 (乙)", "甲 (乙) 丙"]),
    ],
)
def test_punctuation_is_that_of_the_reader(language: str, words: list[str]) -> None:
    parts = ("甲", "乙")

    with translation.override(language):
        assert [
            joined(parts),
            joined(parts, SEMICOLON),
            joined(parts, COLON),
            bracketed(*parts),
            bracketed(*parts, "丙"),
        ] == words


def test_ball_elsewhere_is_marked_as_paused() -> None:
    with translation.override("zh-hans"):
        ours, theirs = ball_with("US"), ball_with("CUSTOMER")

    assert (ours.label, ours.tone) == ("球在我方", Tone.PLAIN)
    assert (theirs.label, theirs.tone) == ("球在客户", Tone.PAUSED)
