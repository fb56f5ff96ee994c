"""The demonstration company: branches, a login per role, customers and policies."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection

from baocheng.areas.customers.models import Party
from baocheng.areas.customers.operations.accounts import NewAccount, add_bank_accounts
from baocheng.areas.customers.operations.registration import NewPerson, register_persons
from baocheng.areas.organisation.enums import BranchLevel
from baocheng.areas.organisation.models import Branch
from baocheng.areas.organisation.operations import founding
from baocheng.areas.organisation.operations.branches import open_branch
from baocheng.areas.organisation.operations.roles import grant_role
from baocheng.areas.organisation.operations.staff import hire_staff
from baocheng.areas.policies.bitemporal import Insured
from baocheng.areas.policies.models import Policy
from baocheng.areas.policies.operations.issuing import NewPolicy, issue_policies
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.demo.cast import ADMINISTRATOR, CAST, PASSWORD, act
from baocheng.demo.claims import bring_to_every_stage
from baocheng.engine.publishing.defaults import publish_default
from baocheng.engine.unit import unit
from baocheng.kernel.identifiers import resident_id
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import now


class NotADemonstration(Problem):
    """The data folder belongs to a real company."""

    code = "demo.not_a_demonstration"
    message = _("该数据文件夹不是示范公司，不能使用示范命令。")
    status = 409


SURNAMES = "王李张刘陈杨黄吴周徐孙马朱胡郭何林高罗郑"
GIVEN_NAMES = (
    "芳",
    "伟",
    "秀英",
    "娜",
    "敏",
    "静",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
    "文",
)


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
    names = {member.login for member in CAST}
    found = get_user_model().objects.filter(username__in=names).count()
    if founding.is_founded() and found != len(names):
        raise NotADemonstration


def reset() -> list[tuple[str, str, str]]:
    """Empty the database and build the company anew."""
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
    bring_to_every_stage(policies)


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


def _customers(at: datetime) -> list[Party]:
    chance = Random(2026)  # noqa: S311  (the same customers every time)
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
    parties = [
        party for party in register_persons(persons, by=by, at=at) if isinstance(party, Party)
    ]
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
            _policy(
                "million_medical", party, starts_at, (CoverageTerms(coverage="general_medical"),)
            )
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
