"""Report claims and read everything that happens to them."""

import pytest

from baocheng.areas.claims.models import Claim
from baocheng.engine.documents.models import Document

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PROGRAM = b"MZ\x90\x00" + b"\x00" * 200


@pytest.fixture
def small_loss(policy):
    """Return the report of an injury that costs 600 yuan."""
    return {
        "policy_number": policy,
        "loss_at": "2026-05-01T08:00:00+08:00",
        "reporter_name": "王芳",
        "reporter_contact": "13812345678",
        "cause": "accident",
        "lines": [
            {
                "head": "medical",
                "incurred_on": "2026-05-02",
                "amount": "600.00",
                "hospital_level": "三级",
                "invoice": "INV-0001",
            }
        ],
    }


@pytest.fixture
def reported(adjuster, small_loss):
    """Report the small loss by telephone, so that a person reviews the documents."""
    answer = adjuster.post("/claims", {**small_loss, "channel": "PHONE"})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_report_opens_a_claim_that_is_shown_masked(adjuster, small_loss):
    answer = adjuster.post("/claims", small_loss)

    assert answer.status_code == 201, answer.content
    claim = answer.json()
    assert answer["Location"] == f"/api/v1/claims/{claim['number']}"
    assert (claim["insured"], claim["reporter"]) == ("王*", "王*")
    assert claim["reporter_contact"] == "138****5678"
    assert claim["cover_status"] == "IN_FORCE"
    assert claim["claimed_amount"] == "600.00"
    assert claim["by_accident"] is True
    assert "13812345678" not in answer.content.decode()


def test_small_claim_is_decided_calculated_and_instructed(adjuster, small_loss):
    number = adjuster.post("/claims", small_loss).json()["number"]

    claim = adjuster.get(f"/claims/{number}").json()
    assert (claim["state"], claim["payable_amount"]) == ("PAYING", "400.00")
    [sheet] = adjuster.get(f"/claims/{number}/calculation").json()["items"]
    assert (sheet["claimed"], sheet["paid"]) == ("600.00", "400.00")
    [line] = sheet["lines"]
    assert {each["reason"]: each["amount"] for each in line["reductions"]} == {
        "DEDUCTIBLE": "100.00",
        "RATIO": "100.00",
    }
    assert all(each["sentence"] and each["clause"] for each in line["reductions"])
    [payment] = adjuster.get(f"/claims/{number}/payments").json()["items"]
    assert (payment["state"], payment["amount"]) == ("INSTRUCTED", "400.00")
    decisions = adjuster.get(f"/claims/{number}/decisions").json()["items"]
    assert "claim_triage" in [made["decision"] for made in decisions]
    assert all(made["explanation"] for made in decisions)


def test_events_are_sentences_on_a_chain(adjuster, reported):
    events = adjuster.get(f"/claims/{reported['number']}/events").json()["items"]

    assert events[0]["type"] == "claims.claim.reported.v1"
    assert [event["position"] for event in events] == list(range(1, len(events) + 1))
    assert [event["previous_hash"] for event in events[1:]] == [
        event["hash"] for event in events[:-1]
    ]
    assert all(event["sentence"] != event["type"] for event in events)


def test_events_are_paged(adjuster, reported):
    address = f"/claims/{reported['number']}/events"
    whole = adjuster.get(address).json()["items"]

    first = adjuster.get(f"{address}?limit=1").json()
    second = adjuster.get(first["next"]).json()

    assert [first["items"][0], second["items"][0]] == whole[:2]


def test_clocks_run_from_the_report(adjuster, reported):
    clocks = adjuster.get(f"/claims/{reported['number']}/clocks").json()["items"]

    assert clocks
    assert all(clock["basis"] and clock["state_label"] for clock in clocks)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"loss_at": "2099-01-01T00:00:00+08:00"}, "claims.loss_in_future", "loss_at"),
        ({"reporter_name": " "}, "claims.reporter_missing", "reporter_name"),
        ({"policy_number": "", "insured_name": ""}, "claims.policy_or_person_missing", None),
        ({"policy_number": "P110101202600000018"}, None, "policy_number"),
        (
            {"lines": [{"head": "medical", "incurred_on": "2026-05-02", "amount": "1.005"}]},
            "kernel.invalid_amount",
            "lines.0.amount",
        ),
        (
            {"lines": [{"head": "medical", "incurred_on": "2026-05-02", "amount": "-1"}]},
            "kernel.invalid_amount",
            "lines.0.amount",
        ),
        (
            {"lines": [{"head": "spaceship", "incurred_on": "2026-05-02", "amount": "1"}]},
            "claims.unknown_head",
            "lines.0.head",
        ),
    ],
)
def test_refused_report_opens_nothing(adjuster, small_loss, change, code, field):
    answer = adjuster.post("/claims", {**small_loss, **change})

    assert answer.status_code == 422
    assert code in (None, answer.json()["code"])
    assert field is None or field in answer.json()["fields"]
    assert Claim.objects.count() == 0


def test_same_invoice_twice_is_a_conflict(adjuster, small_loss):
    adjuster.post("/claims", small_loss)

    again = adjuster.post("/claims", small_loss)

    assert again.status_code == 409
    assert again.json()["code"] == "claims.invoice_already_claimed"
    assert Claim.objects.count() == 1


def test_loss_outside_the_term_is_kept_in_question(adjuster, small_loss):
    answer = adjuster.post(
        "/claims", {**small_loss, "loss_at": "2025-05-01T08:00:00+08:00", "lines": []}
    )

    assert answer.status_code == 201
    assert answer.json()["cover_status"] == "IN_QUESTION"


def test_same_key_reports_one_claim(adjuster, small_loss):
    first = adjuster.post("/claims", small_loss, Idempotency_Key="loss-1")
    again = adjuster.post("/claims", small_loss, Idempotency_Key="loss-1")

    assert (again.status_code, again.content) == (201, first.content)
    assert Claim.objects.count() == 1


def test_rehearsed_report_opens_nothing(adjuster, small_loss):
    answer = adjuster.post("/claims", small_loss, Dry_Run="true")

    assert answer.status_code == 201
    assert Claim.objects.count() == 0


def test_claims_are_listed_filtered_and_paged(adjuster, small_loss):
    small_loss.pop("lines")
    numbers = [adjuster.post("/claims", small_loss).json()["number"] for _ in range(3)]

    first = adjuster.get("/claims?limit=2").json()
    second = adjuster.get(first["next"]).json()

    listed = [claim["number"] for page in (first, second) for claim in page["items"]]
    assert listed == numbers[::-1]
    assert adjuster.get("/claims?state=CLOSED").json() == {"items": [], "next": None}


def test_claim_of_another_branch_is_not_found(adjuster, reported, sign_in_as):
    Claim.objects.update(branch="1/999")
    assert adjuster.get(f"/claims/{reported['number']}").status_code == 200

    Claim.objects.update(branch="2")
    for part in ("", "/events", "/documents", "/payments"):
        assert adjuster.get(f"/claims/{reported['number']}{part}").status_code == 404


def test_without_the_permission_no_claim_is_reported_or_read(sign_in_as, small_loss):
    agent = sign_in_as("2009", "李强", "nobody")

    assert agent.post("/claims", small_loss).status_code == 403
    assert agent.get("/claims").status_code == 403
    assert Claim.objects.count() == 0


def test_each_file_of_an_upload_stands_for_itself(adjuster, reported, upload):
    answer = upload(
        adjuster,
        f"/claims/{reported['number']}/documents",
        {"kind": "invoice"},
        ("发票.pdf", PDF),
        ("病历.pdf", PROGRAM),
    )

    assert answer.status_code == 201, answer.content
    good, bad = answer.json()["items"]
    assert good["document"]["kind"] == "invoice"
    assert good["problem"] is None
    assert (bad["document"], bad["problem"]["code"]) == (None, "documents.type_mismatch")
    [shown] = [
        document
        for document in adjuster.get(f"/claims/{reported['number']}/documents").json()["items"]
        if document["direction"] == "IN"
    ]
    assert shown["sha256"] == good["document"]["sha256"]


def test_upload_of_only_refused_files_is_a_problem(adjuster, reported, upload):
    before = Document.objects.count()

    answer = upload(adjuster, f"/claims/{reported['number']}/documents", {}, ("病历.pdf", PROGRAM))

    assert answer.status_code == 415
    assert answer.json()["code"] == "documents.type_mismatch"
    assert answer.json()["fields"] == ["files.0"]
    assert Document.objects.count() == before


def test_file_above_the_limit_is_refused_alone(adjuster, reported, upload, settings):
    settings.DOCUMENT_SIZE_MAX = 1000

    answer = upload(
        adjuster,
        f"/claims/{reported['number']}/documents",
        {},
        ("发票.pdf", PDF),
        ("大.pdf", PDF + b"x" * 2000),
    )

    assert answer.status_code == 201
    assert [item["problem"] and item["problem"]["code"] for item in answer.json()["items"]] == [
        None,
        "documents.too_large",
    ]


def test_text_that_cannot_be_kept_is_refused(adjuster, reported, upload):
    answer = upload(
        adjuster, f"/claims/{reported['number']}/documents", {"title": "a\0b"}, ("a.pdf", PDF)
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "rest.unstorable_text")


def test_upload_needs_files(adjuster, reported):
    address = f"/claims/{reported['number']}/documents"

    assert adjuster.post(address, {"files": []}).status_code == 415
    empty = adjuster.post(address, b"--x--\r\n", Content_Type="multipart/form-data; boundary=x")
    assert empty.status_code == 422


def test_unknown_claim_is_not_found(adjuster):
    assert adjuster.get("/claims/C-nothing").status_code == 404


def test_draft_is_kept_until_the_report_is_complete(adjuster, small_loss):
    empty = adjuster.get("/claims/draft")
    assert empty.json() == {"report": None}

    draft = {"report": {"policy_number": small_loss["policy_number"]}}
    assert adjuster.put("/claims/draft", draft).status_code == 428
    kept = adjuster.put("/claims/draft", draft, If_Match=empty["ETag"])
    assert adjuster.put("/claims/draft", draft, If_Match=empty["ETag"]).status_code == 412

    assert kept.json() == adjuster.get("/claims/draft").json() == draft
    assert adjuster.delete("/claims/draft").status_code == 204
    assert adjuster.get("/claims/draft").json() == {"report": None}
    assert Claim.objects.count() == 0
