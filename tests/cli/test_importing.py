import csv
import os
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from django.conf import settings

from baocheng.adapters.imports.registry import SOURCES
from baocheng.areas.policies.models import Policy
from baocheng.cli import importing
from baocheng.cli.root import main
from baocheng.engine.publishing.defaults import publish_default
from baocheng.kernel.time import now

COLUMNS = (
    "id_client VARCHAR, id_vehicle VARCHAR, id_policy VARCHAR, "
    "pol_coverage VARCHAR, pol_duration INTEGER, drv_sex1 VARCHAR"
)


LOW, UNKNOWN = ("A1", "V01", "A1-V01", "Mini", 1, "F"), ("A2", "V01", "A2-V01", "Gold", 1, "M")


def write(path: Path, *rows: tuple[object, ...]) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE rows ({COLUMNS})")
        connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute(f"COPY rows TO '{path}' (FORMAT parquet)")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two policies, the second of an unknown level."""
    return write(tmp_path / "pol.parquet", LOW, UNKNOWN)


@pytest.fixture
def baocheng(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return what runs the command in an empty folder, on the suite's database."""
    publish_default(settings.HANDBOOK, at=now() - timedelta(days=1))
    monkeypatch.setenv("BAOCHENG_DATA", os.environ["BAOCHENG_DATA"])
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["import", *arguments])

    return run


def test_import_reports_totals_and_writes_what_was_rejected(baocheng, file, tmp_path) -> None:
    result = baocheng("pg17-policies", str(file))

    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert "✓ 保单数 2 1 1" in lines
    assert "✓ 第三者责任限额 500,000.00 0.00 500,000.00" in lines
    assert "✓ 总账借贷差 ledger balance 0.00" in lines
    assert "拒收 rejected 1 → pol.parquet.rejected.csv" in lines
    with (tmp_path / "pol.parquet.rejected.csv").open(encoding="utf-8-sig") as rejected:
        rows = list(csv.reader(rejected))
    assert rows == [
        ["key", "code", "sentence", "fields"],
        [
            "A2-V01",
            "imports.coverage_level_unknown",
            "保障档次“Gold”不在 Mini、Median1、Median2、Maxi 之中。",
            "pol_coverage",
        ],
    ]


def test_import_without_rejected_rows_leaves_no_file_of_an_earlier_run(baocheng, tmp_path) -> None:
    target = tmp_path / "refused.csv"
    target.write_text("of last time")
    sound = write(tmp_path / "sound.parquet", LOW)

    result = baocheng("pg17-policies", str(sound), "--rejected", str(target))

    assert result.exit_code == 0, result.output
    assert not target.exists()


def test_import_exits_2_when_a_figure_does_not_balance(baocheng, file, monkeypatch) -> None:
    source = SOURCES["pg17-policies"]
    monkeypatch.setattr(type(source), "file_totals", lambda self, path: {"保单数": 3})

    result = baocheng("pg17-policies", str(file), "--no-verify")

    assert result.exit_code == 2
    assert "✗ 保单数" in result.output
    assert "journal" not in result.output


def test_import_of_a_file_that_is_none_is_refused(baocheng, tmp_path) -> None:
    (tmp_path / "pol.parquet").write_text("no parquet")

    result = baocheng("pg17-policies", "pol.parquet")

    assert result.exit_code == 2
    assert "imports.file_unreadable" in result.output
    assert Policy.objects.count() == 0


def test_import_at_an_unknown_branch_is_refused(baocheng, file) -> None:
    result = baocheng("pg17-policies", str(file), "--branch", "999")

    assert result.exit_code == 2
    assert "organisation.unknown_branch" in result.output


def test_import_names_the_sources_that_there_are() -> None:
    assert set(importing.NAMES) == set(SOURCES)
