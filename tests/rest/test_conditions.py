"""Entity tags: reads that are not repeated, changes that overwrite nobody."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from baocheng.rest.conditions import (
    PreconditionFailed,
    PreconditionRequired,
    etag,
    not_modified,
    require_match,
)

PRESENT = etag("claim", 3)


def test_tag_follows_the_version():
    assert etag("claim", 3) == PRESENT
    assert etag("claim", 4) != PRESENT
    assert etag("cla", "im3") != etag("claim", "3")


@pytest.mark.parametrize("given", [PRESENT, "*", f'"other", {PRESENT}'])
def test_change_on_the_present_version_passes(given):
    require_match(given, PRESENT)


@pytest.mark.parametrize("given", [None, ""])
def test_change_without_version_is_asked_for_one(given):
    with pytest.raises(PreconditionRequired) as refusal:
        require_match(given, PRESENT)
    assert refusal.value.status == 428


@pytest.mark.parametrize("given", [etag("claim", 2), f"W/{PRESENT}", "nonsense"])
def test_change_on_another_version_is_refused(given):
    with pytest.raises(PreconditionFailed) as refusal:
        require_match(given, PRESENT)
    assert refusal.value.status == 412
    assert refusal.value.extra == {"etag": PRESENT}


@pytest.mark.parametrize(
    ("known", "status"), [(PRESENT, 304), (f"W/{PRESENT}", 304), ("*", 304), ('"other"', 200)]
)
def test_known_answer_is_not_sent_again(known, status):
    request = RequestFactory().get("/", headers={"If-None-Match": known})

    answer = not_modified(request, HttpResponse("{}", headers={"ETag": PRESENT}))

    assert answer.status_code == status
    assert answer["ETag"] == PRESENT
