"""What the rules of a table leave out, share, or never reach: exact, by boxes of slots.

A box chooses some slots in every column. Because one sample stands for a whole slot, a box that no
rule touches is a gap, two rules with a slot in common in every column overlap, and a rule whose
box is filled by earlier ones is unreachable. Cells that cannot be analysed are given the benefit
of the doubt in both directions: whatever is claimed here is true, but not all may be found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from baocheng.engine.decisions.definition import DecisionTable
from baocheng.engine.decisions.feel import tree
from baocheng.engine.decisions.partition import Column, Slot

Box = tuple[tuple[Slot, ...], ...]

# How many partial boxes a search may open before it gives up, about a second's work.
EFFORT = 200_000


class TooManyBoxes(Exception):
    """The search was given up: nothing is claimed."""


@dataclass(frozen=True)
class Overlap:
    """Two rules, by number, that both admit the sample of every slot of `box`."""

    first: int
    second: int
    box: Box


class Coverage:
    """The possible slots of every column of one table.

    `is_exact` is false when something cannot be analysed: then nothing found proves nothing.
    """

    def __init__(self, table: DecisionTable, columns: Sequence[Column]) -> None:
        self._slots: Box = tuple(c.possible_slots() for c in columns)
        self._every_rule = (1 << len(table.rules)) - 1
        self._count = len(table.rules)
        self._may_claim = all(c.has_known_domain for c in columns) and _are_independent(table)
        self.is_exact = self._may_claim and not any(column.opaque for column in columns)

    def whole(self) -> Box:
        """Return the box of everything that can happen."""
        return self._slots

    def gaps(self, most: int = 5) -> Iterator[Box]:
        """Yield boxes that no rule covers, each as large as it can be made, at most `most`."""
        if not self._may_claim:
            return
        found: list[Box] = []
        while len(found) < most:
            gap = self._uncovered(self._slots, self._every_rule, found, certain=False)
            if gap is None:
                return
            found.append(self._widened(gap))
            yield found[-1]

    def overlaps(self) -> Iterator[Overlap]:
        """Yield every pair of rules that admit a case in common, with such a case."""
        if not self._may_claim:
            return
        for first in range(self._count):
            bit = 1 << first
            shared = (
                reduce(or_, (slot.must for slot in slots if slot.must & bit), 0)
                for slots in self._slots
            )
            others = reduce(and_, shared, self._every_rule)
            for second in range(first + 1, self._count):
                if others >> second & 1:
                    yield Overlap(first + 1, second + 1, self._common(bit | 1 << second))

    def never_matching(self) -> Iterator[int]:
        """Yield the numbers of rules that admit nothing at all."""
        for index in range(self._count):
            if not all(self._of_rule(index)) and self._may_claim:
                yield index + 1

    def unreachable(self) -> Iterator[int]:
        """Yield the numbers of rules whose every case an earlier rule takes first."""
        if not self._may_claim:
            return
        for index in range(1, self._count):
            box = self._of_rule(index)
            earlier = (1 << index) - 1
            if all(box) and self._uncovered(box, earlier, [], certain=True) is None:
                yield index + 1

    def _of_rule(self, index: int) -> Box:
        """Return the slots that a rule could admit, column by column."""
        return tuple(
            tuple(slot for slot in slots if slot.may >> index & 1) for slots in self._slots
        )

    def _common(self, rules: int) -> Box:
        """Return one slot of every column that all of `rules` admit."""
        return tuple(
            (next(slot for slot in slots if slot.must & rules == rules),) for slots in self._slots
        )

    def _uncovered(
        self, box: Box, rules: int, excluded: Sequence[Box], *, certain: bool
    ) -> Box | None:
        """Find a part of `box` that none of `rules`, nor any excluded box, covers.

        `certain` counts only rules that surely admit a slot; otherwise those that could.
        """
        columns = [
            _grouped(slots, [each[at] for each in excluded], rules, self._count, certain=certain)
            for at, slots in enumerate(box)
        ]
        return _Search(columns).run(rules | _bits_of(excluded, self._count))

    def _widened(self, gap: Box) -> Box:
        """Take every slot into the gap that keeps it free of rules, column after column."""
        chosen = [list(slots) for slots in gap]
        for at, slots in enumerate(self._slots):
            others = reduce(
                and_,
                (reduce(or_, (slot.may for slot in c)) for i, c in enumerate(chosen) if i != at),
                self._every_rule,
            )
            chosen[at] = [slot for slot in slots if not slot.may & others]
        return tuple(map(tuple, chosen))


def _bits_of(excluded: Sequence[Box], count: int) -> int:
    """Give every excluded box a bit of its own, as if it were a rule after the last."""
    return sum(1 << count + at for at in range(len(excluded)))


Group = tuple[int, tuple[Slot, ...]]


def _grouped(
    slots: Sequence[Slot],
    excluded: Sequence[Sequence[Slot]],
    rules: int,
    count: int,
    *,
    certain: bool,
) -> list[Group]:
    """Put together the slots of a column that the same rules and excluded boxes cover."""
    groups: dict[int, list[Slot]] = {}
    for slot in slots:
        covered = (slot.must if certain else slot.may) & rules
        covered |= sum(1 << count + at for at, chosen in enumerate(excluded) if slot in chosen)
        groups.setdefault(covered, []).append(slot)
    return [(covered, tuple(members)) for covered, members in groups.items()]


class _Search:
    """Looks for a choice of one group per column whose rules have nothing in common."""

    def __init__(self, columns: Sequence[Sequence[Group]]) -> None:
        self._columns = columns
        # The rules that cover all of column `at` and every column after it.
        self._always = [0] * (len(columns) + 1)
        self._always[-1] = -1
        for at in reversed(range(len(columns))):
            everywhere = reduce(and_, (covered for covered, _slots in columns[at]), -1)
            self._always[at] = self._always[at + 1] & everywhere
        self._seen: set[tuple[int, int]] = set()

    def run(self, rules: int) -> Box | None:
        return self._from(0, rules)

    def _from(self, at: int, rules: int) -> Box | None:
        if not rules:
            return tuple(tuple(s for _c, slots in c for s in slots) for c in self._columns[at:])
        if rules & self._always[at] or (at, rules) in self._seen:
            return None
        if len(self._seen) >= EFFORT:
            raise TooManyBoxes
        for covered, slots in self._columns[at]:
            rest = self._from(at + 1, rules & covered)
            if rest is not None:
                return (slots, *rest)
        self._seen.add((at, rules))
        return None


def _are_independent(table: DecisionTable) -> bool:
    """Tell whether every column looks at something of its own, so that any values can meet."""
    seen: list[str] = []
    for clause in table.inputs:
        node = clause.expression.node
        looked_at = [_subject(node, name) for name in tree.free_names(node)]
        if any(_is_part(a, b) or _is_part(b, a) for a in looked_at for b in seen):
            return False
        seen += looked_at
    return True


def _is_part(subject: str, whole: str) -> bool:
    return f"{subject}.".startswith(f"{whole}.")


def _subject(node: tree.Node, name: str) -> str:
    """Return what of `name` is looked at: `claim.amount` and `claim.kind` are two subjects."""
    steps: list[str] = []
    while isinstance(node, tree.Path):
        steps.insert(0, node.name)
        node = node.source
    return ".".join([name, *steps]) if isinstance(node, tree.Name) else name
