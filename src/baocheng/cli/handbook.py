"""`baocheng handbook check|publish` and `baocheng decisions evaluate`."""

import json
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import click

from baocheng.cli import server
from baocheng.cli.root import data_folder, main

DEFAULT = Path(__file__).resolve().parent.parent / "handbook"
FOLDER = click.argument(
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=DEFAULT,
    required=False,
)


@main.group()
def handbook() -> None:
    """Check and publish a handbook."""


@handbook.command()
@FOLDER
def check(folder: Path) -> None:
    """Report every error at once: file, place, code and sentence. Exits 1 when there is any."""
    import django

    django.setup()
    from baocheng.engine.publishing.handbook import read_folder

    book = read_folder(folder)
    findings = book.check()
    for finding in findings:
        click.echo(str(finding))
    click.echo(f"{len(book.files)} 个文件 files · {len(findings)} 处错误 findings")
    sys.exit(1 if findings else 0)


@handbook.command()
@FOLDER
@click.option("--effective", type=click.DateTime(["%Y-%m-%d"]), help="Date it holds from; now.")
@click.option("--by", "publisher", required=True, help="Employee number of the publisher.")
@click.option("--approved-by", "approver", required=True, help="Employee number of the approver.")
@click.option("--note", default="", help="What changed, for the revision history.")
def publish(
    folder: Path, effective: datetime | None, publisher: str, approver: str, note: str
) -> None:
    """Publish a folder as a new version; refused while `check` finds anything."""
    server.ensure(data_folder())
    import django

    django.setup()
    from baocheng.areas.organisation.queries import actor_with_number
    from baocheng.engine.publishing import versions
    from baocheng.engine.publishing.findings import HandbookInvalid
    from baocheng.engine.publishing.handbook import read_folder
    from baocheng.kernel.time import SHANGHAI, now

    at = now()
    publishing, approving = (actor_with_number(number, at=at) for number in (publisher, approver))
    try:
        version = versions.publish(
            read_folder(folder),
            effective_at=effective.replace(tzinfo=SHANGHAI) if effective else at,
            approved_by=approving,
            note=note,
            by=publishing,
            at=at,
        )
    except HandbookInvalid as invalid:
        for finding in invalid.findings:
            click.echo(str(finding), err=True)
        raise
    click.echo(f"{version}，自 {version.effective_at:%Y-%m-%d %H:%M} 起生效")


@main.group()
def decisions() -> None:
    """Try decisions."""


@decisions.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--decision", default="", help="Its id; needed where the file has several.")
@click.option("--input", "inputs", required=True, help="A JSON object, or @FILE.")
def evaluate(file: Path, decision: str, inputs: str) -> None:
    """Evaluate a decision of a DMN file and print its typed result as JSON."""
    import django

    django.setup()
    from baocheng.engine.decisions.evaluate_file import evaluate_file

    text = Path(inputs[1:]).read_text() if inputs.startswith("@") else inputs
    try:
        given = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--input") from None
    result = evaluate_file(file, decision, given)
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))
