"""What the worker does, and how often: each job sweeps the rows of its room that are due."""

from collections.abc import Callable

from django.conf import settings
from procrastinate.contrib.django import app

from baocheng.engine.clocks import jobs as clocks
from baocheng.engine.documents import jobs as documents
from baocheng.engine.messaging import jobs as messaging
from baocheng.engine.processes import jobs as processes
from baocheng.rest import idempotency as rest

if settings.IS_DEMO:
    from baocheng.demo.clock import refresh as refresh_clock
else:

    def refresh_clock() -> None:
        """The real time needs no looking after."""


EVERY_FIVE_SECONDS = "* * * * * */5"
EVERY_NIGHT = "30 2 * * *"

SWEEPS: list[tuple[str, str, Callable[[], object]]] = [
    (EVERY_FIVE_SECONDS, "processes.fire_timers", processes.fire_timers),
    (EVERY_FIVE_SECONDS, "processes.retry_incidents", processes.retry_incidents),
    (EVERY_FIVE_SECONDS, "clocks.check_due", clocks.check_due),
    (EVERY_FIVE_SECONDS, "documents.render_pending", documents.render_pending),
    (EVERY_FIVE_SECONDS, "messaging.deliver_due", messaging.deliver_due),
    (EVERY_NIGHT, "clocks.recount_provisional", clocks.recount_provisional),
    (EVERY_NIGHT, "rest.forget_answers", rest.forget_answers),
]


def sweep(cron: str, name: str, work: Callable[[], object]) -> None:
    """Register one sweep; a queueing lock keeps runs from piling up behind a slow one."""

    @app.periodic(cron=cron)
    @app.task(name=name, queueing_lock=name)
    def run(timestamp: int) -> None:
        refresh_clock()
        work()


for _cron, _name, _work in SWEEPS:
    sweep(_cron, _name, _work)
