"""Read YAML (and so JSON) into dataclasses by their types, collecting everything wrong with it.

A field's name is the key in the file and its type says how to read the value, so the classes are
the schema. Numbers are read from their text: no value ever passes through a float.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import yaml

from baocheng.engine.publishing.findings import Finding, Unreadable
from baocheng.engine.publishing.handbook import nearest

Reader = Callable[["TypedYaml", yaml.Node, str], Any]

_BAD = object()


class TypedYaml:
    """One file being read; `special` has a reader of its own for some types."""

    def __init__(self, file: str, text: str, special: Mapping[Any, Reader]) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self._text = text
        self._special = special

    def read(self, kind: Any) -> Any:
        """Return the whole file as a `kind`.

        Raises:
            Unreadable: with every error of the file.
        """
        try:
            root = yaml.compose(self._text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            sentence = f"文件不是有效的 YAML：{error.problem}。"
            raise Unreadable(
                [Finding(self.file, "文件", "products.not_yaml", sentence, line)]
            ) from error
        if root is None:
            sentence = "文件是空的。"
            raise Unreadable([Finding(self.file, "文件", "products.not_yaml", sentence, 1)])
        value = self.value(root, kind, "")
        if self.findings:
            raise Unreadable(self.findings)
        return value

    def wrong(self, node: yaml.Node, place: str, code: str, sentence: str) -> Any:
        """Note an error at `node` and return the mark of an unusable value."""
        where = place or "文件"
        line = node.start_mark.line + 1
        self.findings.append(Finding(self.file, where, f"products.{code}", sentence, line))
        return _BAD

    def value(self, node: yaml.Node, kind: Any, place: str) -> Any:
        """Return the value at `node` as a `kind`."""
        special = self._special.get(kind)
        if special is not None:
            return special(self, node, place)
        if isinstance(kind, type) and is_dataclass(kind):
            return self._object(node, kind, place)
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            (wanted,) = (each for each in get_args(kind) if each is not types.NoneType)
            return None if node.tag.endswith(":null") else self.value(node, wanted, place)
        if origin is tuple:
            return self._list(node, get_args(kind)[0], place)
        if origin is Mapping:
            key_kind, value_kind = get_args(kind)
            return self._mapping(node, key_kind, value_kind, place)
        return self._scalar(node, kind, place)

    def items(self, node: yaml.Node, place: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Return the key and value nodes of a mapping by key, refusing repeated keys."""
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, place, "wrong_value", "此处应为“键: 值”的列表。")
            return {}
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if key.value in found:
                self.wrong(key, place, "duplicate_key", f"“{key.value}”写了两次。")
            found[key.value] = (key, value)
        return found

    def _object(self, node: yaml.Node, kind: Any, place: str) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return self.wrong(node, place, "wrong_value", "此处应为“键: 值”的列表。")
        known, items = _fields(kind), self.items(node, place)
        for name, (key, _value) in items.items():
            if name not in known:
                sentence = f"不认识“{name}”这一项{nearest(name, known)}"
                self.wrong(key, place, "unknown_key", _full_stop(sentence))
        values: dict[str, Any] = {}
        for name, (each, wanted) in known.items():
            if name in items:
                values[name] = self.value(items[name][1], wanted, _below(place, name))
            elif each.default is MISSING and each.default_factory is MISSING:
                self.wrong(node, place, "missing_key", f"缺少“{name}”这一项。")
                values[name] = _BAD
        if any(value is _BAD for value in values.values()):
            return _BAD
        if any(each.name == "line" and each.metadata for each in fields(kind)):
            values["line"] = node.start_mark.line + 1
        return kind(**values)

    def _list(self, node: yaml.Node, kind: Any, place: str) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return self.wrong(node, place, "wrong_value", "此处应为列表。")
        values = [
            self.value(each, kind, _below(place, str(number)))
            for number, each in enumerate(node.value, start=1)
        ]
        return _BAD if any(value is _BAD for value in values) else tuple(values)

    def _mapping(self, node: yaml.Node, key_kind: Any, kind: Any, place: str) -> Any:
        values = {
            self.value(key, key_kind, place): self.value(value, kind, _below(place, name))
            for name, (key, value) in self.items(node, place).items()
        }
        bad = _BAD in values or any(value is _BAD for value in values.values())
        return _BAD if bad else values

    def _scalar(self, node: yaml.Node, kind: Any, place: str) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return self.wrong(node, place, "wrong_value", "此处应为单个值。")
        text = node.value.strip()
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self._member(node, kind, text, place)
        try:
            return _SCALARS[kind](text)
        except (ValueError, InvalidOperation):
            sentence = f"“{text}”{_EXPECTED[kind]}"
            return self.wrong(node, place, "wrong_value", sentence)

    def _member(self, node: yaml.Node, kind: type[Enum], text: str, place: str) -> Any:
        known = {str(member.value): member for member in kind}
        if text in known:
            return known[text]
        sentence = f"“{text}”不在可选值 {'、'.join(known)} 之内{nearest(text, known)}"
        return self.wrong(node, place, "wrong_value", _full_stop(sentence))


@cache
def _fields(kind: Any) -> dict[str, tuple[Field[Any], Any]]:
    hints = get_type_hints(kind)
    return {each.name: (each, hints[each.name]) for each in fields(kind) if not each.metadata}


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _full_stop(sentence: str) -> str:
    return sentence if sentence.endswith("？") else f"{sentence}。"


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or value < 0 or value != round(value, 2):
        raise ValueError(text)
    return value.quantize(Decimal("0.01"))


def _bool(text: str) -> bool:
    return {"true": True, "false": False}[text] if text in ("true", "false") else _no(text)


def _no(text: str) -> bool:
    raise ValueError(text)


_SCALARS: dict[Any, Callable[[str], Any]] = {
    str: str,
    int: int,
    bool: _bool,
    Decimal: _decimal,
    date: date.fromisoformat,
}
_EXPECTED = {
    int: "应为整数。",
    bool: "应为 true 或 false。",
    Decimal: "应为不为负、最多两位小数的金额。",
    date: "应为 2026-01-31 这样的日期。",
}
