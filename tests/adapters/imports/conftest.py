"""The default handbook, small Parquet files, and a run of an import over one."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.conf import settings

from baocheng.adapters.imports.crew import import_crew
from baocheng.adapters.imports.port import Source
from baocheng.adapters.imports.runner import Import, Outcome
from baocheng.engine.publishing.defaults import publish_default
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)

Write = Callable[[Path, dict[str, str], Sequence[Sequence[Any]]], Path]
Run = Callable[..., Outcome]


@pytest.fixture
def write() -> Write:
    """Return what writes a Parquet file: its columns with their types, and its rows."""

    def make(path: Path, columns: dict[str, str], rows: Sequence[Sequence[Any]]) -> Path:
        typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        marks = ", ".join("?" for _name in columns)
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE rows ({typed})")
            if rows:
                connection.executemany(f"INSERT INTO rows VALUES ({marks})", rows)  # noqa: S608
            connection.execute(f"COPY rows TO '{path}' (FORMAT parquet)")
        return path

    return make


@pytest.fixture
def run(db: None) -> Run:
    """Publish the default handbook, and return what runs an import at NOON."""
    publish_default(settings.HANDBOOK, at=NOON - timedelta(days=1))

    def make(source: Source[Any], path: Path, *, at: datetime = NOON, **options: Any) -> Outcome:
        chosen = {"crew": import_crew("1"), **options}
        return Import(source=source, path=path, at=at, **chosen).run()

    return make


@pytest.fixture
def figures() -> Callable[[Outcome], dict[str, tuple[Any, ...]]]:
    """Return what makes control totals comparable: in the file, rejected, in the system."""

    def make(outcome: Outcome) -> dict[str, tuple[Any, ...]]:
        return {total.name: tuple(total[1:]) for total in outcome.totals}

    return make


class Killed(BaseException):
    """What ends a run as a lost power supply does: nothing catches it."""


def kill(*_arguments: object, **_named: object) -> None:
    """Stand in for a step that the run does not survive."""
    raise Killed


@pytest.fixture
def killed_after() -> Callable[[int], Callable[[int], object]]:
    """Return an `advance` that kills the run after so many batches."""

    def make(count: int) -> Callable[[int], object]:
        left = [count]

        def advance(_rows: int) -> None:
            left[0] -= 1
            if not left[0]:
                raise Killed

        return advance

    return make
