"""What `check` says about a handbook file."""

from dataclasses import dataclass
from typing import NamedTuple

from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _


class Finding(NamedTuple):
    """One error of the handbook: where it is, its stable code and a sentence to mend it by.

    `place` is the element, row and column or key inside the file ("任务 assess_liability",
    "第 3 行 住院天数"); `line` is the line of the file, 0 when unknown.
    """

    file: str
    place: str
    code: str
    sentence: str
    line: int = 0

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where} · {self.place} · {self.code} · {self.sentence}"


@dataclass
class Unreadable(Exception):
    """A file that cannot be turned into definitions at all, with every reason found."""

    findings: list[Finding]


class HandbookInvalid(Problem):
    """A handbook with findings cannot be published."""

    code = "publishing.handbook_invalid"
    message = _("服务手册有 {count} 处错误，不能发布；请逐项修改后重新检查。")

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        extra = {"findings": [finding._asdict() for finding in findings]}
        super().__init__(count=len(findings), extra=extra)
