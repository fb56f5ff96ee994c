"""Whatever is wrong with a request, the answer is a problem document."""

import json

import pytest
from django.test import RequestFactory
from django.urls import resolve

from baocheng.rest import door
from baocheng.rest.endpoints import handbook


def problem(answer, status):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    document = json.loads(answer.content)
    assert document["status"] == status
    assert document["type"] == f"urn:baocheng:problem:{document['code']}"
    return document


@pytest.mark.parametrize(
    "path", ["/nothing", "/tokens/", "/tokens/not-a-uuid/x", "/nothing%00here", "/"]
)
def test_unknown_address_is_not_found(anonymous, path):
    assert problem(anonymous.get(path), 404)["code"] == "rest.unknown_address"


def test_method_that_an_address_lacks_is_named(anonymous):
    answer = anonymous.put("/tokens", {})

    assert problem(answer, 405)["code"] == "rest.method_not_allowed"
    assert {method.strip() for method in answer["Allow"].split(",")} == {"GET", "POST"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"login": NaN}',
        b'{"login": "a\\u0000b", "password": "x"}',
        b'{"login": "\\ud800", "password": "x"}',
        b'{"login": 1e999999999}',
        b'{"login": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
def test_unreadable_json_is_a_bad_request(anonymous, body):
    assert problem(anonymous.post("/tokens", body), 400)["code"] == "rest.invalid_json"


def test_other_media_type_is_not_supported(anonymous):
    answer = anonymous.post("/tokens", b"login=a", Content_Type="application/x-www-form-urlencoded")

    assert problem(answer, 415)["code"] == "rest.unsupported_media_type"


def test_body_above_the_limit_is_too_large(anonymous, monkeypatch, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = json.dumps({"login": "x" * 200, "password": "x"}).encode()
    assert problem(anonymous.post("/tokens", body), 413)["code"] == "rest.body_too_large"

    monkeypatch.setattr(door, "BODY_SIZE_MAX", 50)
    assert problem(anonymous.post("/tokens", body), 413)["code"] == "rest.body_too_large"


def test_body_in_chunks_is_asked_for_its_length(anonymous):
    request = RequestFactory().post("/api/v1/tokens", headers={"Transfer-Encoding": "chunked"})
    del request.META["CONTENT_LENGTH"]

    answer = resolve("/api/v1/tokens").func(request)

    assert problem(answer, 411)["code"] == "rest.length_required"


def test_every_wrong_field_is_named_with_a_sentence(anonymous):
    answer = anonymous.post("/tokens", {"login": "", "lifetime_days": 0, "scope": "all"})

    document = problem(answer, 422)
    assert document["code"] == "rest.invalid_request"
    assert document["detail"] == "填写的内容有误，请逐项修改。"
    assert {error["fields"][0]: error["detail"] for error in document["errors"]} == {
        "login": "至少 1 个字符。",
        "password": "必填。",
        "lifetime_days": "应不小于 1。",
        "scope": "没有这个字段。",
    }
    assert sorted(document["fields"]) == ["lifetime_days", "login", "password", "scope"]


def test_only_wrong_field_speaks_for_the_whole(anonymous):
    document = problem(anonymous.post("/tokens", {"login": "a"}), 422)

    assert document["detail"] == "必填。"
    assert document["fields"] == ["password"]


def test_missing_body_is_invalid(anonymous):
    for body in (None, []):
        document = problem(anonymous.post("/tokens", body), 422)
        assert document["code"] == "rest.invalid_request"
        assert document["detail"] == "请求缺少内容，或内容不是对象。"


def test_identifier_of_another_shape_is_not_found(caller):
    assert problem(caller.delete("/tokens/12"), 404)["code"] == "kernel.not_found"


def test_query_that_cannot_be_read_is_a_bad_request(caller):
    assert problem(caller.get("/tokens?x=%FF"), 400)["code"] == "rest.malformed_request"
    assert problem(caller.get("/tokens?x=%00"), 400)["code"] == "rest.malformed_request"


def test_parameter_nobody_knows_is_refused(caller):
    document = problem(caller.get("/tokens?stat=OPEN"), 422)

    assert document["errors"][0]["code"] == "rest.unknown_parameter"
    assert document["fields"] == ["stat"]


def test_own_mistake_is_answered_without_its_story(clerk, monkeypatch, caplog):
    def broken():
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(handbook, "latest_versions", broken)

    answer = clerk.get("/handbook/versions")

    document = problem(answer, 500)
    assert document["code"] == "rest.unexpected"
    assert "secret detail" not in answer.content.decode()
    assert document["extra"]["reference"] in caplog.text
    assert "secret detail" in caplog.text


def test_openapi_document_describes_problems_and_keys(anonymous):
    answer = anonymous.get("/openapi.json")

    document = answer.json()
    assert document["openapi"] == "3.1.0"
    post = document["paths"]["/api/v1/tokens"]["post"]
    assert post["parameters"][-1]["name"] == "Idempotency-Key"
    assert post["responses"]["409"]["content"]["application/problem+json"]["schema"] == {
        "$ref": "#/components/schemas/ProblemDocument"
    }
    assert anonymous.get("/openapi.json", If_None_Match=answer["ETag"]).status_code == 304
