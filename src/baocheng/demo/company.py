"""The demonstration company: branches, a login per role, customers, policies, claims at every stage."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection

from baocheng.areas.billing.models import PaymentInstruction
from baocheng.areas.billing.operations.files import make_payment_file, record_acknowledgement
from baocheng.areas.claims.enums import Channel
from baocheng.areas.claims.models import Claim
from baocheng.areas.claims.operations.closing import reopen_claim
from baocheng.areas.claims.operations.reporting import LossReport, ReportedLine, report_claim
from baocheng.areas.customers.models import Party
from baocheng.areas.customers.operations.accounts import NewAccount, add_bank_accounts
from baocheng.areas.customers.operations.registration import NewPerson, register_persons
from baocheng.areas.organisation.enums import BranchLevel
from baocheng.areas.organisation.models import Branch
from baocheng.areas.organisation.operations import founding
from baocheng.areas.organisation.operations.branches import open_branch
from baocheng.areas.organisation.operations.roles import grant_role
from baocheng.areas.organisation.operations.staff import hire_staff
from baocheng.areas.organisation.queries import actor_of, get_staff
from baocheng.areas.policies.bitemporal import Insured
from baocheng.areas.policies.models import Policy
from baocheng.areas.policies.operations.issuing import NewPolicy, issue_policies
from baocheng.areas.products.enums import Payer
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.engine.documents.letters import render_pending
from baocheng.engine.processes.operations import complete_task
from baocheng.engine.publishing.defaults import publish_default
from baocheng.engine.streams import Actor
from baocheng.engine.unit import unit
from baocheng.engine.work.models import WorkItem
from baocheng.kernel.identifiers import resident_id
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import now

PASSWORD = "baocheng-demo"  # noqa: S105  (of the demonstration company, printed at its start)


class NotADemonstration(Problem):
    """The data folder belongs to a real company."""

    code = "demo.not_a_demonstration"
    message = _("该数据文件夹不是示范公司，不能使用示范命令。")
    status = 409


@dataclass(frozen=True)
class Member:
    """One of the standing cast."""

    login: str
    number: str
    name: str
    branch: str
    roles: tuple[str, ...]
    title: str


CAST = (
    Member("zhaomin", "S0101", "赵敏", "31", ("claims_handler",), "理赔员"),
    Member("chenjing", "S0102", "陈静", "31", ("claims_supervisor",), "理赔主管"),
    Member("sunli", "S0001", "孙立", "1", ("claims_manager",), "总公司理赔经理"),
    Member("zhouting", "S0103", "周婷", "31", ("service_agent",), "客服坐席"),
    Member("liqiang", "S0104", "李强", "31", ("agent",), "代理人"),
    Member("wujie", "S0105", "吴洁", "31", ("underwriter",), "核保员"),
    Member("zhengyi", "S0002", "郑义", "1", ("cashier",), "出纳"),
    Member("qianhe", "S0003", "钱和", "1", ("compliance_officer",), "合规专员"),
)
ADMINISTRATOR = ("系统管理员", "admin", PASSWORD)

SURNAMES = "王李张刘陈杨黄吴周徐孙马朱胡郭何林高罗郑"
GIVEN_NAMES = ("芳", "伟", "秀英", "娜", "敏", "静", "磊", "军", "洋", "勇", "艳", "杰", "涛", "明", "超", "霞", "平", "刚", "桂英", "文")


def ensure() -> list[tuple[str, str, str]]:
    """Build the company where there is none, and return role, login and password of everybody."""
    if not founding.is_founded():
        build()
    return logins()


def logins() -> list[tuple[str, str, str]]:
    """Return role, login and password of everybody."""
    return [ADMINISTRATOR, *((member.title, member.login, PASSWORD) for member in CAST)]


def require_demonstration() -> None:
    """Refuse to play with a real company.

    Raises:
        NotADemonstration: its people are not the standing cast.
    """
    from django.contrib.auth import get_user_model

    names = {member.login for member in CAST}
    found = get_user_model().objects.filter(username__in=names).count()
    if founding.is_founded() and found != len(names):
        raise NotADemonstration


def reset() -> list[tuple[str, str, str]]:
    """Empty the database and build the company anew."""
    from django.core.management import call_command

    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0, interactive=False)
    publish_default(settings.HANDBOOK, at=now())
    return ensure()


def build() -> None:
    """Build the whole company."""
    at = now() - timedelta(days=400)
    found(at)
    customers = _customers(at)
    policies = _policies(customers, at)
    _claims(policies)


def found(at: datetime) -> None:
    """Open the branches and take on the cast."""
    title, login, password = ADMINISTRATOR
    with unit() as writing:
        founding.found_company(
            name=settings.COMPANY_NAME,
            login=login,
            password=password,
            administrator=title,
            at=at,
        )
        writing.flush()
        head_office = Branch.objects.get(code=founding.HEAD_OFFICE_CODE)
        branches = {"1": head_office}
        for code, name, parent, level in (
            ("31", "上海分公司", "1", BranchLevel.PROVINCIAL),
            ("11", "北京分公司", "1", BranchLevel.PROVINCIAL),
            ("3101", "浦东支公司", "31", BranchLevel.LOCAL),
        ):
            branches[code] = open_branch(
                code=code,
                name=name,
                parent=branches[parent],
                level=level,
                by=founding.FOUNDER,
                at=at,
            )
        for member in CAST:
            staff = hire_staff(
                employee_number=member.number,
                name=member.name,
                branch=branches[member.branch],
                username=member.login,
                password=PASSWORD,
                by=founding.FOUNDER,
                at=at,
            )
            for role in member.roles:
                grant_role(
                    staff=staff,
                    role=role,
                    branch=branches[member.branch],
                    by=founding.FOUNDER,
                    at=at,
                )


def act(login: str, at: datetime) -> Actor:
    """Return a member of the cast as an actor."""
    member = next(member for member in CAST if member.login == login)
    user = get_staff(member.number).user
    assert user is not None
    return actor_of(user, at=at)


def _customers(at: datetime) -> list[Party]:
    chance = Random(2026)
    persons = []
    for place in range(40):
        born_on = date(1955, 1, 1) + timedelta(days=chance.randrange(16_000))
        body = f"310101{born_on:%Y%m%d}{chance.randrange(100, 1000)}"
        surname, given = chance.choice(SURNAMES), chance.choice(GIVEN_NAMES)
        persons.append(
            NewPerson(
                name="王芳" if place == 0 else surname + given,
                resident_id=body + resident_id.check_digit(body),
                phone=f"13{chance.randrange(10)}{chance.randrange(10**8):08d}",
            )
        )
    by = act("wujie", at)
    parties = [party for party in register_persons(persons, by=by, at=at) if isinstance(party, Party)]
    accounts = [
        NewAccount(party=party, number=card_number(chance), bank="示范银行上海分行")
        for party in parties
    ]
    add_bank_accounts(accounts, by=by, at=at)
    return parties


def card_number(chance: Random) -> str:
    """Return a card number with a right Luhn digit."""
    digits = [int(digit) for digit in f"622202{chance.randrange(10**12):012d}"]
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return "".join(map(str, digits)) + str(-total % 10)


def _policies(customers: Sequence[Party], at: datetime) -> dict[str, list[Policy]]:
    starts_at = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=60)
    new = {
        "million_medical": [
            _policy("million_medical", party, starts_at, (CoverageTerms(coverage="general_medical"),))
            for party in customers[:14]
        ],
        "personal_accident": [
            _policy("personal_accident", party, starts_at, ACCIDENT) for party in customers[10:24]
        ],
        "motor": [
            _policy("motor", party, starts_at, MOTOR, plate=f"沪A{place + 10000}")
            for place, party in enumerate(customers[20:40])
        ],
    }
    by = act("wujie", at)
    issued = {}
    for product, policies in new.items():
        answers = issue_policies(policies=policies, by=by, at=at)
        refused = [answer for answer in answers if isinstance(answer, Problem)]
        if refused:
            raise refused[0]
        issued[product] = [answer for answer in answers if isinstance(answer, Policy)]
    return issued


ACCIDENT = (
    CoverageTerms(coverage="accident_death", amounts={"sum_insured": Decimal("500000.00")}),
    CoverageTerms(coverage="accident_disability", amounts={"sum_insured": Decimal("500000.00")}),
    CoverageTerms(coverage="hospital_allowance", amounts={"daily_amount": Decimal("150.00")}),
    CoverageTerms(coverage="accident_medical", amounts={"medical_sum": Decimal("30000.00")}),
)
MOTOR = (
    CoverageTerms(coverage="compulsory"),
    CoverageTerms(coverage="third_party", amounts={"sum_insured": Decimal("1000000.00")}),
)


def _policy(
    product: str,
    party: Party,
    starts_at: datetime,
    covers: Sequence[CoverageTerms],
    plate: str = "",
) -> NewPolicy:
    return NewPolicy(
        product=product,
        holder_id=party.id,
        holder_name=party.name,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=730),
        insureds=[
            Insured(party_id=party.id, name=party.name, has_social_insurance=True, plate=plate)
        ],
        covers=covers,
        premium_amount=Decimal("980.00"),
    )


# --- claims at every stage -----------------------------------------------------------------------

Answers = dict[str, Any]
REVIEWED: Answers = {"conclusion": "complete", "remark": "资料齐全、清晰。"}
COVERED: Answers = {"liability": "COVERED"}
APPROVED: Answers = {"answer": "approve", "remark": "同意。"}


def _claims(policies: dict[str, list[Policy]]) -> None:
    """Bring claims to every stage of the process; each stops where its list of tasks ends."""
    medical, accident, motor = (policies[key] for key in ("million_medical", "personal_accident", "motor"))
    review, assess = ("zhaomin", "review_documents", REVIEWED), ("zhaomin", "assess_liability", COVERED)
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


VISITED = ("zhouting", "visit_customer", {"result": "doubtful", "remark": "已解释拒赔理由和申诉途径。"})


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


def _report(policy: Policy, lines: Sequence[ReportedLine], **facts: Any) -> Callable[[datetime], LossReport]:
    def at_moment(at: datetime) -> LossReport:
        loss_at = at - timedelta(days=2)
        return LossReport(
            policy_number=policy.number,
            loss_at=loss_at,
            reporter_name=policy.holder_name,
            reporter_contact="13800000000",
            lines=[_dated(line, loss_at.date()) for line in lines],
            **facts,
        )

    return at_moment


def _dated(line: ReportedLine, on: date) -> ReportedLine:
    from dataclasses import replace

    return replace(line, incurred_on=on)


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
    surgery = (total * Decimal("0.45")).quantize(Decimal("0.01"))
    medicine = (total * Decimal("0.30")).quantize(Decimal("0.01"))
    common = {"hospital_level": "三级", "social_insurance_used": True, "incurred_on": SOME_DAY}
    lines = [
        ReportedLine(head="surgery", amount=surgery, description="腹腔镜手术", **common),
        ReportedLine(
            head="medicine",
            amount=medicine,
            description="住院用药",
            other_paid={Payer.SOCIAL_INSURANCE: (medicine / 2).quantize(Decimal("0.01"))},
            **common,
        ),
        ReportedLine(
            head="treatment", amount=total - surgery - medicine, description="检查与化验", **common
        ),
    ]
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
