"""Report claims, do the tasks that come up, and read what became of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile

from baocheng.areas.billing.models import PaymentInstruction
from baocheng.areas.billing.operations.files import make_payment_file, record_acknowledgement
from baocheng.areas.claims.enums import Channel
from baocheng.areas.claims.models import CalculationRecord, Claim
from baocheng.areas.claims.operations.documenting import receive_claim_documents
from baocheng.areas.claims.operations.lines import ReportedLine
from baocheng.areas.claims.operations.reporting import LossReport, report_claim
from baocheng.areas.policies.models import Accumulator, Policy
from baocheng.areas.products.enums import Payer
from baocheng.engine.clocks.queries import ClockView, clock_stack
from baocheng.engine.documents.receiving import Accepted, Upload
from baocheng.engine.journal.models import EventRow
from baocheng.engine.processes.operations import complete_task
from baocheng.engine.work.enums import ItemState
from baocheng.engine.work.models import WorkItem
from baocheng.kernel.ids import new_id
from baocheng.kernel.time import SHANGHAI, business_date
from factories.company import FRIDAY, act

Answers = dict[str, Any]
COMPLETE: Answers = {"conclusion": "complete"}
COVERED: Answers = {"liability": "COVERED"}
CONFIRMED: Answers = {}
APPROVED: Answers = {"answer": "approve"}
RETURNED: Answers = {"answer": "return", "remark": "请核对出院小结的日期。"}
VISITED: Answers = {"result": "satisfied", "remark": "已收到赔款，无疑问。"}
NOT_COVERED: Answers = {
    "liability": "NOT_COVERED",
    "clause": "3.2",
    "reason": "EXCLUSION",
    "facts": "清单显示为健康体检项目，没有疾病诊断。",
}

# The smallest file that is a PDF.
PAPER = b"%PDF-1.4\n%%EOF"
# What is not worth telling in a story: how the engine got from one fact to the next.
_MACHINERY = ("work.", "processes.", "clocks.")


def on(month: int, day: int, hour: int = 10) -> datetime:
    """Return a moment of 2025."""
    return datetime(2025, month, day, hour, tzinfo=SHANGHAI)


def a_line(
    head: str = "third_party_property", amount: str = "1500.00", **facts: Any
) -> ReportedLine:
    """Return a line as it is reported."""
    on = facts.pop("on", business_date(FRIDAY) - timedelta(days=2))
    return ReportedLine(head=head, incurred_on=on, amount=Decimal(amount), **facts)


def a_bill(head: str, amount: str, *, by_social_insurance: str = "", **facts: Any) -> ReportedLine:
    """Return a line of a hospital of the third level, settled as social insurance requires."""
    line = a_line(
        head, amount, **{"hospital_level": "三级", "social_insurance_used": True, **facts}
    )
    if by_social_insurance:
        line = replace(line, other_paid={Payer.SOCIAL_INSURANCE: Decimal(by_social_insurance)})
    return line


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


def report(
    policy: Policy,
    lines: Sequence[ReportedLine] = (),
    *,
    login: str = "zhouting",
    at: datetime = FRIDAY,
    **facts: Any,
) -> Claim:
    """Report a claim as 周婷 at the service desk does."""
    return report_claim(report=a_report(policy, lines, **facts), by=act(login), at=at)


def report_illness(policy: Policy, amount: str = "40000.00", **facts: Any) -> Claim:
    """Report a surgery by telephone, with nothing but the identity card at hand."""
    lines = facts.pop("lines", [a_bill("surgery", amount)])
    given = {"channel": Channel.PHONE, "cause": "illness", "documents": ["id_card"]}
    return report(policy, lines, **{**given, "fault_ratio": None, **facts})


def item(claim: Claim, element: str) -> WorkItem:
    """Return the latest task of this element on the claim."""
    return WorkItem.objects.filter(stream_id=claim.id, element=element).latest("opened_at", "id")


def open_tasks(claim: Claim) -> list[str]:
    """Return the elements whose tasks wait to be done."""
    waiting = WorkItem.objects.filter(stream_id=claim.id, state=ItemState.OPEN)
    return list(waiting.order_by("id").values_list("element", flat=True))


def do(
    claim: Claim, element: str, answers: Answers, login: str = "zhaomin", at: datetime = FRIDAY
) -> None:
    """Complete the open task of this element on the claim."""
    complete_task(item(claim, element).id, answers, by=act(login), at=at)


def assess(claim: Claim, at: datetime = FRIDAY, **facts: Any) -> None:
    """Let 赵敏 find the claim covered and confirm what is calculated."""
    do(claim, "assess_liability", {**COVERED, **facts}, at=at)
    do(claim, "confirm_calculation", CONFIRMED, at=at)


def bring_to_approval(claim: Claim, at: datetime = FRIDAY) -> None:
    """Let 赵敏 do everything up to the approval."""
    do(claim, "review_documents", COMPLETE, at=at)
    assess(claim, at)


def visit_if_due(claim: Claim, at: datetime = FRIDAY) -> None:
    """Let 周婷 visit a customer who was drawn for it, so that the claim closes."""
    if open_tasks(claim) == ["visit_customer"]:
        do(claim, "visit_customer", VISITED, "zhouting", at)


def supply(claim: Claim, *kinds: str, at: datetime = FRIDAY) -> None:
    """Bring documents of these kinds to the counter."""
    uploads = [
        Upload(file=ContentFile(PAPER + kind.encode()), name=f"{kind}.pdf", kind=kind, title=kind)
        for kind in kinds
    ]
    answers = receive_claim_documents(claim_id=claim.id, uploads=uploads, by=act("zhouting"), at=at)
    assert all(isinstance(answer, Accepted) for answer in answers)


def send_to_bank(at: datetime = FRIDAY) -> str:
    """Make the payment file of everything that waits, and return what the bank gets."""
    return make_payment_file(by=act("zhengyi"), at=at).file.content


def hear_from_bank(at: datetime = FRIDAY, result: str = "PAID", reason: str = "") -> None:
    """Let the bank answer for everything that was sent and not answered yet."""
    rows = PaymentInstruction.objects.filter(state="SENT").order_by("id")
    answer = "".join(f"{row.number},{row.amount},{result},{reason}\n" for row in rows)
    text = f"number,amount,result,reason\n{answer}"
    results = record_acknowledgement(text=text, by=act("zhengyi"), at=at)
    assert [one.problem for one in results] == [""] * len(rows)


def pay_everything(at: datetime = FRIDAY, result: str = "PAID", reason: str = "") -> None:
    """Send what waits to the bank and let it answer."""
    send_to_bank(at)
    hear_from_bank(at, result, reason)


def history(claim: Claim) -> list[str]:
    """Return what happened to the claim itself, as past verbs in order."""
    return [event.split(".")[1] for event in events(claim) if event.startswith("claim.")]


def events(claim: Claim) -> list[str]:
    """Return what happened around the claim, as `subject.verb` in order."""
    rows = EventRow.objects.filter(stream_id=claim.id).order_by("position")
    types = rows.values_list("type", flat=True)
    return [".".join(type.split(".")[1:3]) for type in types if not type.startswith(_MACHINERY)]


def clock(claim: Claim, key: str, at: datetime) -> ClockView:
    """Return the latest clock of this key as it stands at `at`."""
    return [one for one in clock_stack(claim.stream, at=at) if one.key == key][-1]


def due(claim: Claim, key: str, at: datetime) -> date | None:
    """Return the last day in time of this clock."""
    return clock(claim, key, at).due_on


def sheet(claim: Claim) -> list[tuple[str, str, str, dict[str, str]]]:
    """Return the latest calculation as rows: head, claimed, paid, and what was cut for what."""
    record = CalculationRecord.objects.filter(claim_id=claim.id).latest("sequence")
    return [
        (
            entry["line"]["head"],
            entry["claimed"],
            entry["paid"],
            {f"{cut['reason']} {cut['clause']}": cut["amount"] for cut in entry["reductions"]},
        )
        for entry in record.sheet["lines"]
    ]


def used(policy: Policy) -> dict[str, str]:
    """Return what is used of each running total of the policy, without what is not."""
    rows = Accumulator.objects.filter(policy=policy, used_amount__gt=0).order_by("name")
    return {row.name: str(row.used_amount) for row in rows}


def fresh(claim: Claim) -> Claim:
    """Return the claim as the database has it."""
    return Claim.objects.get(pk=claim.id)


def an_undrawn_id() -> Any:
    """Return an id that the sample of return visits leaves out."""
    while (id := new_id()).int % 100 < 10:
        pass
    return id
