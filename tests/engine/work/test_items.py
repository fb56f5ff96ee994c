from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baocheng.engine.journal.models import EventRow
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.streams import SYSTEM, Actor, Stream
from baocheng.engine.unit import unit
from baocheng.engine.work import assignment, deadlines
from baocheng.engine.work.assignment import Person, Place, Pool, least_loaded
from baocheng.engine.work.deadlines import Due, register_deadlines, set_deadlines
from baocheng.engine.work.drafts import find_draft, save_draft
from baocheng.engine.work.enums import Assignment, ItemState
from baocheng.engine.work.items import (
    AlreadyClaimed,
    AlreadyDone,
    Cancelled,
    NewItem,
    NotEligible,
    NotYours,
    Stale,
    assign_item,
    cancel_items,
    claim_item,
    complete_item,
    lock_items,
    open_items,
    release_item,
)
from baocheng.engine.work.models import Draft, WorkItem
from baocheng.engine.work.permissions import ASSIGN_ITEM
from baocheng.engine.work.recusal import AlreadyRecused, recuse
from baocheng.engine.work.separation import FourEyes, require_four_eyes
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import NotFound, NotPermitted
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2025, 9, 26, 12, 0, tzinfo=SHANGHAI)
ROLES = frozenset({"claims_assessor"})
ZHAO = Actor(id="staff:zhao", name="赵敏", branch="1/110", roles=ROLES)
CHEN = Actor(
    id="staff:chen",
    name="陈静",
    branch="1",
    roles=ROLES,
    permissions=frozenset({ASSIGN_ITEM}),
)
WANG = Actor(id="staff:wang", name="王芳", branch="1/120", roles=ROLES)

pytestmark = pytest.mark.django_db


def new_item(**changes: Any) -> NewItem:
    values: dict[str, Any] = {
        "stream": Stream("thing", new_id()),
        "title": "定损",
        "role": "claims_assessor",
        "branch": "1/110",
        "element": "assess_loss",
        "form": "assess_loss_form",
    }
    return NewItem(**(values | changes))


def opened(**changes: Any) -> WorkItem:
    with unit():
        (item,) = open_items([new_item(**changes)], at=NOON)
    return item


def fresh(item: WorkItem) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


def types(stream: Stream) -> list[str]:
    return [row.type for row in events_of(stream)]


@pytest.fixture(autouse=True)
def organisation() -> Iterator[dict[Place, Pool]]:
    known: dict[Place, Pool] = {}
    before = assignment._pools.ask
    assignment.register_candidates(lambda places: {p: known[p] for p in places if p in known})
    yield known
    assignment.register_candidates(before)


def test_open_items_writes_all_of_a_unit_in_one_statement(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(4), unit():  # savepoint, clocks, insert, release
        open_items([new_item() for _ in range(20)], at=NOON)

    assert WorkItem.objects.filter(state=ItemState.OPEN).count() == 20


def test_claim_and_complete_are_recorded_with_a_sentence() -> None:
    item = opened()

    claim_item(item.id, by=ZHAO, at=NOON)
    complete_item(item.id, by=ZHAO, at=NOON + timedelta(hours=1))

    done = fresh(item)
    assert (done.state, done.assignee, done.completed_by) == ("DONE", ZHAO.id, ZHAO.id)
    assert done.completed_at == NOON + timedelta(hours=1)
    assert [sentence(row) for row in events_of(item.stream)] == [
        "任务“定损”由 赵敏 办理",
        "赵敏 完成了任务“定损”",
    ]


def test_completing_twice_is_refused_and_changes_nothing() -> None:
    item = opened()
    complete_item(item.id, by=ZHAO, at=NOON)
    before = fresh(item)

    with pytest.raises(AlreadyDone) as refusal:
        complete_item(item.id, by=ZHAO, at=NOON + timedelta(hours=1))

    assert (refusal.value.code, refusal.value.status) == ("work.already_done", 409)
    assert fresh(item).completed_at == before.completed_at
    assert types(item.stream) == ["work.item.completed.v1"]


def test_a_stale_form_is_refused() -> None:
    item = opened()
    claim_item(item.id, by=ZHAO, at=NOON)

    with pytest.raises(Stale) as refusal:
        complete_item(item.id, by=ZHAO, at=NOON, revision=0)

    assert (refusal.value.code, refusal.value.status) == ("work.stale", 409)
    assert refusal.value.extra == {"revision": 1}
    assert fresh(item).state == ItemState.CLAIMED
    complete_item(item.id, by=ZHAO, at=NOON, revision=1)


def test_an_item_in_other_hands_can_be_neither_claimed_nor_completed() -> None:
    item = opened()
    claim_item(item.id, by=ZHAO, at=NOON)

    with pytest.raises(AlreadyClaimed):
        claim_item(item.id, by=CHEN, at=NOON)
    with pytest.raises(NotYours):
        complete_item(item.id, by=CHEN, at=NOON)

    assert fresh(item).assignee == ZHAO.id


def test_claiming_again_what_one_has_changes_nothing() -> None:
    item = opened()
    claim_item(item.id, by=ZHAO, at=NOON)
    claim_item(item.id, by=ZHAO, at=NOON)

    assert types(item.stream) == ["work.item.assigned.v1"]
    assert fresh(item).revision == 1


@pytest.mark.parametrize(
    ("by", "changes"),
    [
        (WANG, {}),
        (ZHAO, {"role": "claims_supervisor"}),
        (ZHAO, {"candidates": ["staff:chen"]}),
        (ZHAO, {"branch": "1/1101"}),
    ],
)
def test_an_item_out_of_reach_is_not_claimed(by: Actor, changes: dict[str, Any]) -> None:
    item = opened(**changes)

    with pytest.raises(NotYours):
        claim_item(item.id, by=by, at=NOON)

    assert fresh(item).state == ItemState.OPEN
    assert types(item.stream) == []


def test_a_branch_above_may_take_from_the_pool_below() -> None:
    item = opened()

    assert claim_item(item.id, by=CHEN, at=NOON).assignee == CHEN.id


def test_release_puts_the_item_back_into_its_pool() -> None:
    item = opened()
    claim_item(item.id, by=ZHAO, at=NOON)

    with pytest.raises(NotYours):
        release_item(item.id, by=WANG, at=NOON)
    release_item(item.id, by=ZHAO, at=NOON, reason="休假")

    assert (fresh(item).state, fresh(item).assignee) == (ItemState.OPEN, "")
    assert sentence(events_of(item.stream)[-1]) == "赵敏 将 赵敏 的任务“定损”退回待办池：休假"


def test_assign_needs_the_permission() -> None:
    item = opened()

    with pytest.raises(NotPermitted):
        assign_item(item.id, to=Person(WANG.id, WANG.name), by=ZHAO, at=NOON)
    assign_item(item.id, to=Person(ZHAO.id, ZHAO.name), by=CHEN, at=NOON, reason="熟悉本案")

    assert fresh(item).assignee == ZHAO.id
    assert sentence(events_of(item.stream)[0]) == "任务“定损”由 赵敏 办理：熟悉本案"


def test_assign_refuses_somebody_without_the_role(organisation: dict[Place, Pool]) -> None:
    organisation[Place("claims_assessor", "1/110")] = Pool("1/110", [Person(ZHAO.id)])
    item = opened()

    with pytest.raises(NotEligible) as refusal:
        assign_item(item.id, to=Person("staff:new", "新人"), by=CHEN, at=NOON)

    assert str(refusal.value) == "任务“定损”不能分派给 新人：不具备所需的岗位。"
    assert fresh(item).state == ItemState.OPEN


def test_the_maker_may_not_do_what_checks_it() -> None:
    made = opened()
    complete_item(made.id, by=ZHAO, at=NOON)
    check = opened(stream=made.stream, element="approve", separate_from=["assess_loss"])

    for attempt in (claim_item, complete_item):
        with pytest.raises(FourEyes) as refusal:
            attempt(check.id, by=ZHAO, at=NOON)
    with pytest.raises(NotEligible):
        assign_item(check.id, to=Person(ZHAO.id, ZHAO.name), by=CHEN, at=NOON)

    assert (refusal.value.code, refusal.value.status) == ("work.four_eyes", 403)
    assert str(refusal.value) == "经办人与复核人不能是同一人：您已经办过“定损”，请由他人办理。"
    assert fresh(check).state == ItemState.OPEN
    assert complete_item(check.id, by=CHEN, at=NOON).completed_by == CHEN.id


def test_acting_on_behalf_of_the_maker_does_not_get_round_four_eyes() -> None:
    made = opened()
    complete_item(made.id, by=ZHAO, at=NOON)
    deputy = Actor(id="staff:deputy", branch="1", roles=ROLES, on_behalf_of=ZHAO.id)

    with pytest.raises(FourEyes):
        require_four_eyes(made.stream, ["assess_loss_form"], deputy)
    with pytest.raises(FourEyes):
        require_four_eyes(made.stream, [], CHEN, makers=[CHEN.id])
    require_four_eyes(made.stream, ["assess_loss_form"], CHEN)


def test_four_eyes_sees_what_the_same_unit_completed() -> None:
    with unit():
        (made,) = open_items([new_item()], at=NOON)
        complete_item(made.id, by=ZHAO, at=NOON)
        with pytest.raises(FourEyes):
            require_four_eyes(made.stream, ["assess_loss"], ZHAO)


def test_many_items_are_completed_in_as_many_statements_as_few() -> None:
    statements = []
    for count in (2, 20):
        ids = [opened(separate_from=["assess_loss"], element="approve").id for _ in range(count)]
        with CaptureQueriesContext(connection) as queries, unit():
            lock_items(ids)
            for id in ids:
                complete_item(id, by=ZHAO, at=NOON)
        statements.append(len(queries))

    # The known handbook versions are read again at times, whatever the number of items.
    assert abs(statements[0] - statements[1]) <= 1


def test_a_recusal_holds_at_once_within_its_unit() -> None:
    item = opened()
    with unit():
        claim_item(item.id, by=ZHAO, at=NOON)
        recuse(stream=item.stream, actor=ZHAO.id, reason="亲属", by=CHEN, at=NOON)
        with pytest.raises(NotFound):
            claim_item(item.id, by=ZHAO, at=NOON)

    assert fresh(item).state == ItemState.OPEN


def test_a_recused_person_loses_and_cannot_see_the_case() -> None:
    item = opened()
    claim_item(item.id, by=ZHAO, at=NOON)

    recuse(stream=item.stream, actor=ZHAO.id, reason="被投诉人", by=CHEN, at=NOON)

    assert fresh(item).state == ItemState.OPEN
    with pytest.raises(NotFound):
        claim_item(item.id, by=ZHAO, at=NOON)
    with pytest.raises(NotEligible):
        assign_item(item.id, to=Person(ZHAO.id, ZHAO.name), by=CHEN, at=NOON)
    with pytest.raises(AlreadyRecused):
        recuse(stream=item.stream, actor=ZHAO.id, reason="再次", by=CHEN, at=NOON)
    assert fresh(item).assignee == ""


def test_cancel_items_withdraws_written_and_unwritten_items() -> None:
    old, kept = opened(token_id=new_id()), opened(token_id=new_id())
    with unit():
        (new,) = open_items([new_item(token_id=new_id())], at=NOON)
        cancel_items([old.token_id or new_id(), new.token_id or new_id(), new_id()])

    assert [fresh(item).state for item in (old, new, kept)] == ["CANCELLED", "CANCELLED", "OPEN"]
    with pytest.raises(Cancelled):
        complete_item(old.id, by=ZHAO, at=NOON)


def test_a_new_item_goes_to_the_least_loaded_person(organisation: dict[Place, Pool]) -> None:
    people = [Person(ZHAO.id, ZHAO.name), Person("staff:li", "李强")]
    organisation[Place("claims_assessor", "1/110")] = Pool("1/110", people)
    claim_item(opened().id, by=ZHAO, at=NOON)

    with unit():
        three = open_items(
            [new_item(assignment=Assignment.LEAST_LOADED) for _ in range(3)], at=NOON
        )

    assert [fresh(item).assignee for item in three] == ["staff:li", ZHAO.id, "staff:li"]


def test_least_loaded_skips_makers_and_recused(organisation: dict[Place, Pool]) -> None:
    people = [Person(ZHAO.id), Person("staff:li"), Person("staff:chen")]
    organisation[Place("claims_assessor", "1/110")] = Pool("1/110", people)
    made = opened()
    complete_item(made.id, by=ZHAO, at=NOON)
    recuse(stream=made.stream, actor="staff:li", reason="亲属", by=CHEN, at=NOON)

    check = opened(
        stream=made.stream, separate_from=["assess_loss"], assignment=Assignment.LEAST_LOADED
    )

    assert fresh(check).assignee == "staff:chen"


def test_an_item_nobody_is_eligible_for_stays_in_the_pool() -> None:
    item = opened(assignment=Assignment.LEAST_LOADED)

    assert fresh(item).state == ItemState.OPEN
    assert least_loaded([Person("staff:a")], {}, barred=["staff:a"]) is None


def test_a_pool_above_takes_what_nobody_below_can(organisation: dict[Place, Pool]) -> None:
    organisation[Place("claims_assessor", "1/110")] = Pool("1")

    assert fresh(opened()).branch == "1"


def test_the_system_completes_without_being_in_the_pool() -> None:
    item = opened()
    complete_item(item.id, by=SYSTEM, at=NOON)

    assert (fresh(item).completed_by, fresh(item).assignee) == ("system", "")


def test_completing_forgets_the_draft() -> None:
    item = opened()
    answers = {"amount": Decimal("12.50"), "files": [new_id()]}
    save_draft(answers, form=item.form, item_id=item.id, by=ZHAO, at=NOON)
    save_draft({"amount": "13"}, form=item.form, item_id=item.id, by=ZHAO, at=NOON)

    assert find_draft(form=item.form, item_id=item.id, by=ZHAO) == {"amount": "13"}
    assert find_draft(form=item.form, item_id=item.id, by=CHEN) is None
    complete_item(item.id, by=ZHAO, at=NOON)
    assert Draft.objects.count() == 0


def test_set_deadlines_gives_each_open_item_the_tightest_that_drives_it() -> None:
    soon, late = NOON + timedelta(days=1), NOON + timedelta(days=9)
    old, done, elsewhere = opened(), opened(), opened()
    complete_item(done.id, by=ZHAO, at=NOON)
    with unit() as writing:
        (pay,) = open_items([new_item(stream=old.stream, element="pay")], at=NOON)
        writing.flush()
        dues = [Due(late), Due(soon, frozenset({"pay"}))]
        set_deadlines({old.stream: dues, done.stream: dues})

    assert [fresh(item).due_at for item in (old, pay, done, elsewhere)] == [late, soon, None, None]
    with unit():
        set_deadlines({old.stream: []})
    assert fresh(old).due_at is None
    assert fresh(old).revision == 0


def test_new_items_ask_for_the_deadline_of_their_stream() -> None:
    due = NOON + timedelta(days=3)
    before = deadlines._deadlines.ask
    register_deadlines(lambda streams: {stream: [Due(due)] for stream in streams})
    try:
        item = opened()
    finally:
        register_deadlines(before)

    assert fresh(item).due_at == due


def test_an_unknown_item_is_not_found() -> None:
    with pytest.raises(NotFound):
        claim_item(UUID(int=0), by=ZHAO, at=NOON)
    assert EventRow.objects.count() == 0
