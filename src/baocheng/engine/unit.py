"""One transaction whose writes are collected and sent as a few bulk statements.

An operation is written for one thing: it adds and changes rows of the open unit. Rows of one
table travel together, so a hundred claims handled in one unit cost as many statements as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction

from baocheng.kernel.problems import Conflict, Problem

_open: ContextVar["Unit | None"] = ContextVar("unit", default=None)
_before_writing: list[Callable[["Unit"], bool]] = []
_when_writing: list[Callable[["Unit"], None]] = []
_refusals: dict[str, type[Problem]] = {}


def refuse_on(constraint: str, problem: type[Problem]) -> None:
    """Answer a violation of the database constraint of this name with `problem`."""
    _refusals[constraint] = problem


def before_writing(drain: Callable[["Unit"], bool]) -> Callable[["Unit"], bool]:
    """Register `drain` to run before every flush; it returns whether it did anything.

    Drains run in turn until none of them has anything left to do: the journal uses one to let
    receivers react inside the transaction that made their event true.
    """
    _before_writing.append(drain)
    return drain


def when_writing(last: Callable[["Unit"], None]) -> Callable[["Unit"], None]:
    """Register `last` to run once a flush, when every drain has nothing left to do.

    It may change rows, but must not cause anything that a drain would react to.
    """
    _when_writing.append(last)
    return last


@contextmanager
def unit() -> Iterator["Unit"]:
    """Open a unit, or join the one already open; it is written and committed at the outermost end."""
    outer = _open.get()
    if outer is not None:
        yield outer
        return
    with transaction.atomic():
        opened = Unit()
        token = _open.set(opened)
        try:
            yield opened
            opened.flush()
        finally:
            _open.reset(token)


def opened() -> "Unit | None":
    """Return the open unit, or None."""
    return _open.get()


def current() -> "Unit":
    """Return the open unit."""
    opened = _open.get()
    assert opened is not None, "this needs an open unit: call it inside `with unit():`"
    return opened


class Unit:
    """The rows that one transaction will write. Made by `unit()`."""

    def __init__(self) -> None:
        self.memo: dict[Any, Any] = {}
        self._added: dict[type[models.Model], list[models.Model]] = {}
        self._changed: dict[models.Model, set[str]] = {}
        self._new_ids: set[UUID] = set()

    def add(self, row: models.Model) -> None:
        """Insert `row` at the next flush; its primary key is already set."""
        self._added.setdefault(type(row), []).append(row)
        self._new_ids.add(row.pk)

    def change(self, row: models.Model, *fields: str) -> None:
        """Update these fields of `row` at the next flush.

        A model with a `revision` column is only updated when nobody else was faster; its
        revision then rises by one.
        """
        self._changed.setdefault(row, set()).update(fields)

    def is_new(self, id: UUID) -> bool:
        """Tell whether the row with this primary key waits for its first flush in this unit."""
        return id in self._new_ids

    def flush(self) -> None:
        """Let the drains run until nothing is left to react to, then write what was collected.

        Raises:
            Conflict: somebody else changed one of the rows since it was read.
        """
        self._settle()
        for last in _when_writing:
            last(self)
        added, self._added = self._added, {}
        changed, self._changed = self._changed, {}
        waiting = {row for rows in added.values() for row in rows}
        self._new_ids.clear()
        for rows in added.values():
            _insert(rows)
        groups: dict[tuple[type[models.Model], tuple[str, ...]], list[models.Model]] = {}
        for row, fields in changed.items():
            if row not in waiting:
                groups.setdefault((type(row), tuple(sorted(fields))), []).append(row)
        for (_, fields), rows in groups.items():
            _update(rows, fields)

    def _settle(self) -> None:
        while any([drain(self) for drain in _before_writing]):
            pass

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo, in the database and in this unit, what the block did when it fails.

        Rows that wait to be written get their values back; other objects that the block changed
        stay changed: read them again. When nothing fails this costs at most two statements.
        """
        self._settle()
        before = self._snapshot()
        try:
            with _lazy_savepoint():
                yield
                self._settle()
        except BaseException:
            self._restore(before)
            # What the memory held of the block is gone; write, so that reading again is enough.
            self.memo.clear()
            self.flush()
            raise

    def _snapshot(self) -> _Snapshot:
        rows = {id(row): row for rows in self._added.values() for row in rows}
        rows.update((id(row), row) for row in self._changed)
        return _Snapshot(
            {model: list(rows) for model, rows in self._added.items()},
            {row: set(fields) for row, fields in self._changed.items()},
            set(self._new_ids),
            [(row, dict(row.__dict__)) for row in rows.values()],
        )

    def _restore(self, before: _Snapshot) -> None:
        self._added, self._changed, self._new_ids = before.added, before.changed, before.new_ids
        for row, values in before.values:
            row.__dict__.clear()
            row.__dict__.update(values)

    def on_commit(self, call: Callable[[], object]) -> None:
        """Call `call` after the transaction is committed; never when it is not."""
        transaction.on_commit(call)


class _Snapshot(NamedTuple):
    """What a unit had collected at a moment."""

    added: dict[type[models.Model], list[models.Model]]
    changed: dict[models.Model, set[str]]
    new_ids: set[UUID]
    values: list[tuple[models.Model, dict[str, Any]]]


@contextmanager
def _lazy_savepoint() -> Iterator[None]:
    """Set a savepoint before the first statement of the block; without any there is none."""
    guard: list[Any] = []

    def first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not guard:
            guard.append(transaction.atomic())
            guard[0].__enter__()
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(first):
            yield
    except BaseException as error:
        if guard:
            guard[0].__exit__(type(error), error, error.__traceback__)
        raise
    if guard:
        guard[0].__exit__(None, None, None)


class _Table(NamedTuple):
    """What is needed to write the rows of a model, worked out once."""

    fields: list[models.Field[Any, Any]]
    insert: str


@lru_cache
def _table(model: type[models.Model]) -> _Table:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    arrays = ", ".join(f"%s::{_array_type(field)}" for field in fields)
    return _Table(
        fields,
        f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT * FROM unnest({arrays})',
    )


@lru_cache
def _update_statement(model: type[models.Model], names: tuple[str, ...]) -> str:
    meta = model._meta
    assert meta.pk is not None
    fields = [meta.get_field(name) for name in names]
    has_revision = "revision" in {field.name for field in meta.concrete_fields}
    changes = [f'"{field.column}" = changed."{field.column}"' for field in fields]
    keys = [meta.pk]
    where = f'target."{meta.pk.column}" = changed."{meta.pk.column}"'
    if has_revision:
        keys.append(meta.get_field("revision"))
        changes.append('"revision" = target."revision" + 1')
        where += ' AND target."revision" = changed."revision"'
    columns = [*keys, *fields]
    names_list = ", ".join(f'"{field.column}"' for field in columns)
    arrays = ", ".join(f"%s::{_array_type(field)}" for field in columns)
    return (
        f'UPDATE "{meta.db_table}" AS target SET {", ".join(changes)} '
        f"FROM unnest({arrays}) AS changed({names_list}) WHERE {where}"
    )


def _array_type(field: models.Field[Any, Any]) -> str:
    # A length limit inside a cast would cut silently; without it the column itself refuses.
    kind = str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))
    return f"{kind.partition('(')[0]}[]"


def _columns(rows: Iterable[models.Model], fields: Iterable[models.Field[Any, Any]]) -> list[Any]:
    rows = list(rows)
    return [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]
        for field in fields
    ]


def _insert(rows: list[models.Model]) -> None:
    table = _table(type(rows[0]))
    with connection.cursor() as cursor, _refusing():
        cursor.execute(table.insert, _columns(rows, table.fields))
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


def _update(rows: list[models.Model], names: tuple[str, ...]) -> None:
    model = type(rows[0])
    meta = model._meta
    assert meta.pk is not None
    fields = [meta.pk, *(meta.get_field(name) for name in names)]
    has_revision = hasattr(rows[0], "revision")
    if has_revision:
        fields.insert(1, meta.get_field("revision"))
    with connection.cursor() as cursor, _refusing():
        cursor.execute(_update_statement(model, names), _columns(rows, fields))
        if cursor.rowcount != len(rows):
            raise Conflict(extra={"table": meta.db_table})
    if has_revision:
        for row in rows:
            row.revision += 1  # type: ignore[attr-defined]


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        problem = _refusals.get(getattr(diagnosis, "constraint_name", None) or "")
        if problem is None:
            raise
        raise problem from error
