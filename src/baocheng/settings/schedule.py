"""What the worker does, and how often: each job sweeps the rows of its room that are due."""

from collections.abc import Callable

from procrastinate.contrib.django import app

from baocheng.engine.clocks import jobs as clocks
from baocheng.engine.documents import jobs as documents
from baocheng.engine.messaging import jobs as messaging
from baocheng.engine.processes import jobs as processes

EVERY_FIVE_SECONDS = "* * * * * */5"

SWEEPS: dict[str, Callable[[], int]] = {
    "processes.fire_timers": processes.fire_timers,
    "processes.retry_incidents": processes.retry_incidents,
    "clocks.check_due": clocks.check_due,
    "documents.render_pending": documents.render_pending,
    "messaging.deliver_due": messaging.deliver_due,
}


def sweep(name: str, work: Callable[[], int]) -> None:
    """Register one sweep; a queueing lock keeps runs from piling up behind a slow one."""

    @app.periodic(cron=EVERY_FIVE_SECONDS)
    @app.task(name=name, queueing_lock=name)
    def run(timestamp: int) -> None:
        work()


for _name, _work in SWEEPS.items():
    sweep(_name, _work)
