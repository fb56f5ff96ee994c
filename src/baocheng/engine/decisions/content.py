"""DMN files as content of the handbook."""

from collections.abc import Iterable, Sequence
from itertools import chain

from baocheng.engine.decisions.checks import check_decision
from baocheng.engine.decisions.definition import Decision
from baocheng.engine.decisions.dmn import read_decisions
from baocheng.engine.decisions.examples import Examples, check_examples
from baocheng.engine.publishing.findings import Finding
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.kinds import ContentKind, SourceFile


def _parse(file: SourceFile) -> Sequence[Decision]:
    return read_decisions(file.text, file.path)


def _check(decision: Decision, handbook: Handbook) -> Iterable[Finding]:
    return chain(check_decision(decision), _check_examples(decision, handbook))


def _check_examples(decision: Decision, handbook: Handbook) -> Iterable[Finding]:
    """Run the examples beside the file, once: with the first of its decisions."""
    decisions = [each for each in handbook.all(DECISION.name) if each.path == decision.path]
    source = SourceFile(decision.path, handbook.files[decision.path], handbook.files)
    examples = source.sibling(".cases.csv")
    if examples is None or decisions[0] is not decision:
        return ()
    return check_examples(Examples.read(examples.path, examples.text), decisions)


DECISION = ContentKind("decision", ".dmn", _parse, _check)
