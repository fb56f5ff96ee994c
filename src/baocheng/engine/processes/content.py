"""BPMN files as content of the handbook, checked against everything else in it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from baocheng.engine.decisions.definition import DecisionTable
from baocheng.engine.journal.events import event_types
from baocheng.engine.processes import registry
from baocheng.engine.processes.bpmn import read_bpmn
from baocheng.engine.processes.checks import Known, check_process
from baocheng.engine.processes.examples import check_examples
from baocheng.engine.processes.model import Document, Node, NodeType, Process
from baocheng.engine.publishing.findings import Finding, Unreadable
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.kinds import ContentKind, SourceFile


@dataclass(frozen=True)
class Definition:
    """A process that can be started, with the file that it stands in and is drawn from."""

    process: Process
    document: Document

    @property
    def key(self) -> str:
        return self.process.key

    @cached_property
    def name(self) -> str:
        """What people call the process."""
        return self.process.name or self.process.key

    def node(self, element: str) -> Node:
        """Return the node with this id."""
        return self.process.nodes[element]


def _parse(file: SourceFile) -> Sequence[Definition]:
    document = read_bpmn(file.text, file.path)
    if document.findings:
        raise Unreadable(list(document.findings))
    return [Definition(process, document) for process in document.executable]


def _check(definition: Definition, handbook: Handbook) -> Iterable[Finding]:
    path = definition.document.path
    source = SourceFile(path, handbook.files[path], handbook.files)
    examples = source.sibling(".cases.json")
    return chain(
        check_process(definition.document, definition.process, _known(definition, handbook)),
        check_examples(examples, definition.process, handbook) if examples else (),
    )


def _known(definition: Definition, handbook: Handbook) -> Known:
    return Known(
        # Roles are the organisation's: a handbook without its kind of file has none to compare.
        roles=handbook.keys("role") or None,
        forms=handbook.keys("form"),
        steps=registry.step_names(),
        decisions=handbook.keys("decision"),
        messages=_messages(handbook),
        facts={*registry.fact_names(), *_answered(definition)},
        operations=registry.operation_names(),
        operation_of={form.key: form.operation for form in handbook.all("form")},
        inputs_of={each.key: each.all_inputs().keys() for each in handbook.all("decision")},
        outputs_of={
            each.key: {output.name for output in each.logic.outputs}
            for each in handbook.all("decision")
            if isinstance(each.logic, DecisionTable)
        },
    )


def _messages(handbook: Handbook) -> Collection[str]:
    """Return what a message may be called: an event type, with or without its version, or what
    some process of the handbook sends."""
    types = event_types().keys()
    sent = {
        node.message
        for definition in handbook.all("process")
        for node in definition.process.nodes.values()
        if node.type in (NodeType.THROW, NodeType.END) and node.message
    }
    return {*types, *(type.rpartition(".")[0] for type in types), *sent}


def _answered(definition: Definition) -> Collection[str]:
    """Return the human tasks: their answers are kept as a variable of that name."""
    nodes = definition.process.nodes.values()
    return {node.id for node in nodes if node.type is NodeType.USER_TASK}


PROCESS = ContentKind("process", ".bpmn", _parse, _check)
