"""The one exception type behind every refusal."""

from collections.abc import Mapping
from typing import Any, ClassVar

from baocheng.kernel.text import _


class Problem(Exception):
    """A refusal that a person can act on.

    Subclass it beside the function that raises it and set `code`, `message` and, when it is not
    the usual 422, `status`. `message` is a Chinese sentence with `str.format` placeholders that
    `params` fill; the faces translate it first and fill it after.

    Args:
        *fields: names of the inputs concerned, outermost first joined by dots (`lines.0.amount`).
        detail: a sentence that replaces `message` for this one occurrence.
        extra: machine-readable additions to the answer (ids, links); never personal data.
        **params: values of the placeholders in `message`.
    """

    code: ClassVar[str] = "problem"
    message: ClassVar[str] = _("请求未能完成。")
    status: ClassVar[int] = 422

    def __init__(
        self,
        *fields: str,
        detail: str | None = None,
        extra: Mapping[str, Any] | None = None,
        **params: object,
    ) -> None:
        self.fields = fields
        self.template = detail or self.message
        self.params = params
        self.extra = dict(extra or {})
        super().__init__(str(self))

    def __str__(self) -> str:
        return self.template.format(**self.params) if self.params else self.template


class NotFound(Problem):
    """The thing asked for does not exist, or this person may not know that it does."""

    code = "kernel.not_found"
    message = _("没有找到所请求的内容，请核对编号。")
    status = 404


class NotPermitted(Problem):
    """This person may not do this."""

    code = "kernel.not_permitted"
    message = _("您没有办理此项业务的权限。")
    status = 403


class Conflict(Problem):
    """Somebody else changed the thing first."""

    code = "kernel.conflict"
    message = _("内容已被他人更新，请刷新后重试。")
    status = 409


class Problems(Problem):
    """Several refusals of one input, reported together; `fields` joins theirs."""

    code = "kernel.problems"
    message = _("填写的内容有误，请逐项修改。")

    def __init__(self, problems: "list[Problem]") -> None:
        self.problems = problems
        super().__init__(*(field for problem in problems for field in problem.fields))
