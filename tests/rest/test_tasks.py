"""Work through tasks as a program would: list, read, keep a draft, complete."""

import pytest

from baocheng.engine.work.models import WorkItem


@pytest.fixture
def task(adjuster, report_by_phone):
    """Report a loss by telephone and return the task that reviews its documents."""
    report_by_phone()
    [task] = adjuster.get("/tasks").json()["items"]
    return task


def test_my_tasks_are_listed(adjuster, task):
    assert (task["element"], task["state"]) == ("review_documents", "OPEN")
    assert task["summary"]["customer"] == "王*"
    assert adjuster.get("/tasks?reach=MINE").json()["items"] == []


def test_task_is_read_with_form_and_facts(adjuster, task):
    answer = adjuster.get(f"/tasks/{task['id']}")

    shown = answer.json()
    assert shown["form_definition"]["id"] == "review_documents"
    assert [field["name"] for field in shown["form_definition"]["fields"]] == [
        "conclusion",
        "missing",
        "remark",
        "lines",
    ]
    assert shown["facts"]["claimed_amount"] == "9600.00"
    assert shown["draft"] is None
    assert adjuster.get(f"/tasks/{task['id']}", If_None_Match=answer["ETag"]).status_code == 304


def test_task_is_claimed_once(adjuster, task, sign_in_as):
    other = sign_in_as("2003", "周杰", "zhoujie", "claims_handler")

    assert adjuster.post(f"/tasks/{task['id']}/claim").json()["state"] == "CLAIMED"
    refused = other.post(f"/tasks/{task['id']}/claim")

    assert refused.status_code in (404, 409)
    assert WorkItem.objects.get(id=task["id"]).assignee_name == "赵敏"


def test_released_task_is_in_the_pool_again(adjuster, task):
    adjuster.post(f"/tasks/{task['id']}/claim")

    assert adjuster.post(f"/tasks/{task['id']}/release").json()["state"] == "OPEN"


def test_draft_is_kept_on_the_version_that_was_read(adjuster, task):
    address = f"/tasks/{task['id']}"
    tag = adjuster.get(address)["ETag"]
    answers = {"conclusion": "supplement", "missing": ["invoice"]}

    assert adjuster.put(f"{address}/draft", {"answers": answers}).status_code == 428
    kept = adjuster.put(f"{address}/draft", {"answers": answers}, If_Match=tag)
    stale = adjuster.put(f"{address}/draft", {"answers": {}}, If_Match=tag)

    assert kept.status_code == 200
    assert (stale.status_code, stale.json()["code"]) == (412, "rest.precondition_failed")
    assert stale.json()["extra"]["etag"] == kept["ETag"]
    assert adjuster.get(address).json()["draft"] == answers


def test_completed_task_lets_the_claim_go_on(adjuster, task):
    address = f"/tasks/{task['id']}"
    tag = adjuster.get(address)["ETag"]

    done = adjuster.post(
        f"{address}/complete", {"answers": {"conclusion": "complete"}}, If_Match=tag
    )

    assert done.status_code == 200, done.content
    assert done.json()["state"] == "DONE"
    [following] = adjuster.get("/tasks").json()["items"]
    assert following["element"] == "assess_liability"


def test_completing_needs_the_version(adjuster, task):
    address = f"/tasks/{task['id']}/complete"
    answers = {"answers": {"conclusion": "complete"}}

    assert adjuster.post(address, answers).status_code == 428
    assert adjuster.post(address, answers, If_Match='"old"').status_code == 412
    stale = adjuster.post(address, {**answers, "revision": task["revision"] + 7})
    assert (stale.status_code, stale.json()["code"]) == (409, "work.stale")
    assert WorkItem.objects.get(id=task["id"]).state == "OPEN"


def test_task_is_not_completed_twice(adjuster, task):
    address = f"/tasks/{task['id']}/complete"
    body = {"answers": {"conclusion": "complete"}, "revision": task["revision"]}
    adjuster.post(address, body)

    again = adjuster.post(address, body)

    assert (again.status_code, again.json()["code"]) == (409, "work.already_done")


def test_wrong_answers_are_named_and_nothing_moves(adjuster, task):
    answer = adjuster.post(
        f"/tasks/{task['id']}/complete",
        {"answers": {"conclusion": "perhaps", "misspelt": 1}, "revision": task["revision"]},
    )

    assert answer.status_code == 422
    assert {error["code"] for error in answer.json()["errors"]} == {
        "work.unknown_choice",
        "work.unknown_field",
    }
    assert WorkItem.objects.get(id=task["id"]).state == "OPEN"


def test_task_out_of_reach_is_not_found(task, sign_in_as):
    stranger = sign_in_as("2004", "钱进", "qianjin", "cashier")

    assert stranger.get(f"/tasks/{task['id']}").status_code == 404
    assert stranger.post(f"/tasks/{task['id']}/claim").status_code == 404


def test_nobody_approves_their_own_case(adjuster, task, sign_in_as):
    both = sign_in_as("2005", "陈静", "chenjing", "claims_handler", "claims_supervisor")
    for answers in ({"conclusion": "complete"}, {"liability": "COVERED"}, {}):
        [item] = both.get("/tasks").json()["items"]
        done = both.post(
            f"/tasks/{item['id']}/complete", {"answers": answers, "revision": item["revision"]}
        )
        assert done.status_code == 200, done.content
    [approval] = both.get("/tasks").json()["items"]

    refused = both.post(
        f"/tasks/{approval['id']}/complete",
        {"answers": {"answer": "approve"}, "revision": approval["revision"]},
    )

    assert refused.status_code in (403, 422)
    assert WorkItem.objects.get(id=approval["id"]).state == "OPEN"


def test_lists_are_paged(adjuster, report_by_phone):
    for _ in range(3):
        report_by_phone(lines=[])

    first = adjuster.get("/tasks?limit=2").json()
    second = adjuster.get(first["next"]).json()

    ids = [task["id"] for page in (first, second) for task in page["items"]]
    assert len(set(ids)) == 3
