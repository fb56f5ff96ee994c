"""The command itself: where the installation lies, and how a refusal is shown."""

import os
import sys
from pathlib import Path

import click

from baocheng.kernel.problems import Problem


class Reporting(click.Group):
    """Print a refusal as its code and sentence, and exit with 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Problem as problem:
            click.echo(f"{problem.code}: {problem}", err=True)
            for field in problem.fields:
                click.echo(f"  · {field}", err=True)
            sys.exit(2)


@click.group(cls=Reporting, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(os.environ.get("BAOCHENG_DATA", "data")),
    show_default=True,
    help="Folder of this installation: database, documents and keys.",
)
@click.version_option(package_name="baocheng")
def main(data: Path) -> None:
    """保程: run an insurer's service from its handbook."""
    os.environ["BAOCHENG_DATA"] = str(data.expanduser().resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baocheng.settings.production")


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def django(arguments: tuple[str, ...]) -> None:
    """Run a Django command on this installation (migrate, makemigrations, shell …)."""
    from baocheng.cli import server

    server.ensure(Path(os.environ["BAOCHENG_DATA"]))
    from django.core.management import execute_from_command_line

    execute_from_command_line(["baocheng django", *arguments])


def data_folder() -> Path:
    """Return the folder of the installation that this command works on."""
    return Path(os.environ["BAOCHENG_DATA"])
