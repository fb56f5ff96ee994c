"""`baocheng import SOURCE FILE`: bring the business of another system in."""

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from baocheng.cli import server
from baocheng.cli.root import data_folder, main
from baocheng.kernel.money import CENT

if TYPE_CHECKING:
    from baocheng.adapters.imports.runner import Outcome, Rejected

NAMES = ("pg17-policies", "pg17-claims", "synthea")


@main.command("import")
@click.argument("source", type=click.Choice(NAMES))
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--rejected", type=click.Path(path_type=Path, dir_okay=False), help="File for them.")
@click.option("--branch", default="", help="Code of the branch that takes them; the head office.")
@click.option("--batch", default=500, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--verify/--no-verify", default=True, show_default=True, help="The whole journal.")
def import_(
    *, source: str, file: Path, rejected: Path | None, branch: str, batch: int, verify: bool
) -> None:
    """Import FILE as business of this company.

    \b
    pg17-policies   pg17trainpol.parquet
    pg17-claims     pg17trainclaim.parquet, after the policies
    synthea         the folder with the synthea_*.parquet files

    Running it again imports nothing twice and completes what a stopped run left. Rows that are
    refused are written to a file with their reasons. At the end the file is compared with the
    system; exits 2 when a figure differs.
    """
    _prepare()
    from baocheng.cli import memory

    memory.settle()
    from baocheng.adapters.imports.crew import import_crew
    from baocheng.adapters.imports.registry import SOURCES
    from baocheng.adapters.imports.runner import Import
    from baocheng.areas.organisation.operations.founding import HEAD_OFFICE_CODE
    from baocheng.areas.organisation.queries import get_branch
    from baocheng.kernel.time import now

    chosen = SOURCES[source]
    path = get_branch(branch).path if branch else HEAD_OFFICE_CODE
    target = rejected or Path(f"{file.name}.rejected.csv")
    label = f"{chosen.title} {file.name}"
    with (
        _rejections(target) as note,
        click.progressbar(length=chosen.count(file), label=label) as bar,
    ):
        run = Import(
            source=chosen,
            path=file,
            crew=import_crew(path),
            at=now(),
            size=batch,
            advance=bar.update,
            reject=note,
        )
        outcome = run.run(is_verified=verify)
    _report(outcome, target)
    if not outcome.is_balanced:
        sys.exit(2)


def _prepare() -> None:
    """Bring the installation up to date, as `up` does: an import may be the first thing it sees."""
    server.ensure(data_folder())
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from baocheng.engine.publishing.defaults import publish_default
    from baocheng.kernel.time import now

    call_command("migrate", verbosity=0, interactive=False)
    publish_default(settings.HANDBOOK, at=now())


class _Rejections:
    """Write rows as they are refused; without any there is no file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def __call__(self, rejected: "Rejected") -> None:
        if self._file is None:
            # With its mark at the front, so that spreadsheets read the Chinese in it.
            self._file = self._path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow(["key", "code", "sentence", "fields"])
        problem = rejected.problem
        row = [rejected.key, problem.code, str(problem), " ".join(problem.fields)]
        csv.writer(self._file).writerow(row)
        self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


@contextmanager
def _rejections(path: Path) -> Iterator[_Rejections]:
    path.unlink(missing_ok=True)
    rejections = _Rejections(path)
    try:
        yield rejections
    finally:
        rejections.close()


def _report(outcome: "Outcome", target: Path) -> None:
    click.echo("\n对账 control totals")
    click.echo(_line("", "", "文件 file", "拒收 rejected", "系统 system"))
    for total in outcome.totals:
        mark = _mark(is_right=total.is_balanced) if total.is_compared else "·"
        click.echo(
            _line(
                mark,
                total.name,
                _figure(total.in_file),
                _figure(total.rejected),
                _figure(total.in_system),
            )
        )
    balance = _figure(outcome.ledger)
    click.echo(f"{_mark(is_right=outcome.ledger == 0)} 总账借贷差 ledger balance {balance}")
    _report_journal(outcome)
    if outcome.unfinished:
        click.echo(f"✗ 未办结 unfinished {len(outcome.unfinished)}")
    if outcome.rejected or outcome.unfinished:
        click.echo(f"拒收 rejected {len(outcome.rejected)} → {target}")


def _report_journal(outcome: "Outcome") -> None:
    verified = outcome.verified
    if verified is None:
        return
    mark = _mark(is_right=not verified.broken)
    click.echo(f"{mark} 事件链 journal {verified.events:,} events · {verified.streams:,} streams")
    for broken in verified.broken:
        click.echo(
            f"  ✗ {broken.stream_kind} {broken.stream_id} #{broken.position}：{broken.reason}"
        )


def _mark(*, is_right: bool) -> str:
    return "✓" if is_right else "✗"


def _figure(figure: Decimal | int | None) -> str:
    if figure is None:
        return "—"
    # An amount finer than a cent is a fault of the file: it is shown as it is.
    is_amount = isinstance(figure, Decimal) and figure == figure.quantize(CENT)
    return f"{figure:,.2f}" if is_amount else f"{figure:,}"


def _line(mark: str, name: str, *figures: str) -> str:
    wide = sum(2 if ord(sign) > 0x2E80 else 1 for sign in name)
    cells = "".join(_right(figure, 20) for figure in figures)
    return f"{mark:<2}{name}{' ' * max(24 - wide, 1)}{cells}"


def _right(text: str, width: int) -> str:
    wide = sum(2 if ord(sign) > 0x2E80 else 1 for sign in text)
    return " " * max(width - wide, 1) + text
