"""The kinds of content a handbook may hold; rooms and areas register theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from baocheng.engine.publishing.findings import Finding

if TYPE_CHECKING:
    from baocheng.engine.publishing.handbook import Handbook


class SourceFile(NamedTuple):
    """One text file of a handbook; `path` is relative to its folder, with forward slashes."""

    path: str
    text: str
    folder: Mapping[str, str]

    def sibling(self, suffix: str) -> SourceFile | None:
        """Return the file beside this one with another suffix (`x.dmn` → `x.cases.csv`)."""
        place, _, name = self.path.rpartition("/")
        wanted = f"{place}/{name.split('.')[0]}{suffix}".lstrip("/")
        text = self.folder.get(wanted)
        return None if text is None else SourceFile(wanted, text, self.folder)


def no_check(definition: Any, handbook: Handbook) -> Iterable[Finding]:
    """Check nothing beyond what reading the file already did."""
    return ()


@dataclass(frozen=True)
class ContentKind:
    """How files of one suffix become definitions, and what makes a definition wrong.

    `parse` returns definitions that carry a `key` unique in their kind, and raises `Unreadable`
    with every error of the file. `check` sees the whole handbook: references, examples.
    """

    name: str
    suffix: str
    parse: Callable[[SourceFile], Sequence[Any]]
    check: Callable[[Any, Handbook], Iterable[Finding]] = no_check


_kinds: dict[str, ContentKind] = {}


def register_kind(kind: ContentKind) -> None:
    """Register a kind of content under its suffix."""
    _kinds[kind.suffix] = kind


def kind_of(path: str) -> ContentKind | None:
    """Return the kind with the longest suffix that `path` ends with."""
    fitting = [kind for suffix, kind in _kinds.items() if path.endswith(suffix)]
    return max(fitting, key=lambda kind: len(kind.suffix), default=None)
