"""Look at what happened, and move the demonstration clock."""

import re
import sys
from datetime import timedelta

import click

from baocheng.cli import server
from baocheng.cli.root import data_folder, main

_DURATION = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _connect() -> None:
    server.ensure(data_folder())
    import django

    django.setup()


@main.group()
def journal() -> None:
    """The record of what happened."""


@journal.command()
def verify() -> None:
    """Recompute every hash chain and name the first broken event of each stream."""
    _connect()
    from baocheng.engine.journal.chain import verify as verify_chains

    found = verify_chains()
    for fault in found.broken:
        click.echo(
            f"{fault.stream_kind} {fault.stream_id} · 第 {fault.position} 号事件 {fault.event} · "
            f"{fault.reason}"
        )
    counted = f"{found.streams} 条流 streams · {found.events} 个事件 events"
    click.echo(f"{counted} · {len(found.broken)} 处断裂 broken")
    sys.exit(1 if found.broken else 0)


@main.group()
def claims() -> None:
    """Claims."""


@claims.command()
@click.argument("number")
def show(number: str) -> None:
    """Show a claim: where it stands, its clocks, its calculation and its history."""
    _connect()
    from baocheng.areas.claims.models import Claim
    from baocheng.areas.claims.queries import get_file
    from baocheng.engine.clocks.queries import clock_stack
    from baocheng.engine.journal.queries import events_of, sentence
    from baocheng.kernel.problems import NotFound
    from baocheng.kernel.time import SHANGHAI, now

    claim = Claim.objects.filter(number=number).first()
    if claim is None:
        raise NotFound("number")
    file = get_file(claim.id)
    click.echo(f"{claim.number} · {claim.product_name} · {claim.get_state_display()}")
    amounts = f"申请 {claim.claimed_amount} 元 · 应付 {claim.payable_amount} 元"
    click.echo(f"{amounts} · 已付 {claim.paid_amount} 元")
    for clock in clock_stack(file.stream, at=now()):
        click.echo(f"  ⏱ {clock.name} · {clock.basis} · {clock.remaining}")
    for record in file.calculations:
        click.echo(f"  理算 #{record.sequence}：{record.claimed_amount} → {record.payable_amount}")
    for event in events_of(file.stream):
        when = event.business_at.astimezone(SHANGHAI)
        click.echo(f"  {event.position:>3} {when:%Y-%m-%d %H:%M} {sentence(event)}")


@main.group()
def clock() -> None:
    """The demonstration clock."""


@clock.command()
@click.argument("duration")
def advance(duration: str) -> None:
    """Move the clock forward (31d, 24h, 90m) and let happen what falls due on the way."""
    found = _DURATION.fullmatch(duration)
    if not found:
        raise click.BadParameter("write it as 31d, 24h or 90m")
    _connect_demo()
    from baocheng.demo.clock import advance as advance_clock

    moved = advance_clock(timedelta(**{_UNITS[found[2]]: int(found[1])}))
    click.echo(f"现在 {moved.now:%Y-%m-%d %H:%M} · 计时器 {moved.timers} · 时限 {moved.clocks}")


@main.group()
def demo() -> None:
    """The demonstration company."""


@demo.command()
@click.confirmation_option(prompt="删除示范公司的全部数据并重建？ Delete and rebuild everything?")
def reset() -> None:
    """Delete everything and build the demonstration company anew."""
    _connect_demo()
    from baocheng.demo import company

    for role, login, password in company.reset():
        click.echo(f"  {role:<12}\t{login:<12}\t{password}")


def _connect_demo() -> None:
    import os

    os.environ["BAOCHENG_DEMO"] = "1"
    _connect()
    from baocheng.demo.clock import refresh

    refresh()
    from baocheng.demo.company import require_demonstration

    require_demonstration()
