"""What a business-rule task keeps of its decision (`camunda:mapDecisionResult`)."""

from typing import Any

from baocheng.engine.decisions.decide import Decided
from baocheng.engine.processes.model import ResultShape


def shaped(decided: Decided, shape: ResultShape) -> Any:
    """Return the value of the result variable."""
    match shape:
        case ResultShape.SINGLE_RESULT:
            return decided.value if isinstance(decided.value, list) else decided.outputs
        case ResultShape.SINGLE_ENTRY:
            return _entry(decided.value)
        case ResultShape.COLLECT_ENTRIES:
            return [_entry(each) for each in _listed(decided.value)]
        case ResultShape.RESULT_LIST:
            return _listed(decided.value)


def _entry(value: Any) -> Any:
    is_single = isinstance(value, dict) and len(value) == 1
    return next(iter(value.values())) if is_single else value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
