"""What the oracle cannot show: joins in loops, races, failures, retries, guards."""

from datetime import timedelta

import pytest

from baocheng.engine.processes.interpreter import (
    Deadlock,
    Execution,
    InstanceState,
    NotWaiting,
    NoWayOut,
    RunsInCircle,
    TokenState,
)
from engine.processes.bpmn_text import message, process, timer
from engine.processes.driving import NOON, Ours


def test_a_join_inside_a_loop_counts_each_round_anew() -> None:
    run = Ours(
        process(
            """<startEvent id="s"/><exclusiveGateway id="again"/><parallelGateway id="fork"/>
            <userTask id="a"/><userTask id="b"/><parallelGateway id="join"/><userTask id="c"/>
            <exclusiveGateway id="more" default="out"/><endEvent id="e"/>""",
            """s --> again --> fork --> a --> join --> c --> more -out-> e
            fork --> b --> join
            more -back[rounds < 2]-> again""",
        ),
        {"rounds": 0},
    )
    for element in ("a", "b", "c"):
        run.complete(element)
        run.facts["rounds"] = 1

    run.complete("b")

    assert run.waiting() == {"a": 1}
    run.complete("a")
    assert run.waiting() == {"c": 1}


def test_a_join_takes_one_token_of_each_flow() -> None:
    run = Ours(
        process(
            """<startEvent id="s"/><parallelGateway id="fork"/><userTask id="a"/>
            <userTask id="b"/><exclusiveGateway id="merge"/><userTask id="c"/>
            <parallelGateway id="join"/><userTask id="d"/><endEvent id="e"/>""",
            """s --> fork --> a --> merge --> join --> d --> e
            fork --> b --> merge
            fork --> c --> join""",
        )
    )
    run.complete("a")
    run.complete("b")
    assert run.waiting() == {"c": 1}

    run.execution.complete(run._at("c")[0].id)

    assert run.waiting() == {"d": 1}
    assert [token.state for token in run._at("join")] == [TokenState.WAITING]


def test_the_first_event_of_a_race_disarms_the_others() -> None:
    run = Ours(
        process(
            f"""<startEvent id="s"/><eventBasedGateway id="race"/>
            <intermediateCatchEvent id="got">{message("docs")}</intermediateCatchEvent>
            <intermediateCatchEvent id="late">{timer("P30D")}</intermediateCatchEvent>
            <userTask id="review"/><endEvent id="e"/>""",
            "s --> race --> got --> review --> e\nrace --> late --> e",
            "docs",
        )
    )
    late = run._at("late")[0]
    assert late.due_at == NOON + timedelta(days=30)

    run.send("docs")

    assert run.waiting() == {"review": 1}
    assert late.state is TokenState.CANCELLED
    with pytest.raises(NotWaiting):
        run.execution.occur(late.id)


def test_an_interrupting_event_ends_everything_inside_its_host() -> None:
    run = Ours(
        process(
            f"""<startEvent id="s"/>
            <subProcess id="sub"><startEvent id="is"/><userTask id="a"/><userTask id="b"/>
                <parallelGateway id="fork"/><endEvent id="ie"/>
                <boundaryEvent id="inner" attachedToRef="a">{timer("P1D")}</boundaryEvent>
                <sequenceFlow id="f1" sourceRef="is" targetRef="fork"/>
                <sequenceFlow id="f2" sourceRef="fork" targetRef="a"/>
                <sequenceFlow id="f3" sourceRef="fork" targetRef="b"/>
                <sequenceFlow id="f4" sourceRef="a" targetRef="ie"/>
                <sequenceFlow id="f5" sourceRef="b" targetRef="ie"/>
                <sequenceFlow id="f6" sourceRef="inner" targetRef="ie"/></subProcess>
            <boundaryEvent id="withdrawn" attachedToRef="sub">{message("withdraw")}</boundaryEvent>
            <endEvent id="e"/><userTask id="close"/>""",
            "s --> sub --> e\nwithdrawn --> close --> e",
            "withdraw",
        )
    )
    assert run.waiting() == {"a": 1, "b": 1, "inner": 1, "withdrawn": 1}

    run.send("withdraw")

    assert run.waiting() == {"close": 1}
    states = {token.element: token.state for token in run.execution.touched.values()}
    assert {states[id] for id in ("sub", "a", "b", "inner")} == {TokenState.CANCELLED}
    assert states["withdrawn"] is TokenState.DONE


def test_a_message_that_does_not_interrupt_may_come_again() -> None:
    run = Ours(
        process(
            f"""<startEvent id="s"/><userTask id="a"/><userTask id="note"/>
            <boundaryEvent id="x" attachedToRef="a" cancelActivity="false">{message("more")}
            </boundaryEvent><endEvent id="e"/>""",
            "s --> a --> e\nx --> note --> e",
            "more",
        )
    )
    run.send("more")
    run.send("more")

    assert run.waiting() == {"a": 1, "x": 1, "note": 2}


def test_a_message_end_is_sent_before_the_instance_ends() -> None:
    model = process(
        f'<startEvent id="s"/><endEvent id="e">{message("done")}</endEvent>', "s --> e", "done"
    )
    execution = Execution(model, Ours(model))
    execution.start()

    assert [token.element for token in execution.calls] == ["e"]
    assert execution.state is InstanceState.RUNNING
    execution.complete(execution.calls.pop().id)
    assert execution.state is InstanceState.DONE


def test_a_terminate_event_terminates_the_instance() -> None:
    run = Ours(
        process(
            """<startEvent id="s"/><parallelGateway id="p"/><userTask id="a"/>
            <endEvent id="t"><terminateEventDefinition id="x"/></endEvent><endEvent id="e"/>""",
            "s --> p --> a --> e\np --> t",
        )
    )

    assert run.execution.state is InstanceState.TERMINATED
    assert run.execution.live == {}


def case(facts: dict[str, object]) -> Ours:
    """Return a case that answers questions but has not been started."""
    found = Ours.__new__(Ours)
    found.facts, found.at, found.answer = facts, NOON, None
    return found


def gateway(facts: dict[str, object]) -> Execution:
    model = process(
        '<startEvent id="s"/><exclusiveGateway id="g"/><endEvent id="a"/><endEvent id="b"/>',
        "s --> g -ga[x = 1]-> a\ng -gb[x = 2]-> b",
    )
    execution = Execution(model, case(facts))
    execution.start()
    return execution


def test_a_gateway_without_a_way_out_stays_ready_and_can_be_retried() -> None:
    facts: dict[str, object] = {}
    execution = gateway(facts)

    ((token, problem),) = execution.failures
    assert isinstance(problem, NoWayOut)
    assert (token.element, token.state) == ("g", TokenState.READY)
    execution.failures.clear()

    facts["x"] = 2
    execution.retry(token.id)

    assert execution.failures == []
    assert execution.state is InstanceState.DONE


def test_a_failed_call_is_called_again() -> None:
    model = process('<startEvent id="s"/><serviceTask id="a"/><endEvent id="e"/>', "s --> a --> e")
    execution = Execution(model, Ours(model))
    execution.start()
    token = execution.calls.pop()

    execution.retry(token.id)

    assert execution.calls == [token]
    assert token.state is TokenState.WAITING


def test_a_join_that_waits_for_nobody_is_a_deadlock() -> None:
    model = process(
        """<startEvent id="s"/><exclusiveGateway id="x" default="xa"/>
        <parallelGateway id="join"/><userTask id="a"/><endEvent id="e"/>""",
        "s --> x -xa-> join --> e\nx -xb[y = 1]-> a --> join",
    )
    execution = Execution(model, case({}))
    execution.start()

    ((token, problem),) = execution.failures
    assert isinstance(problem, Deadlock)
    assert token.element == "join"


def test_a_circle_without_a_wait_is_stopped() -> None:
    model = process(
        """<startEvent id="s"/><exclusiveGateway id="a"/><exclusiveGateway id="b"/>
        <endEvent id="e"/>""",
        "s --> a --> b -back[1 = 1]-> a\nb -out[1 = 2]-> e",
    )
    execution = Execution(model, case({}))
    execution.start()

    ((token, problem),) = execution.failures
    assert isinstance(problem, RunsInCircle)
    assert token.state is TokenState.READY


def test_completing_twice_is_refused_and_changes_nothing() -> None:
    run = Ours(
        process(
            '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/>',
            "s --> a --> b --> e",
        )
    )
    token = run._at("a")[0]
    run.complete("a")

    with pytest.raises(NotWaiting):
        run.execution.complete(token.id)
    assert run.waiting() == {"b": 1}


def test_tokens_taken_up_again_go_on_where_they_were() -> None:
    model = process(
        """<startEvent id="s"/><parallelGateway id="p"/><userTask id="a"/><userTask id="b"/>
        <parallelGateway id="j"/><endEvent id="e"/>""",
        "s --> p --> a --> j --> e\np --> b --> j",
    )
    run = Ours(model)
    run.complete("a")

    later = Execution(model, run, run.execution.live.values())
    later.complete(next(t.id for t in later.live.values() if t.element == "b"))

    assert later.state is InstanceState.DONE
    assert [token.element for token in later.touched.values()] == ["b", "j", "j", "e"]
