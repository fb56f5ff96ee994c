"""Values, cells and pieces of a column in the words of a reader."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from baocheng.engine.decisions.definition import Expression
from baocheng.engine.decisions.feel import tree
from baocheng.engine.decisions.feel.functions import text_of
from baocheng.engine.decisions.feel.values import Range
from baocheng.engine.decisions.partition import Extent, OpaqueCell, Slot, constant

_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "=", "!=": "≠"}
_OPPOSITES = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


def value_text(value: Any) -> str:
    """Write a value as a person would: 是, 1200, 2025-01-31, “人身”, 空."""
    match value:
        case None:
            return _("空")
        case bool():
            return _("是") if value else _("否")
        case str():
            return f"“{value}”"
        case list():
            return _("、").join(map(value_text, value)) or _("无")
    return str(text_of(value))


def test_text(label: str, test: Expression) -> str:
    """Write a cell with the label of its column: 住院天数 ≥ 3; nothing for a cell that is true.

    A cell too free for words is quoted as it stands.
    """
    if test.node == tree.Literal(value=True):
        return ""
    try:
        return _test(label, test.node)
    except OpaqueCell:
        return _("{label} 满足 {test}").format(label=label, test=test.text)


def _test(label: str, node: tree.Node) -> str:
    match node:
        case tree.Comparison(sign, tree.Name("?"), other):
            return _compared(label, sign, constant(other))
        case tree.Matches(tree.Name("?"), candidate):
            return _matched(label, constant(candidate))
        case tree.Not(operand):
            return _negated(label, operand)
        case tree.Or():
            parts = [*_alternatives(node)]
            if all(isinstance(part, tree.Matches) for part in parts):
                return _among(label, [*map(_candidate, parts)])
            return _(" 或 ").join(_test(label, part) for part in parts)
        case tree.And(left, right):
            return _(" 且 ").join([_test(label, left), _test(label, right)])
    raise OpaqueCell


def _negated(label: str, node: tree.Node) -> str:
    match node:
        case tree.Comparison(sign, tree.Name("?"), other):
            return _compared(label, _OPPOSITES[sign], constant(other))
        case tree.Matches(tree.Name("?"), tree.Literal(value)):
            return _compared(label, "!=", value)
    return _("并非（{test}）").format(test=_test(label, node))


def _alternatives(node: tree.Node) -> Iterator[tree.Node]:
    if isinstance(node, tree.Or):
        yield from _alternatives(node.left)
        yield from _alternatives(node.right)
    else:
        yield node


def _candidate(node: tree.Node) -> Any:
    match node:
        case tree.Matches(tree.Name("?"), candidate):
            return constant(candidate)
    raise OpaqueCell


def _among(label: str, candidates: Sequence[Any]) -> str:
    if any(isinstance(candidate, Range) for candidate in candidates):
        return _(" 或 ").join(_matched(label, candidate) for candidate in candidates)
    return _("{label} 为 {values}").format(
        label=label, values=_("、").join(map(value_text, candidates))
    )


def _compared(label: str, sign: str, value: Any) -> str:
    if value is None or isinstance(value, str | bool):
        verb = _("不为") if sign == "!=" else _("为") if sign == "=" else _SIGNS[sign]
        return f"{label} {verb} {value_text(value)}"
    return f"{label} {_SIGNS[sign]} {value_text(value)}"


def _matched(label: str, value: Any) -> str:
    match value:
        case Range(low, high, includes_low, includes_high):
            left = _SIGNS["<=" if includes_low else "<"]
            right = _SIGNS["<=" if includes_high else "<"]
            return f"{value_text(low)} {left} {label} {right} {value_text(high)}"
        case list():
            return _among(label, value)
    return _compared(label, "=", value)


def slots_text(label: str, slots: Sequence[Slot]) -> str:
    """Write a choice of slots of one column: 损失金额 = 5000, 10 < 天数 < 20."""
    return _(" 或 ").join(_stretch_text(label, stretch) for stretch in _stretches(slots))


def _stretches(slots: Sequence[Slot]) -> Iterator[list[Slot]]:
    """Put neighbouring slots of an ordered column together."""
    stretch: list[Slot] = []
    for slot in slots:
        if stretch and not _touch(stretch[-1], slot):
            yield stretch
            stretch = []
        stretch.append(slot)
    if stretch:
        yield stretch


def _touch(before: Slot, after: Slot) -> bool:
    return before.high is not None and before.high == after.low


def _stretch_text(label: str, stretch: Sequence[Slot]) -> str:
    first, last = stretch[0], stretch[-1]
    if first.extent is Extent.NULL:
        return _("{label} 为空").format(label=label)
    if first.extent is Extent.OTHER:
        return _("{label} 为其他值").format(label=label)
    if first is last and first.extent is Extent.POINT:
        return _compared(label, "=", first.sample)
    left = "≤" if first.extent is Extent.POINT else "<"
    right = "≤" if last.extent is Extent.POINT else "<"
    if first.low is None:
        return f"{label} {right} {value_text(last.high)}"
    if last.high is None:
        return f"{label} {'≥' if left == '≤' else '>'} {value_text(first.low)}"
    return f"{value_text(first.low)} {left} {label} {right} {value_text(last.high)}"


def samples_text(labels: Sequence[str], samples: Sequence[Any]) -> str:
    """Write one case: 损失金额 = 5000，险种 为“人身”."""
    return _("，").join(
        _compared(label, "=", sample) for label, sample in zip(labels, samples, strict=True)
    )
