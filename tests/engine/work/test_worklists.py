from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import unit
from baocheng.engine.work.deadlines import Due, set_deadlines
from baocheng.engine.work.enums import Reach
from baocheng.engine.work.items import NewItem, claim_item, complete_item, open_items
from baocheng.engine.work.models import WorkItem
from baocheng.engine.work.permissions import ASSIGN_ITEM
from baocheng.engine.work.recusal import recuse
from baocheng.engine.work.worklists import (
    InvalidCursor,
    WorklistFilter,
    count_worklist,
    get_item_for,
    items_of,
    open_items_of,
    worklist,
)
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import NotFound, NotPermitted
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2025, 9, 26, 12, 0, tzinfo=SHANGHAI)
ROLES = frozenset({"assessor", "surveyor"})
ZHAO = Actor(id="staff:zhao", name="赵敏", branch="1/110", roles=ROLES)
LEAD = Actor(
    id="staff:lead", branch="1", roles=frozenset({"chief"}), permissions=frozenset({ASSIGN_ITEM})
)

pytestmark = pytest.mark.django_db


def opened(due_in: int | None = None, **changes: Any) -> WorkItem:
    values: dict[str, Any] = {
        "stream": Stream("thing", new_id()),
        "title": "定损",
        "role": "assessor",
        "branch": "1/110",
    }
    with unit() as writing:
        (item,) = open_items([NewItem(**(values | changes))], at=NOON)
        writing.flush()
        if due_in is not None:
            set_deadlines({item.stream: [Due(NOON + timedelta(days=due_in))]})
    return item


def ids(items: list[WorkItem]) -> list[Any]:
    return [item.id for item in items]


def test_the_worklist_merges_mine_and_my_pools_by_deadline() -> None:
    late, none, soon = opened(9), opened(), opened(1, role="surveyor")
    mine, other, elsewhere = opened(5), opened(3, role="chief"), opened(2, branch="1/120")
    claim_item(mine.id, by=ZHAO, at=NOON)

    assert ids(worklist(ZHAO).items) == ids([soon, mine, late, none])
    assert ids(worklist(ZHAO, WorklistFilter(reach=Reach.MINE)).items) == [mine.id]
    assert ids(worklist(ZHAO, WorklistFilter(reach=Reach.POOL)).items) == ids([soon, late, none])
    assert other.id not in ids(worklist(ZHAO).items)
    assert elsewhere.id not in ids(worklist(ZHAO).items)


def test_paging_shows_every_item_once_whatever_the_page() -> None:
    for due_in in (3, 1, 1, 1, None, 2, None, None, 1):
        opened(due_in)
    claim_item(opened(1).id, by=ZHAO, at=NOON)
    whole = ids(worklist(ZHAO).items)
    assert len(whole) == 10

    for size in (1, 2, 3, 7, 10):
        seen, after = [], ""
        while True:
            page = worklist(ZHAO, after=after, limit=size)
            seen.extend(ids(page.items))
            after = page.after
            if not after:
                break
        assert seen == whole


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "MjAyNS0wOS0yNiAx", "////"])
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        worklist(ZHAO, after=cursor)


def test_done_cancelled_and_recused_items_are_not_listed() -> None:
    done, recused, listed = opened(1), opened(1), opened(1, candidates=[ZHAO.id])
    opened(1, candidates=["staff:other"])
    complete_item(done.id, by=ZHAO, at=NOON)
    recuse(stream=recused.stream, actor=ZHAO.id, reason="亲属", by=LEAD, at=NOON)

    assert ids(worklist(ZHAO).items) == [listed.id]
    with pytest.raises(NotFound):
        get_item_for(ZHAO, recused.id)
    assert get_item_for(ZHAO, done.id).id == done.id


def test_filters_narrow_the_list() -> None:
    stream = Stream("claim", new_id())
    wanted = opened(1, stream=stream, element="pay", process="handling", queue="vip")
    opened(2, element="assess")

    for filter in (
        WorklistFilter(element="pay"),
        WorklistFilter(process="handling"),
        WorklistFilter(queue="vip"),
        WorklistFilter(stream_kind="claim"),
        WorklistFilter(due_before=NOON + timedelta(days=2)),
    ):
        assert ids(worklist(ZHAO, filter).items) == [wanted.id]
    assert worklist(ZHAO, WorklistFilter(role="surveyor")).items == []
    assert worklist(ZHAO, WorklistFilter(role="chief")).items == []


def test_the_team_list_needs_the_permission_and_the_branch() -> None:
    item = opened(1)
    claim_item(item.id, by=ZHAO, at=NOON)
    team = WorklistFilter(reach=Reach.TEAM, branch="1/110")

    assert ids(worklist(LEAD, team).items) == [item.id]
    assert get_item_for(LEAD, item.id).id == item.id
    with pytest.raises(NotPermitted):
        worklist(ZHAO, team)
    with pytest.raises(NotPermitted):
        worklist(ZHAO, WorklistFilter(branch="1/120"))


def test_an_item_of_another_pool_does_not_exist_for_me() -> None:
    with pytest.raises(NotFound):
        get_item_for(ZHAO, opened(role="chief").id)
    with pytest.raises(NotFound):
        get_item_for(ZHAO, new_id())


def test_counts_stop_at_their_bound() -> None:
    for _ in range(4):
        opened()

    assert str(count_worklist(ZHAO)) == "4"
    assert str(count_worklist(ZHAO, at_most=4)) == "4"
    assert str(count_worklist(ZHAO, at_most=3)) == "3+"


def test_items_of_a_stream_come_in_order() -> None:
    first = opened()
    second = opened(stream=first.stream)
    complete_item(first.id, by=ZHAO, at=NOON)

    assert ids(items_of(first.stream)) == ids([first, second])
    assert ids(open_items_of([first.stream])[first.stream]) == [second.id]


def _fill(rows: int) -> None:
    """Open many items across branches and roles, a third of them claimed, some without deadline."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO work_item (id, stream_kind, stream_id, process, element, form, title,"
            " role, branch, queue, candidates, separate_from, assignee, assignee_name, state,"
            " ball_with, priority, due_at, summary, opened_at, completed_by,"
            " completed_on_behalf_of, revision)"
            " SELECT gen_random_uuid(), 'thing', gen_random_uuid(), '', '', '', '定损',"
            "  (ARRAY['assessor', 'surveyor', 'chief'])[1 + n %% 3], '1/' || 110 + n %% 7, '',"
            "  '[]', '[]', CASE WHEN n %% 3 = 0 THEN 'staff:' || n %% 50 ELSE '' END, '',"
            "  CASE WHEN n %% 3 = 0 THEN 'CLAIMED' ELSE 'OPEN' END, 'US', 0,"
            "  CASE WHEN n %% 5 > 0 THEN %s::timestamptz + n * interval '1 minute' END,"
            "  '{}', %s, '', '', 0 FROM generate_series(1, %s) AS n",
            [NOON, NOON, rows],
        )
        cursor.execute("ANALYZE work_item")


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("reach", list(Reach))
def test_a_page_reads_its_indexes_and_nothing_else(reach: Reach, is_first: bool) -> None:
    _fill(20_000)
    actor = Actor(id="staff:3", branch="1/110", roles=ROLES, permissions=frozenset({ASSIGN_ITEM}))
    filter = WorklistFilter(reach=reach)
    after = "" if is_first else worklist(actor, filter, limit=20).after

    with CaptureQueriesContext(connection) as queries:
        page = worklist(actor, filter, after=after, limit=20)
    (read,) = queries.captured_queries
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + read["sql"])
        (((plan,),),) = cursor.fetchall()

    nodes = list(_nodes(plan["Plan"]))
    scans = [node for node in nodes if node.get("Relation Name") == "work_item"]
    assert len(page.items) == 20
    assert {node["Node Type"] for node in scans} == {"Index Scan"}
    assert not any("work_item" in node.get("Sort Key", "") for node in nodes)
    assert all(node["Actual Rows"] <= 21 for node in scans)
    assert all(node.get("Rows Removed by Filter", 0) <= 1 for node in scans)


def _nodes(plan: dict[str, Any]) -> Any:
    yield plan
    for part in plan.get("Plans", []):
        yield from _nodes(part)


def test_a_page_costs_one_statement(django_assert_num_queries: Any) -> None:
    for _ in range(3):
        opened(1)

    with django_assert_num_queries(1):
        worklist(ZHAO, limit=2)
