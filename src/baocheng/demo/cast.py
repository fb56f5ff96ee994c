"""The standing cast of the demonstration and of the tests."""

from dataclasses import dataclass
from datetime import datetime

from baocheng.areas.organisation.queries import actor_with_number
from baocheng.engine.streams import Actor

PASSWORD = "baocheng-demo"  # noqa: S105  (of the demonstration company, printed at its start)


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


def act(login: str, at: datetime) -> Actor:
    """Return a member of the cast as an actor."""
    member = next(member for member in CAST if member.login == login)
    return actor_with_number(member.number, at=at)
