"""The unified social credit code of an organisation (统一社会信用代码, GB 32100-2015)."""

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from baocheng.kernel.identifiers.spelling import compact
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _


class UsccLength(Problem):
    """Not eighteen characters."""

    code = "kernel.uscc.length"
    message = _("统一社会信用代码应为18位，实际为{length}位。")


class UsccFormat(Problem):
    """A character that the code does not use (I, O, S, V, Z) or a letter among the digits."""

    code = "kernel.uscc.format"
    message = _("统一社会信用代码含有不允许的字符：第3至8位为数字，不使用字母I、O、S、V、Z。")


class UsccCheckDigit(Problem):
    """The check character does not fit."""

    code = "kernel.uscc.check_digit"
    message = _("统一社会信用代码的校验码不符，请逐位核对。")


def parse(text: str, *, field: str = "uscc") -> str:
    """Check a unified social credit code and return it in capitals.

    Raises:
        UsccLength, UsccFormat, UsccCheckDigit: the first that applies.
    """
    code = compact(text)
    try:
        return uscc.validate(code)
    except InvalidLength:
        raise UsccLength(field, length=len(code)) from None
    except InvalidChecksum:
        raise UsccCheckDigit(field) from None
    except ValidationError:
        raise UsccFormat(field) from None
