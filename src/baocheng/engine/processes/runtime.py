"""Move instances when their unit is written: all together, and one by one where something fails.

What happens to instances in a unit (a task completed, a message, a timer) is only noted at first.
When the unit is about to be written, all instances concerned advance side by side: whatever they
have to call next is called for all of them, until every token waits. Tokens, tasks and events of a
thousand instances are then a few statements.

Steps are other people's code. The first one to be called opens a savepoint; should any step fail,
everything since is undone and the instances advance again one at a time, each call inside its own
savepoint. The call that fails there leaves an incident at its token; all else stands.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from contextvars import ContextVar
from uuid import UUID

from baocheng.engine.decisions.decide import decide_on_facts
from baocheng.engine.decisions.records import record_decision
from baocheng.engine.processes import incidents, registry, runs
from baocheng.engine.processes.correlation import correlate
from baocheng.engine.processes.interpreter import Token, TokenState, is_called
from baocheng.engine.processes.model import EventType, NodeType
from baocheng.engine.processes.results import shaped
from baocheng.engine.processes.runs import Action, Message, Run, Stimulus
from baocheng.engine.unit import Unit, before_writing, current
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _


class MessagesInCircle(Problem):
    """Processes keep setting each other off without anybody waiting in between."""

    code = "processes.messages_in_circle"
    message = _("流程之间的消息循环不止，请检查手册中的消息事件。")


# An undone attempt and a new one are both final when they say so.
_FINAL = (Conflict, MessagesInCircle)
# How far processes may set each other off in one unit: by what their steps record, and by messages.
_DEPTH_MAX = 20
_HOPS_MAX = 50
_depth: ContextVar[int] = ContextVar("depth", default=0)


@before_writing
def _drain(unit: Unit) -> bool:
    known = runs.find_board(unit.memo)
    if known is None or not (known.stimuli or known.messages):
        return False
    stimuli, known.stimuli = known.stimuli, []
    messages, known.messages = known.messages, []
    advance([*stimuli, *correlate(messages)])
    return True


def advance(stimuli: Sequence[Stimulus]) -> None:
    """Let these things happen, all together if nothing fails.

    What a step records may be a message to further processes: they advance inside this, when the
    step's savepoint is written.

    Raises:
        Problem: what follows from a person's act is refused; nothing of it stands.
        Conflict: somebody else changed what a step was changing.
        MessagesInCircle: this goes on for ever.
    """
    depth = _depth.get()
    if depth > _DEPTH_MAX:
        raise MessagesInCircle
    token = _depth.set(depth + 1)
    try:
        if not _together(stimuli):
            for stimulus in stimuli:
                _alone(stimulus)
    finally:
        _depth.reset(token)


def _together(stimuli: Sequence[Stimulus]) -> bool:
    """Let these things happen at once; return False when that failed and was undone."""
    at_hand = runs.load({stimulus.instance: None for stimulus in stimuli})
    runs.load_subjects(at_hand.values())
    for stimulus in stimuli:
        at_hand[stimulus.instance].apply(stimulus)
    is_guarded = False
    try:
        with ExitStack() as guard:
            while waiting := list(_calls(at_hand.values())):
                for step, group in _by_step(waiting).items():
                    if step and not is_guarded:
                        guard.enter_context(current().savepoint())
                        is_guarded = True
                    _make(step, [(run, token) for run, token in group if _is_live(run, token)])
            _finish(at_hand.values())
    except Exception as error:
        is_refusal = isinstance(error, Problem) and any(each.is_refusable for each in stimuli)
        if isinstance(error, _FINAL) or is_refusal or not is_guarded:
            raise
        return False
    return True


def _calls(at_hand: Collection[Run]) -> Iterator[tuple[Run, Token]]:
    for run in at_hand:
        calls, run.execution.calls = run.execution.calls, []
        yield from ((run, token) for token in calls)


def _by_step(waiting: Sequence[tuple[Run, Token]]) -> dict[str, list[tuple[Run, Token]]]:
    """Group calls by the step they name; decisions and messages, which name none, under ""."""
    groups: dict[str, list[tuple[Run, Token]]] = {}
    for run, token in waiting:
        groups.setdefault(run.node(token).step, []).append((run, token))
    return groups


def _is_live(run: Run, token: Token) -> bool:
    # A call made just before may have led to an event that cancelled this one.
    return token.id in run.execution.live and token.state is TokenState.WAITING


def _make(step: str, group: Sequence[tuple[Run, Token]]) -> None:
    """Make the calls of one step for all who wait there, and let them go on."""
    if step:
        registry.get_step(step)([run.call(token) for run, token in group])
    for run, token in group:
        if not step and run.node(token).type is NodeType.DECISION_TASK:
            try:
                _decide(run, token)
            except Exception as error:  # noqa: BLE001 - shown as an incident, whatever it is
                run.execution.failures.append((token, error))
                continue
        _go_on(run, token)


def _go_on(run: Run, token: Token) -> None:
    node = run.node(token)
    run.forget_facts()
    if node.event is EventType.MESSAGE:
        _send(run, node.message)
    if _is_live(run, token):
        run.execution.complete(token.id)


def _send(run: Run, name: str) -> None:
    if run.hops > _HOPS_MAX:
        raise MessagesInCircle
    message = Message((name,), run.row.stream, run.by, run.at, hops=run.hops + 1)
    runs.board().messages.append(message)


def _decide(run: Run, token: Token) -> None:
    node, version = run.node(token), run.row.handbook_version
    decided = decide_on_facts(run.book.get("decision", node.decision), run.facts)
    record_decision(
        decided, stream=run.row.stream, version=version, by=run.by, at=run.at, element=node.id
    )
    run.variables[node.result_variable or node.decision] = shaped(decided, node.result_shape)


def _finish(at_hand: Collection[Run]) -> None:
    """Keep what failed as incidents, and hand everything to the unit."""
    for run in at_hand:
        failures, run.execution.failures = run.execution.failures, []
        for token, error in failures:
            incidents.note(run, token, error)
    incidents.resolve(runs.write(at_hand))


def _alone(stimulus: Stimulus) -> None:
    """Let one thing happen to one instance, and undo only the calls that fail."""
    run = _at_hand(stimulus)
    run.apply(stimulus)
    _finish([run])
    failed = incidents.stuck_tokens(stimulus.instance)
    if stimulus.action is Action.RETRY:
        failed.discard(stimulus.target)
    while (token := _next_call(run, failed)) is not None:
        error = _attempt(stimulus, token.id)
        run = _at_hand(stimulus)
        if error is not None:
            failed.add(token.id)
            incidents.note(run, run.execution.live[token.id], error)
            _finish([run])


def _next_call(run: Run, failed: Collection[object]) -> Token | None:
    run.execution.calls.clear()
    return next(
        (
            token
            for token in run.execution.live.values()
            if token.state is TokenState.WAITING
            and is_called(run.node(token))
            and token.id not in failed
        ),
        None,
    )


def _attempt(stimulus: Stimulus, token_id: UUID) -> Exception | None:
    """Make one call inside a savepoint; return why it failed, after undoing it."""
    try:
        with current().savepoint():
            run = _at_hand(stimulus)
            token = run.execution.live[token_id]
            node = run.node(token)
            if node.type is NodeType.DECISION_TASK:
                _decide(run, token)
            elif node.step:
                registry.get_step(node.step)([run.call(token)])
            _go_on(run, token)
            _finish([run])
    except _FINAL:
        raise
    except Exception as error:  # noqa: BLE001 - shown as an incident, whatever it is
        return error
    return None


def _at_hand(stimulus: Stimulus) -> Run:
    """Return the run as it is now: a savepoint that was undone made everybody forget it."""
    run = runs.load([stimulus.instance])[stimulus.instance]
    run.by, run.at, run.hops = stimulus.by, stimulus.at, stimulus.hops
    runs.load_subjects([run])
    return run
