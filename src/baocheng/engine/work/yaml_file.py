"""A YAML file of the handbook, read so that every error is found at once, with its line."""

from collections.abc import Collection, Iterator
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import TypeVar

import yaml

from baocheng.engine.decisions.feel import Compiled, UnreadableExpression, compile_expression
from baocheng.engine.publishing.findings import Finding, Unreadable
from baocheng.engine.publishing.handbook import nearest
from baocheng.engine.publishing.kinds import SourceFile

Code = TypeVar("Code", bound=Enum)

# The place of what stands at the top of a file.
ROOT = "文件"
_TRUE_OR_FALSE = {"true": True, "false": False}


class YamlFile:
    """A file being read. `room` begins the codes of its findings ("clocks.unknown_key")."""

    def __init__(self, source: SourceFile, room: str) -> None:
        self.path = source.path
        self.room = room
        self.findings: list[Finding] = []
        self.entries: list[Entry] = []
        self._text = source.text

    def root(self) -> "Entry":
        """Return the mapping that the file is.

        Raises:
            Unreadable: it is not YAML, or no mapping.
        """
        try:
            node = yaml.SafeLoader(self._text).get_single_node()
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            self.report(ROOT, "not_yaml", f"不是有效的 YAML：{error.problem}", line)
            raise Unreadable(self.findings) from error
        except yaml.YAMLError as error:
            self.report(ROOT, "not_yaml", f"不是有效的 YAML：{error}", 0)
            raise Unreadable(self.findings) from error
        if not isinstance(node, yaml.MappingNode):
            self.report(ROOT, "not_yaml", "文件应是“名称: 值”的清单。", 1)
            raise Unreadable(self.findings)
        return Entry(self, node, ROOT)

    def report(self, place: str, code: str, sentence: str, line: int) -> None:
        """Note an error and go on reading."""
        self.findings.append(Finding(self.path, place, f"{self.room}.{code}", sentence, line))

    def finish(self) -> None:
        """Report the keys that nobody asked for, and refuse the file if anything was found.

        Raises:
            Unreadable: with every finding, in the order of lines.
        """
        for entry in self.entries:
            entry.report_unasked()
        if self.findings:
            raise Unreadable(sorted(self.findings, key=lambda finding: finding.line))


class Entry:
    """One mapping of the file; what is asked of it is what it may contain."""

    def __init__(self, file: YamlFile, node: yaml.MappingNode, place: str) -> None:
        self.file = file
        self.place = place
        self.line = node.start_mark.line + 1
        self._nodes: dict[str, yaml.Node] = {}
        self._asked: set[str] = set()
        file.entries.append(self)
        for key, value in node.value:
            name = str(key.value)
            if name in self._nodes:
                line = key.start_mark.line + 1
                file.report(place, "repeated_key", f"“{name}”写了两次。", line)
            self._nodes[name] = value

    def has(self, key: str) -> bool:
        """Tell whether the key is written, with a value."""
        self._asked.add(key)
        node = self._nodes.get(key)
        return node is not None and node.tag != "tag:yaml.org,2002:null"

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; one without default has to be written."""
        if not self.has(key):
            if default is None:
                self.report("missing_key", f"缺少“{key}”。")
            return default or ""
        node = self._nodes[key]
        if not isinstance(node, yaml.ScalarNode):
            self.report("wrong_value", f"“{key}”应是一段文字。", key)
            return default or ""
        return str(node.value).strip()

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        text = self.text(key, str(default).lower()).lower()
        if text not in _TRUE_OR_FALSE:
            self.report("wrong_value", f"“{key}”应为 true 或 false。", key)
        return _TRUE_OR_FALSE.get(text, default)

    def number(self, key: str) -> Decimal | None:
        """Return a number, None where none is written."""
        if not self.has(key):
            return None
        try:
            number = Decimal(self.text(key))
        except InvalidOperation:
            self.report("wrong_value", f"“{key}”应是一个数。", key)
            return None
        return number if number.is_finite() else None

    def code(self, key: str, codes: type[Code], default: Code | None = None) -> Code | None:
        """Return one of the codes of an enumeration, which files write in lower case."""
        text = self.text(key, default.value.lower() if default else None)
        known = {str(code.value).lower(): code for code in codes}
        if text and text not in known:
            choices = "、".join(known)
            self.report("wrong_value", f"“{key}”不能是“{text}”，可用：{choices}。", key)
        return known.get(text, default)

    def texts(self, key: str) -> list[str]:
        """Return a list of texts; a single text is a list of one."""
        texts = []
        for node in self._list(key):
            if isinstance(node, yaml.ScalarNode):
                texts.append(str(node.value).strip())
            else:
                self._report_shape(node, key, "每一项应是一段文字")
        return texts

    def entry(self, key: str) -> "Entry | None":
        """Return the mapping written under the key, None where there is none."""
        if not self.has(key):
            return None
        node = self._nodes[key]
        if not isinstance(node, yaml.MappingNode):
            self._report_shape(node, key, "应是“名称: 值”的清单")
            return None
        return Entry(self.file, node, f"{self.place} · {key}")

    def items(self, key: str, named_by: str = "") -> "Iterator[Entry]":
        """Yield the mappings listed under the key, each named by one of its values or its place."""
        for number, node in enumerate(self._list(key), start=1):
            if not isinstance(node, yaml.MappingNode):
                self._report_shape(node, key, "每一项应是“名称: 值”的清单")
                continue
            names = {str(name.value): str(value.value) for name, value in node.value}
            name = names.get(named_by) or f"{key} 第 {number} 项"
            yield Entry(self.file, node, name if self.place == ROOT else f"{self.place} · {name}")

    def texts_or_items(self, key: str) -> "Iterator[str | Entry]":
        """Yield what is listed under the key: short forms as text, long forms as mappings."""
        for number, node in enumerate(self._list(key), start=1):
            if isinstance(node, yaml.MappingNode):
                yield Entry(self.file, node, f"{self.place} · {key} 第 {number} 项")
            elif isinstance(node, yaml.ScalarNode):
                yield str(node.value).strip()
            else:
                self._report_shape(node, key, "每一项应是文字或“名称: 值”的清单")

    def is_mapping(self, key: str) -> bool:
        """Tell whether a mapping is written under the key."""
        return self.has(key) and isinstance(self._nodes[key], yaml.MappingNode)

    def expression(self, key: str) -> Compiled | None:
        """Return a compiled FEEL expression, None where none is written."""
        text = self.text(key, "")
        if not text:
            return None
        try:
            return compile_expression(text)
        except UnreadableExpression as error:
            self.report("wrong_expression", f"“{key}”不是有效的表达式：{error}", key)
            return None

    def require_known(self, key: str, name: str, known: Collection[str], what: str) -> None:
        """Report a name that does not exist, with the nearest that does."""
        if name and name not in known:
            sentence = f"“{name}”不存在{nearest(name, known) or '。'}"
            self.report(f"unknown_{what}", sentence, key)

    def report(self, code: str, sentence: str, key: str = "") -> None:
        """Note an error of this mapping, at the line of `key`."""
        node = self._nodes.get(key)
        line = node.start_mark.line + 1 if node is not None else self.line
        self.file.report(self.place, code, sentence, line)

    def report_unasked(self) -> None:
        """Report the keys that nobody asked for."""
        for key in self._nodes.keys() - self._asked:
            hint = nearest(key, self._asked)
            self.report("unknown_key", f"不认识“{key}”{hint or '。'}", key)

    def _list(self, key: str) -> list[yaml.Node]:
        if not self.has(key):
            return []
        node = self._nodes[key]
        return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]

    def _report_shape(self, node: yaml.Node, key: str, expected: str) -> None:
        line = node.start_mark.line + 1
        self.file.report(self.place, "wrong_value", f"“{key}”{expected}。", line)
