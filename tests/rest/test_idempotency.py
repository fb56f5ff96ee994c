"""A POST that is sent again is answered again, not done again."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from baocheng.engine.journal.models import EventRow
from baocheng.rest.endpoints import tokens
from baocheng.rest.idempotency import answered_once, forget_answers
from baocheng.rest.models import AccessToken, KeptAnswer

SIGN_IN = {"login": "zhaomin", "password": "yi-ge-hao-mima-2026"}
KEY = "3f0c7d52-8b1e-4f0a-9c55-3a1b5b9c2a10"


def test_same_request_again_gets_the_same_answer_without_a_second_effect(anonymous, zhao_min):
    first = anonymous.post("/tokens", SIGN_IN, Idempotency_Key=KEY)
    again = anonymous.post("/tokens", SIGN_IN, Idempotency_Key=KEY)

    assert (again.status_code, again.content) == (201, first.content)
    assert again["Content-Type"] == first["Content-Type"]
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert AccessToken.objects.count() == 1
    assert EventRow.objects.filter(stream_kind="token").count() == 1


def test_same_key_with_another_body_is_refused(anonymous, zhao_min):
    anonymous.post("/tokens", SIGN_IN, Idempotency_Key=KEY)

    other = anonymous.post("/tokens", {**SIGN_IN, "name": "另一个"}, Idempotency_Key=KEY)

    assert other.status_code == 409
    assert other.json()["code"] == "rest.idempotency_key_reused"
    assert AccessToken.objects.count() == 1


def test_refused_request_leaves_its_key_free(anonymous, zhao_min):
    refused = anonymous.post("/tokens", {**SIGN_IN, "password": "wrong"}, Idempotency_Key=KEY)
    assert refused.status_code == 401
    assert KeptAnswer.objects.count() == 0

    assert anonymous.post("/tokens", SIGN_IN, Idempotency_Key=KEY).status_code == 201


def test_failure_undoes_effect_and_key_together(anonymous, zhao_min, monkeypatch):
    def failing(token):
        raise ZeroDivisionError

    monkeypatch.setattr(tokens, "_shown", failing)
    assert anonymous.post("/tokens", SIGN_IN, Idempotency_Key=KEY).status_code == 500

    assert AccessToken.objects.count() == 0
    assert EventRow.objects.filter(stream_kind="token").count() == 0
    assert KeptAnswer.objects.count() == 0


def test_kept_answer_cannot_be_read_from_the_table(anonymous, zhao_min):
    secret = anonymous.post("/tokens", SIGN_IN, Idempotency_Key=KEY).json()["token"]

    [row] = KeptAnswer.objects.values()
    assert secret not in str(row)
    assert KEY not in str(row)


@pytest.mark.parametrize("key", ["", "a" * 256, "tab\there", "two words", "键"])
def test_unusable_key_is_refused(anonymous, zhao_min, key):
    answer = anonymous.post("/tokens", SIGN_IN, Idempotency_Key=key)

    assert answer.status_code == 400
    assert answer.json()["code"] == "rest.idempotency_key_invalid"
    assert AccessToken.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_done_once(zhao_min, anonymous):
    def send(_):
        try:
            return anonymous.post("/tokens", SIGN_IN, Idempotency_Key=KEY)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert AccessToken.objects.count() == 1


def test_upload_is_the_same_whatever_boundary_it_is_sent_with(db):
    def upload(content, boundary):
        body = (
            f"--{boundary}\r\n"
            'Content-Disposition: form-data; name="files"; filename="a.pdf"\r\n'
            f"Content-Type: application/pdf\r\n\r\n{content}\r\n--{boundary}--\r\n"
        )
        return RequestFactory().generic(
            "POST",
            "/api/v1/claims/1/documents",
            body,
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={"Idempotency-Key": KEY},
        )

    read = []

    def answer(request):
        read.append(request.FILES["files"].read())
        return HttpResponse(json.dumps({"accepted": len(read)}), status=201)

    first, again = upload("%PDF", "one"), upload("%PDF", "two")
    given = [answered_once(request, lambda r=request: answer(r)) for request in (first, again)]

    assert read == [b"%PDF"]
    assert given[0].content == given[1].content


def test_answers_are_forgotten_after_two_days(anonymous, zhao_min):
    anonymous.post("/tokens", SIGN_IN, Idempotency_Key=KEY)
    assert forget_answers() == 0

    KeptAnswer.objects.update(kept_at=timezone.now() - timedelta(hours=49))
    assert forget_answers() == 1
