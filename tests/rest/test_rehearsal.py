"""A dry run answers as the real thing and keeps nothing."""

from baocheng.engine.journal.models import EventRow
from baocheng.rest.models import AccessToken, KeptAnswer

SIGN_IN = {"login": "zhaomin", "password": "yi-ge-hao-mima-2026"}


def test_dry_run_answers_and_keeps_nothing(anonymous, zhao_min):
    answer = anonymous.post("/tokens", SIGN_IN, Dry_Run="true", Idempotency_Key="rehearsal")

    assert answer.status_code == 201
    assert answer["Dry-Run"] == "true"
    assert AccessToken.objects.count() == 0
    assert KeptAnswer.objects.count() == 0
    assert EventRow.objects.filter(stream_kind="token").count() == 0


def test_refused_rehearsals_still_count_towards_the_lock(anonymous, zhao_min, settings):
    settings.AXES_ENABLED = True
    for attempt in range(5):
        wrong = {**SIGN_IN, "password": f"wrong-{attempt}"}
        assert anonymous.post("/tokens", wrong, Dry_Run="true").status_code in (401, 429)

    assert anonymous.post("/tokens", SIGN_IN).status_code == 429


def test_header_that_says_neither_is_refused(anonymous, zhao_min):
    answer = anonymous.post("/tokens", SIGN_IN, Dry_Run="perhaps")

    assert answer.json()["code"] == "rest.dry_run_invalid"
    assert AccessToken.objects.count() == 0
