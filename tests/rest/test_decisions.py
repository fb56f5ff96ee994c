"""Read decision tables of the published handbook and decide one case by them."""


def test_decisions_are_listed_with_their_inputs(clerk):
    [decision] = clerk.get("/handbook/decisions").json()["items"]

    assert (decision["key"], decision["label"]) == ("claim_triage", "案件分流")
    assert decision["inputs"][0] == {
        "name": "cover_status",
        "label": "保障状态",
        "type": "string",
        "is_list": False,
        "allowed": '"IN_FORCE","IN_QUESTION","UNVERIFIED"',
    }


def test_table_is_shown_as_printed(clerk):
    page = clerk.get("/handbook/decisions/claim_triage?version=1").json()

    assert page["version"] == 1
    assert page["table"]["hit_policy"] == "F"
    assert page["table"]["rows"][0]["cells"] == ['"UNVERIFIED"', *["-"] * 5]


def test_case_is_decided_and_explained(clerk):
    inputs = {
        "cover_status": "IN_FORCE",
        "death_involved": True,
        "days_in_cover": 100,
        "claimed_amount": "1200.50",
        "fast_lane_limit": 3000,
    }

    answer = clerk.post("/handbook/decisions/claim_triage/evaluate", {"inputs": inputs})

    assert answer.status_code == 200, answer.content
    result = answer.json()
    assert result["outputs"] == {"track": "complex", "reason": "涉及身故"}
    assert result["matched_rows"] == [3]
    assert "涉及身故" in result["explanation"]
    assert result["inputs"]["claimed_amount"] == "1200.50"
    assert [row["number"] for row in result["table"]["rows"] if row["is_matched"]] == [3]


def test_wrong_inputs_are_named(clerk):
    answer = clerk.post(
        "/handbook/decisions/claim_triage/evaluate",
        {"inputs": {"death_involved": "maybe", "claimed_amout": 1}},
    )

    assert answer.status_code == 422
    errors = {error["code"]: error["detail"] for error in answer.json()["errors"]}
    assert set(errors) == {"decisions.wrong_type", "decisions.unknown_input"}
    assert "claimed_amount" in errors["decisions.unknown_input"]


def test_unknown_decision_and_version_are_not_found(clerk):
    assert clerk.get("/handbook/decisions/nothing").status_code == 404
    assert clerk.get("/handbook/decisions?version=99").status_code == 404


def test_without_the_permission_nothing_is_read(handbook, caller):
    assert caller.get("/handbook/decisions").status_code == 403
    assert caller.get("/handbook/versions").status_code == 403
