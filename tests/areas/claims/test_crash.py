"""A worker killed in the middle and started again ends where an undisturbed one does."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from baocheng.areas.billing.models import Entry, PaymentInstruction
from baocheng.areas.billing.queries import ledger_balance
from baocheng.areas.claims.models import Claim
from baocheng.areas.claims.operations import reporting
from baocheng.areas.policies.models import Accumulator
from baocheng.engine.journal.chain import verify
from baocheng.engine.journal.models import EventRow
from baocheng.engine.processes.models import Incident, Instance
from baocheng.engine.work.models import AuthorityTotal, WorkItem
from factories.company import a_medical_policy, a_person, a_policy
from factories.hundred_claims import COUNT, work

TESTS = Path(__file__).parents[2]
PROGRAM = (
    "import sys, django; django.setup(); "
    "from factories.hundred_claims import work; work(sys.argv[1])"
)


def start(cohort: str) -> "subprocess.Popen[bytes]":
    """Start a worker of its own process on the database of this test."""
    at = connection.settings_dict
    address = f"postgresql://{at['USER']}@/{at['NAME']}?host={at['HOST']}"
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "baocheng.settings.test",
        "PYTHONPATH": str(TESTS),
    }
    return subprocess.Popen([sys.executable, "-c", PROGRAM, cohort], env=environment)  # noqa: S603


def kill_when(cohort: str, is_time: Callable[[], bool]) -> None:
    """Let a worker begin, and kill it in the middle of whatever it does when it is time."""
    worker = start(cohort)
    while not is_time():
        assert worker.poll() is None, "the worker ended before it was killed"
        time.sleep(0.005)
    worker.send_signal(signal.SIGKILL)
    assert worker.wait(30) == -signal.SIGKILL


def books(cohort: str) -> Mapping[str, Any]:
    """Return what is left of a cohort's hundred claims, without what names them."""
    claims = Claim.objects.filter(source__startswith=f"{cohort}:")
    ids = list(claims.values_list("id", flat=True))
    rows = claims.order_by("loss_at", "claimed_amount")
    entries = Entry.objects.filter(posting__stream_id__in=ids)
    payments = PaymentInstruction.objects.filter(payable__stream_id__in=ids)
    events = EventRow.objects.filter(stream_id__in=ids).values_list("type", flat=True)
    tasks = WorkItem.objects.filter(stream_id__in=ids).values_list("element", "state")
    totals = Accumulator.objects.filter(policy__holder_name=cohort)
    authority = AuthorityTotal.objects.filter(scope="STREAM", key__in=[str(id) for id in ids])
    return {
        "claims": list(
            rows.values_list("claimed_amount", "payable_amount", "paid_amount", "state")
        ),
        "payments": sorted(payments.values_list("attempt", "state", "amount")),
        "entries": sorted(entries.values_list("account", "debit_amount", "credit_amount")),
        "events": Counter(events),
        "tasks": Counter(tasks),
        "processes": Counter(Instance.objects.filter(stream_id__in=ids).values_list("state")),
        "authority": sorted(authority.values_list("total", flat=True)),
        "used": sorted(totals.values_list("name", "used_amount")),
    }


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_ends_with_the_same_ledger(
    company: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the worker sets in this process is put back when the test ends.
    monkeypatch.setattr(reporting, "new_id", reporting.new_id)
    for name in ("顺利", "中断"):
        holder = a_person(name)
        a_policy(holder=holder)
        a_medical_policy(holder)
    work("顺利")

    reported = Claim.objects.filter(source__startswith="中断:")
    kill_when("中断", lambda: reported.count() >= 23)
    done = WorkItem.objects.filter(stream_id__in=reported.values("id"), state="DONE")
    kill_when("中断", lambda: done.count() >= 35)
    assert start("中断").wait(60) == 0

    undisturbed, killed = books("顺利"), books("中断")
    assert len(killed["claims"]) == COUNT
    assert {row[-1] for row in killed["claims"]} == {"CLOSED"}
    assert killed == undisturbed
    assert ledger_balance() == 0
    assert verify().broken == []
    assert not Incident.objects.exists()
