"""Report claims and do the tasks that come up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from baocheng.areas.billing.models import PaymentInstruction
from baocheng.areas.billing.operations.files import make_payment_file, record_acknowledgement
from baocheng.areas.claims.enums import Channel
from baocheng.areas.claims.models import Claim
from baocheng.areas.claims.operations.reporting import LossReport, ReportedLine, report_claim
from baocheng.areas.policies.models import Policy
from baocheng.engine.journal.models import EventRow
from baocheng.engine.processes.operations import complete_task
from baocheng.engine.work.models import WorkItem
from baocheng.kernel.time import business_date
from factories.company import FRIDAY, act

Answers = dict[str, Any]
COMPLETE: Answers = {"conclusion": "complete"}
COVERED: Answers = {"liability": "COVERED"}
CONFIRMED: Answers = {}
APPROVED: Answers = {"answer": "approve"}


def a_line(head: str = "third_party_property", amount: str = "1500.00", **facts: Any) -> ReportedLine:
    """Return a line as it is reported."""
    on = facts.pop("on", business_date(FRIDAY) - timedelta(days=2))
    return ReportedLine(head=head, incurred_on=on, amount=Decimal(amount), **facts)


def a_report(policy: Policy, lines: Sequence[ReportedLine] = (), **facts: Any) -> LossReport:
    """Return a report of a loss two days before FRIDAY, through a partner by default."""
    given = {
        "loss_at": FRIDAY - timedelta(days=2),
        "reporter_name": "王芳",
        "reporter_contact": "13800000000",
        "channel": Channel.PARTNER,
        "fault_ratio": Decimal(1),
        **facts,
    }
    return LossReport(policy_number=policy.number, lines=lines or [a_line()], **given)


def report(policy: Policy, lines: Sequence[ReportedLine] = (), *, at: datetime = FRIDAY, **facts: Any) -> Claim:
    """Report a claim as 周婷 at the service desk does."""
    return report_claim(report=a_report(policy, lines, **facts), by=act("zhouting"), at=at)


def item(claim: Claim, element: str) -> WorkItem:
    """Return the latest task of this element on the claim."""
    return WorkItem.objects.filter(stream_id=claim.id, element=element).latest("opened_at", "id")


def do(claim: Claim, element: str, answers: Answers, login: str = "zhaomin", at: datetime = FRIDAY) -> None:
    """Complete the open task of this element on the claim."""
    complete_task(item(claim, element).id, answers, by=act(login), at=at)


def pay_everything(at: datetime = FRIDAY, result: str = "PAID", reason: str = "") -> None:
    """Send what waits to the bank and let it answer."""
    by = act("zhengyi")
    sent = make_payment_file(by=by, at=at).file
    rows = PaymentInstruction.objects.filter(file=sent)
    answer = "".join(f"{row.number},{row.amount},{result},{reason}\n" for row in rows)
    record_acknowledgement(text=f"number,amount,result,reason\n{answer}", by=by, at=at)


def history(claim: Claim) -> list[str]:
    """Return what happened to the claim itself, as past verbs in order."""
    rows = EventRow.objects.filter(stream_id=claim.id, type__startswith="claims.claim.")
    return [type.split(".")[2] for type in rows.order_by("position").values_list("type", flat=True)]
