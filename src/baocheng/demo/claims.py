"""Claims of the demonstration company, one at every stage of the process."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from baocheng.areas.billing.models import PaymentInstruction
from baocheng.areas.billing.operations.files import make_payment_file, record_acknowledgement
from baocheng.areas.claims.enums import Channel
from baocheng.areas.claims.models import Claim
from baocheng.areas.claims.operations.closing import reopen_claim
from baocheng.areas.claims.operations.lines import ReportedLine
from baocheng.areas.claims.operations.reporting import LossReport, report_claim
from baocheng.areas.policies.models import Policy
from baocheng.areas.products.enums import Payer
from baocheng.demo.cast import act
from baocheng.engine.documents.letters import render_pending
from baocheng.engine.processes.operations import complete_task
from baocheng.engine.work.models import WorkItem
from baocheng.kernel.money import yuan
from baocheng.kernel.time import now

Answers = dict[str, Any]
REVIEWED: Answers = {"conclusion": "complete", "remark": "资料齐全、清晰。"}
COVERED: Answers = {"liability": "COVERED"}
APPROVED: Answers = {"answer": "approve", "remark": "同意。"}


def bring_to_every_stage(policies: dict[str, list[Policy]]) -> None:
    """Bring claims to every stage of the process; each stops where its list of tasks ends."""
    medical, accident, motor = (
        policies[key] for key in ("million_medical", "personal_accident", "motor")
    )
    review, assess = (
        ("zhaomin", "review_documents", REVIEWED),
        ("zhaomin", "assess_liability", COVERED),
    )
    confirm = ("zhaomin", "confirm_calculation", {"remark": "已逐行核对。"})
    approve = ("chenjing", "approve_claim", APPROVED)
    refuse = (
        "zhaomin",
        "assess_liability",
        {
            "liability": "NOT_COVERED",
            "clause": "3.2",
            "reason": "EXCLUSION",
            "facts": "病历与清单显示为健康体检项目，没有疾病诊断，属于条款约定的责任免除。",
        },
    )
    supplement = (
        "zhaomin",
        "review_documents",
        {"conclusion": "supplement", "missing": ["medical_record"], "remark": "缺少出院小结。"},
    )
    for place in range(6):
        _claim(_motor(motor[place], f"{900 + 413 * place}.50", Channel.PARTNER), days=3 + place)
    _pay_everything()
    _claim(_motor(motor[6], "2380.00", Channel.PARTNER), days=1)
    _claim(_motor(motor[7], "68000.00", Channel.PHONE), days=4)
    _claim(_medical(medical[0], "26740.35"), days=1)
    _claim(_medical(medical[1], "41200.00"), [supplement], days=6)
    _claim(_medical(medical[2], "58310.80"), [review], days=4)
    _claim(_medical(medical[3], "32899.99"), [review, assess], days=5)
    _claim(_medical(medical[4], "88450.10"), [review, assess, confirm], days=5)
    _claim(_medical(medical[5], "186300.00"), [review, assess, confirm], days=8)
    _claim(_medical(medical[6], "12650.00"), [review, refuse], days=3)
    closed = _claim(
        _medical(medical[7], "9800.00"),
        [review, refuse, ("chenjing", "approve_refusal", APPROVED), VISITED],
        days=20,
    )
    _claim(_accident(accident[0], "4200.00"), [review, assess, confirm, approve], days=9)
    _pay_everything()
    _claim(_accident(accident[1], "1860.00"), [review], days=2)
    _claim(_accident(accident[2], "7350.00"), days=0)
    _claim(_unverified(), days=1)
    at = now() - timedelta(days=2)
    reopen_claim(
        claim_id=closed.id,
        reason="客户补充了门诊病历，证明因疾病检查，申请重新认定。",
        by=act("chenjing", at),
        at=at,
    )


VISITED = (
    "zhouting",
    "visit_customer",
    {"result": "doubtful", "remark": "已解释拒赔理由和申诉途径。"},
)


def _claim(
    report: Callable[[datetime], LossReport],
    tasks: Iterable[tuple[str, str, Answers]] = (),
    *,
    days: int,
) -> Claim:
    at = now() - timedelta(days=days, hours=1)
    claim = report_claim(report=report(at), by=act("zhouting", at), at=at)
    for step, (login, element, answers) in enumerate(tasks, 1):
        done_at = at + timedelta(hours=3 * step)
        item = WorkItem.objects.filter(stream_id=claim.id, element=element).latest("opened_at")
        complete_task(item.id, answers, by=act(login, done_at), at=min(done_at, now()))
        # The worker would have written the letter within seconds.
        render_pending(at=min(done_at, now()))
    return claim


def _pay_everything() -> None:
    """Send what is instructed to the bank and let it pay."""
    at = now()
    by = act("zhengyi", at)
    sent = make_payment_file(by=by, at=at).file
    rows = PaymentInstruction.objects.filter(file=sent)
    answer = "".join(f"{row.number},{row.amount},PAID,\n" for row in rows)
    record_acknowledgement(text=f"number,amount,result,reason\n{answer}", by=by, at=at)


def _report(
    policy: Policy, lines: Sequence[ReportedLine], **facts: Any
) -> Callable[[datetime], LossReport]:
    def at_moment(at: datetime) -> LossReport:
        loss_at = at - timedelta(days=2)
        return LossReport(
            policy_number=policy.number,
            loss_at=loss_at,
            reporter_name=policy.holder_name,
            reporter_contact="13800000000",
            lines=[replace(line, incurred_on=loss_at.date()) for line in lines],
            **facts,
        )

    return at_moment


SOME_DAY = date(2000, 1, 1)


def _motor(policy: Policy, amount: str, channel: Channel) -> Callable[[datetime], LossReport]:
    line = ReportedLine(
        head="third_party_property",
        incurred_on=SOME_DAY,
        amount=Decimal(amount),
        description="对方车辆左前保险杠、大灯更换与喷漆",
    )
    return _report(
        policy,
        [line],
        channel=channel,
        cause="traffic",
        by_accident=True,
        fault_ratio=Decimal(1),
        loss_place="上海市浦东新区世纪大道",
        description="变道时与直行车辆发生刮擦，交警认定我方全部责任。",
        documents=[] if channel is Channel.PHONE else ["accident_certificate"],
    )


def _medical(policy: Policy, amount: str) -> Callable[[datetime], LossReport]:
    total = Decimal(amount)
    surgery = yuan(total * Decimal("0.45"))
    medicine = yuan(total * Decimal("0.30"))
    lines = [
        ReportedLine(
            head="surgery", incurred_on=SOME_DAY, amount=surgery, description="腹腔镜手术"
        ),
        ReportedLine(
            head="medicine",
            incurred_on=SOME_DAY,
            amount=medicine,
            description="住院用药",
            other_paid={Payer.SOCIAL_INSURANCE: yuan(medicine / 2)},
        ),
        ReportedLine(
            head="treatment",
            incurred_on=SOME_DAY,
            amount=total - surgery - medicine,
            description="检查与化验",
        ),
    ]
    lines = [replace(line, hospital_level="三级", social_insurance_used=True) for line in lines]
    return _report(
        policy,
        lines,
        cause="illness",
        loss_place="上海市第一人民医院",
        description="因急性阑尾炎住院手术治疗。",
        documents=["id_card"],
    )


def _accident(policy: Policy, amount: str) -> Callable[[datetime], LossReport]:
    line = ReportedLine(
        head="medical",
        incurred_on=SOME_DAY,
        amount=Decimal(amount),
        description="骨折复位固定",
        hospital_level="三级",
        social_insurance_used=True,
    )
    return _report(
        policy,
        [line],
        cause="accident",
        by_accident=True,
        loss_place="上海市静安区",
        description="下楼时踩空摔倒，右手桡骨骨折。",
        documents=["id_card", "invoice"],
    )


def _unverified() -> Callable[[datetime], LossReport]:
    def at_moment(at: datetime) -> LossReport:
        return LossReport(
            insured_name="徐静",
            loss_at=at - timedelta(days=1),
            reporter_name="徐静",
            reporter_contact="13900000000",
            cause="illness",
            description="客户手边没有保单，先行受理。",
        )

    return at_moment
