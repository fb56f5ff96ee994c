"""Two people act at once: tokens that meet at a join pass it exactly once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from baocheng.engine.processes.models import Instance, TokenRow
from baocheng.engine.processes.operations import complete_task, fire_timers, start_process
from baocheng.engine.work.models import WorkItem
from baocheng.kernel.problems import Problem
from engine.processes.bpmn_text import bpmn, timer
from engine.processes.world import NOON, ZHAO, World, published

JOIN = bpmn(
    """<startEvent id="s"/><parallelGateway id="fork"/><parallelGateway id="join"/>
    <userTask id="a" camunda:candidateGroups="clerk"/>
    <userTask id="b" camunda:candidateGroups="clerk"/>
    <serviceTask id="first" camunda:topic="test.first"/><endEvent id="e"/>""",
    "s --> fork --> a --> join --> first --> e\nfork --> b --> join",
    key="joining",
)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run these at the same time, each on its own connection; return how they ended."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            ready.wait(timeout=5)
            act()
        except Problem as problem:
            return problem.code
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_two_branches_completed_at_once_join_once(world: World) -> None:
    published(JOIN)
    stream = world.thing()
    start_process("joining", stream, by=ZHAO, at=NOON)
    ids = WorkItem.objects.filter(stream_id=stream.id).values_list("id", flat=True)
    acts = [partial(complete_task, id, by=ZHAO, at=NOON) for id in ids]

    assert at_once(*acts) == ["done", "done"]

    assert Instance.objects.get().state == "DONE"
    assert world.done == ["first"]
    assert not TokenRow.objects.filter(left_at__isnull=True).exists()


@pytest.mark.django_db(transaction=True)
def test_a_task_completed_twice_at_once_is_completed_once(world: World) -> None:
    published(JOIN)
    stream = world.thing()
    start_process("joining", stream, by=ZHAO, at=NOON)
    id = WorkItem.objects.get(stream_id=stream.id, element="a").id

    ends = at_once(*[lambda: complete_task(id, by=ZHAO, at=NOON)] * 2)

    assert ends == ["done", "work.already_done"]
    assert TokenRow.objects.filter(element="join").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_fire_every_timer_once(world: World) -> None:
    published(
        bpmn(
            f"""<startEvent id="s"/><serviceTask id="first" camunda:topic="test.first"/>
            <intermediateCatchEvent id="t">{timer("P1D")}</intermediateCatchEvent>
            <endEvent id="e"/>""",
            "s --> t --> first --> e",
            key="timed",
        )
    )
    for _ in range(6):
        start_process("timed", world.thing(), by=ZHAO, at=NOON)
    later = NOON + timedelta(days=2)

    at_once(*[lambda: fire_timers(at=later)] * 2)

    assert fire_timers(at=later) == 0
    assert world.done == ["first"] * 6
