"""A handbook in memory: its files read into definitions, and everything wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from baocheng.engine.publishing.findings import Finding, Unreadable
from baocheng.engine.publishing.kinds import ContentKind, SourceFile, kind_of

TEXT_SUFFIXES = (".bpmn", ".dmn", ".yaml", ".typ", ".md", ".csv", ".json")


@dataclass
class Handbook:
    """The definitions of one folder or published version.

    `version` is the number of the published version, None for a draft read from a folder.
    """

    files: Mapping[str, str]
    version: int | None = None
    findings: list[Finding] = field(default_factory=list)
    _definitions: dict[str, dict[str, Any]] = field(default_factory=dict)
    _sources: dict[tuple[str, str], str] = field(default_factory=dict)
    _read: list[tuple[ContentKind, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for path in sorted(self.files):
            kind = kind_of(path)
            if kind is not None:
                self._take(kind, path)

    def _take(self, kind: ContentKind, path: str) -> None:
        try:
            definitions = kind.parse(SourceFile(path, self.files[path], self.files))
        except Unreadable as unreadable:
            self.findings.extend(unreadable.findings)
            return
        known = self._definitions.setdefault(kind.name, {})
        for definition in definitions:
            key = definition.key
            if key in known:
                other = self._sources[kind.name, key]
                sentence = f"“{key}”在 {other} 中已经定义，编号不能重复。"
                self.findings.append(Finding(path, key, "publishing.duplicate_key", sentence))
                continue
            known[key] = definition
            self._sources[kind.name, key] = path
            self._read.append((kind, definition))

    def get(self, kind: str, key: str) -> Any:
        """Return the definition, or raise KeyError."""
        return self._definitions.get(kind, {})[key]

    def find(self, kind: str, key: str) -> Any | None:
        """Return the definition, or None."""
        return self._definitions.get(kind, {}).get(key)

    def keys(self, kind: str) -> Collection[str]:
        """Return the keys of this kind, in the order of their files."""
        return self._definitions.get(kind, {}).keys()

    def all(self, kind: str) -> Sequence[Any]:
        """Return the definitions of this kind, in the order of their files."""
        return list(self._definitions.get(kind, {}).values())

    def source(self, kind: str, key: str) -> str:
        """Return the path of the file that defines it."""
        return self._sources[kind, key]

    def check(self) -> list[Finding]:
        """Return everything wrong with the handbook, by file and line."""
        found = list(self.findings)
        for kind, definition in self._read:
            found.extend(kind.check(definition, self))
        return sorted(set(found), key=lambda finding: (finding.file, finding.line, finding.place))


def read_folder(folder: Path) -> Handbook:
    """Read a handbook from its folder.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    files: dict[str, str] = {}
    unreadable: list[Finding] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in TEXT_SUFFIXES or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            sentence = "文件不是 UTF-8 编码的文本。"
            unreadable.append(Finding(name, "文件", "publishing.not_text", sentence))
    handbook = Handbook(files)
    handbook.findings.extend(unreadable)
    return handbook


def nearest(name: str, known: Collection[str]) -> str:
    """Return a hint at the known name closest to `name` ("，是否为 loss_amount？"), or ""."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return gettext("，是否为 {name}？").format(name=close[0]) if close else ""
