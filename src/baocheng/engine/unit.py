"""One transaction whose writes are collected and sent as a few bulk statements.

An operation is written for one thing: it adds and changes rows of the open unit. Rows of one
table travel together, so a hundred claims handled in one unit cost as many statements as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, connections, models, transaction

from baocheng.kernel.problems import Conflict, Problem

_open: ContextVar[Unit | None] = ContextVar("unit", default=None)
_before_writing: list[Callable[[Unit], bool]] = []
_when_writing: dict[str, Callable[[Unit], None]] = {}
_refusals: dict[str, type[Problem]] = {}


def refuse_on(constraint: str, problem: type[Problem]) -> None:
    """Answer a violation of the database constraint of this name with `problem`."""
    _refusals[constraint] = problem


def before_writing(drain: Callable[[Unit], bool]) -> Callable[[Unit], bool]:
    """Register `drain` to run before every flush; it returns whether it did anything.

    Drains run in turn until none of them has anything left to do: the journal uses one to let
    receivers react inside the transaction that made their event true.
    """
    _before_writing.append(drain)
    return drain


def when_writing(key: str) -> Callable[[Callable[[Unit], None]], Callable[[Unit], None]]:
    """Register a function to run once a flush, when every drain has nothing left to do.

    It works off the dictionary that the unit remembers under `key`, and may write to the database,
    but must not cause anything that a drain would react to.
    """

    def register(last: Callable[[Unit], None]) -> Callable[[Unit], None]:
        _when_writing[key] = last
        return last

    return register


@contextmanager
def unit() -> Iterator[Unit]:
    """Open a unit, or join the one already open; the outermost end writes and commits it."""
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


def opened() -> Unit | None:
    """Return the open unit, or None."""
    return _open.get()


def current() -> Unit:
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
        for last in _when_writing.values():
            last(self)
        added, self._added = self._added, {}
        changed, self._changed = self._changed, {}
        waiting = {row for rows in added.values() for row in rows}
        self._new_ids.clear()
        groups: dict[tuple[type[models.Model], tuple[str, ...]], list[models.Model]] = {}
        for row, fields in changed.items():
            if row not in waiting:
                groups.setdefault((type(row), tuple(sorted(fields))), []).append(row)
        if added or groups:
            _write(list(added.values()), groups)

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
            self.memo.update(before.waiting)
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
            {key: dict(self.memo[key]) for key in _when_writing if key in self.memo},
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
    waiting: dict[str, dict[Any, Any]]


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


# A few rows travel fastest as plain parameters, many as one array for each column.
_FEW = 8


@lru_cache
def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not field.generated]


@lru_cache
def _insert_statement(model: type[models.Model], count: int) -> str:
    """Return the statement that inserts `count` rows; 0 means any number, as arrays."""
    fields = _fields(model)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    into = f'INSERT INTO "{model._meta.db_table}" ({columns})'
    if count:
        places = ", ".join("%s" for _ in fields)
        return f"{into} VALUES {', '.join(f'({places})' for _ in range(count))}"
    arrays = ", ".join(f"%s::{_array_type(field)}" for field in fields)
    return f"{into} SELECT * FROM unnest({arrays})"


@lru_cache
def _update_statement(model: type[models.Model], names: tuple[str, ...], *, is_one: bool) -> str:
    meta = model._meta
    fields, keys = _named(model, names), _keys(model)
    if is_one:
        changes = [f'"{field.column}" = %s' for field in fields]
        where = [f'"{key.column}" = %s' for key in keys]
    else:
        changes = [f'"{field.column}" = changed."{field.column}"' for field in fields]
        where = [f'target."{key.column}" = changed."{key.column}"' for key in keys]
    if len(keys) > 1:
        changes.append('"revision" = target."revision" + 1')
    statement = f'UPDATE "{meta.db_table}" AS target SET {", ".join(changes)} '
    if not is_one:
        columns = [*fields, *keys]
        names_list = ", ".join(f'"{field.column}"' for field in columns)
        arrays = ", ".join(f"%s::{_array_type(field)}" for field in columns)
        statement += f"FROM unnest({arrays}) AS changed({names_list}) "
    return f"{statement}WHERE {' AND '.join(where)}"


@lru_cache
def _named(model: type[models.Model], names: tuple[str, ...]) -> list[models.Field[Any, Any]]:
    by_name = {field.name: field for field in model._meta.concrete_fields}
    by_name.update((field.attname, field) for field in model._meta.concrete_fields)
    return [by_name[name] for name in names]


@lru_cache
def _keys(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return what tells the row to update: its key and, where the model has one, its revision."""
    meta = model._meta
    assert meta.pk is not None
    has_revision = any(field.name == "revision" for field in meta.concrete_fields)
    return [meta.pk, *(_named(model, ("revision",)) if has_revision else [])]


def _array_type(field: models.Field[Any, Any]) -> str:
    # A length limit inside a cast would cut silently; without it the column itself refuses.
    kind = str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))
    return f"{kind.partition('(')[0]}[]"


# Values of these columns go to the driver as they are.
_PLAIN = (
    models.UUIDField,
    models.TextField,
    models.CharField,
    models.IntegerField,
    models.BooleanField,
    models.DateTimeField,
    models.BinaryField,
)


@lru_cache
def _preparation(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Return what turns a value of the field into one for the driver, None where nothing does."""
    kind = type(field)
    if kind in _PLAIN or (kind.get_prep_value is models.CharField.get_prep_value):
        return None
    wrapper = connections[connection.alias]
    return lambda value: field.get_db_prep_save(value, wrapper)


def _values(row: models.Model, fields: Iterable[models.Field[Any, Any]]) -> list[Any]:
    values = row.__dict__
    return [
        prepare(values[field.attname])
        if (prepare := _preparation(field))
        else values[field.attname]
        for field in fields
    ]


def _write(
    added: list[list[models.Model]],
    changed: dict[tuple[type[models.Model], tuple[str, ...]], list[models.Model]],
) -> None:
    """Send every statement before waiting for the first answer."""
    updates = []
    with ExitStack() as cursors:
        with _refusing(), connection.wrap_database_errors, connection.connection.pipeline():
            for rows in added:
                _insert(cursors.enter_context(connection.cursor()), rows)
            for (_, names), rows in changed.items():
                cursor = cursors.enter_context(connection.cursor())
                _update(cursor, rows, names)
                updates.append((cursor, rows))
        for cursor, rows in updates:
            if cursor.rowcount != len(rows):
                raise Conflict(extra={"table": rows[0]._meta.db_table})
            if hasattr(rows[0], "revision"):
                for row in rows:
                    row.revision += 1  # type: ignore[attr-defined]


def _insert(cursor: Any, rows: list[models.Model]) -> None:
    model = type(rows[0])
    values = [_values(row, _fields(model)) for row in rows]
    if len(rows) <= _FEW:
        cursor.execute(_insert_statement(model, len(rows)), list(chain.from_iterable(values)))
    else:
        columns = [list(column) for column in zip(*values, strict=True)]
        cursor.execute(_insert_statement(model, 0), columns)
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


def _update(cursor: Any, rows: list[models.Model], names: tuple[str, ...]) -> None:
    model = type(rows[0])
    fields = [*_named(model, names), *_keys(model)]
    values = [_values(row, fields) for row in rows]
    if len(rows) == 1:
        cursor.execute(_update_statement(model, names, is_one=True), values[0])
    else:
        columns = [list(column) for column in zip(*values, strict=True)]
        cursor.execute(_update_statement(model, names, is_one=False), columns)


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
