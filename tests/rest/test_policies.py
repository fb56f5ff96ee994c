"""Issue policies and read them as effective and as known."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from baocheng.areas.customers.models import Party
from baocheng.areas.policies.models import Policy
from baocheng.kernel.time import now

WANG_FANG = {"name": "王芳", "resident_id": "11010519900307232X", "phone": "13812345678"}
COVERS = [
    {"coverage": "accident_death", "amounts": {"sum_insured": "500000.00"}},
    {"coverage": "accident_disability", "amounts": {"sum_insured": "500000.00"}},
    {"coverage": "hospital_allowance", "amounts": {"daily_amount": "100.00"}},
    {"coverage": "accident_medical", "amounts": {"medical_sum": "50000.00"}},
]


@pytest.fixture
def application():
    """Return the body of a policy for 王芳."""
    return {
        "product": "personal_accident",
        "holder": WANG_FANG,
        "starts_at": "2026-01-01T00:00:00+08:00",
        "ends_at": "2027-01-01T00:00:00+08:00",
        "insureds": [{"has_social_insurance": True}],
        "covers": COVERS,
        "premium_amount": "298.00",
    }


def test_policy_is_issued_with_its_holder_and_shown_masked(clerk, application):
    answer = clerk.post("/policies", application)

    assert answer.status_code == 201, answer.content
    issued = answer.json()
    assert answer["Location"] == f"/api/v1/policies/{issued['number']}"
    assert issued["holder"]["name"] == "王*"
    assert issued["cover"]["premium_amount"] == "298.00"
    assert issued["cover"]["insureds"] == [
        {"party": issued["holder"], "has_social_insurance": True, "plate": ""}
    ]
    assert issued["cover"]["covers"] == COVERS
    assert [each["kind"] for each in issued["transactions"]] == ["ISSUE"]
    assert "11010519900307232X" not in answer.content.decode()
    assert Party.objects.get().identity_number == "11010519900307232X"


def test_same_key_issues_one_policy(clerk, application):
    first = clerk.post("/policies", application, Idempotency_Key="policy-1")
    again = clerk.post("/policies", application, Idempotency_Key="policy-1")

    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert Policy.objects.count() == 1


def test_policy_is_read_as_effective_and_as_known(clerk, application):
    number = clerk.post("/policies", application).json()["number"]

    def read(**moments):
        query = "&".join(f"{name}={quote(at)}" for name, at in moments.items())
        return clerk.get(f"/policies/{number}?{query}").json()

    assert read(effective="2026-12-31T23:59:59+08:00")["cover"]["ends_at"] == (
        "2027-01-01T00:00:00+08:00"
    )
    assert read(effective="2027-01-01T00:00:00+08:00")["cover"] is None
    before = (now() - timedelta(days=1)).isoformat()
    unknown = read(effective="2026-06-01T00:00:00+08:00", known=before)
    assert (unknown["cover"], unknown["transactions"]) == (None, [])


def test_known_policy_is_not_sent_again(clerk, application):
    answer = clerk.post("/policies", application)
    address = answer["Location"]

    tag = clerk.get(address)["ETag"]

    assert clerk.get(address, If_None_Match=tag).status_code == 304


def test_policies_are_listed_page_by_page(clerk, application):
    numbers = [clerk.post("/policies", application).json()["number"] for _ in range(3)]

    first = clerk.get("/policies?limit=2&product=personal_accident").json()
    second = clerk.get(first["next"]).json()

    listed = [item["number"] for page in (first, second) for item in page["items"]]
    assert listed == numbers[::-1]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        (
            {"holder": {**WANG_FANG, "resident_id": "110105199003072321"}},
            "kernel.resident_id.check_digit",
            "holder.resident_id",
        ),
        ({"product": "unknown"}, "products.product_not_found", "product"),
        ({"ends_at": "2025-01-01T00:00:00+08:00"}, "policies.term_reversed", "ends_at"),
        ({"premium_amount": "298.001"}, "kernel.invalid_amount", "premium_amount"),
        ({"premium_amount": -1}, "kernel.invalid_amount", "premium_amount"),
        (
            {"covers": [{"coverage": "accident_death", "amounts": {"sum_insured": "1.00"}}]},
            "products.term_refused",
            "covers.0.amounts.sum_insured",
        ),
    ],
)
def test_refused_policy_leaves_nothing_behind(clerk, application, change, code, field):
    answer = clerk.post("/policies", {**application, **change})

    refusal = answer.json()
    codes = {refusal["code"], *(error["code"] for error in refusal["errors"])}
    assert 400 <= answer.status_code < 500
    assert code in codes
    assert field in refusal["fields"]
    assert Policy.objects.count() == 0
    assert Party.objects.count() == 0


def test_without_the_permission_nothing_is_issued(caller, application):
    answer = caller.post("/policies", application)

    assert answer.status_code == 403
    assert Policy.objects.count() == 0


def test_unknown_policy_is_not_found(clerk):
    assert clerk.get("/policies/P-nothing").status_code == 404
