"""`baocheng up`: everything one machine needs, in the order it needs it."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import click

from baocheng.cli import server
from baocheng.cli.root import data_folder, main


@main.command()
@click.option("--demo", is_flag=True, help="Run the demonstration company, with a movable clock.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
def up(demo: bool, port: int, workers: int) -> None:
    """Start the database, bring it up to date, and serve."""
    if demo:
        os.environ["BAOCHENG_DEMO"] = "1"
    with step("数据库 database"):
        server.ensure(data_folder())
    import django
    from django.core.management import call_command

    django.setup()
    with step("数据表 migrations"):
        call_command("migrate", verbosity=0, interactive=False)
    logins: list[tuple[str, str, str]] = []
    with step("服务手册 handbook"):
        _publish_default_handbook()
    if demo:
        with step("示范公司 demonstration company"):
            from baocheng.demo import company

            logins = company.ensure()
    else:
        _ensure_administrator()
    processes = _start(port, workers)
    try:
        with step("网页与任务 web and worker"):
            _wait_until_healthy(port, processes)
        click.echo(f"\n  http://127.0.0.1:{port}/\n")
        for role, login, password in logins:
            click.echo(f"  {role:<12}\t{login:<12}\t{password}")
        click.echo("\n按 Ctrl-C 停止 · press Ctrl-C to stop", nl=True)
        _wait(processes)
    finally:
        _stop(processes)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print a line for a step, and how long it took."""
    click.echo(f"· {title} … ", nl=False)
    started = time.monotonic()
    yield
    click.echo(f"完成 {time.monotonic() - started:.1f} s")


def _publish_default_handbook() -> None:
    from django.conf import settings

    from baocheng.engine.publishing.defaults import publish_default
    from baocheng.kernel.time import now

    publish_default(settings.HANDBOOK, at=now())


def _ensure_administrator() -> None:
    from django.conf import settings

    from baocheng.areas.organisation.operations import founding
    from baocheng.kernel.time import now

    if founding.is_founded():
        return
    click.echo("首次启动：创建管理员 · first start: create the administrator")
    name = click.prompt("姓名 name")
    login = click.prompt("登录名 login")
    password = _prompt_password()
    founding.found_company(
        name=settings.COMPANY_NAME,
        login=login,
        password=password,
        administrator=name,
        at=now(),
    )


def _prompt_password() -> str:
    """Ask until the password is good enough."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    while True:
        password: str = click.prompt("密码 password", hide_input=True, confirmation_prompt=True)
        try:
            validate_password(password)
        except ValidationError as refused:
            click.echo("\n".join(refused.messages), err=True)
        else:
            return password


def _start(port: int, workers: int) -> list[subprocess.Popen[bytes]]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]}
    web = [
        *(sys.executable, "-m", "gunicorn", "baocheng.settings.wsgi:application"),
        *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
        *("--workers", str(workers), "--threads", "4", "--log-level", "warning"),
    ]
    worker = [sys.executable, "-m", "baocheng.cli.worker"]
    # Children get Ctrl-C from here alone, so that each is told once and waited for.
    with (data_folder() / "worker.log").open("ab") as log:
        return [
            subprocess.Popen(web, env=environment, start_new_session=True),  # noqa: S603  (ours)
            subprocess.Popen(  # noqa: S603
                worker, env=environment, start_new_session=True, stdout=log, stderr=log
            ),
        ]


def _wait_until_healthy(port: int, processes: list[subprocess.Popen[bytes]]) -> None:
    for _attempt in range(300):
        if any(process.poll() is not None for process in processes):
            raise click.ClickException(f"启动失败，端口 {port} 可能被占用 · could not start")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise click.ClickException("启动超时 · start timed out")


def _wait(processes: list[subprocess.Popen[bytes]]) -> None:
    def told_to_stop(*_signal: object) -> None:
        raise KeyboardInterrupt

    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, told_to_stop)
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
    except KeyboardInterrupt:
        click.echo("\n正在停止 · stopping")


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
