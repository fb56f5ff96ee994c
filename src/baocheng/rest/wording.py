"""Sentences for what pydantic finds wrong, so that a caller reads them in their language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from baocheng.kernel.text import _

# By pydantic's error type, else by its first word.
_SENTENCES = {
    "missing": _("必填。"),
    "extra_forbidden": _("没有这个字段。"),
    "string_too_short": _("至少 {min_length} 个字符。"),
    "string_too_long": _("最多 {max_length} 个字符。"),
    "string": _("应为文本，且符合规定的格式。"),
    "greater_than_equal": _("应不小于 {ge}。"),
    "greater_than": _("应大于 {gt}。"),
    "less_than_equal": _("应不大于 {le}。"),
    "less_than": _("应小于 {lt}。"),
    "int": _("应为整数。"),
    "bool": _("应为 true 或 false。"),
    "decimal": _("应为数字。"),
    "date": _("应为日期，如 2026-03-01。"),
    "datetime": _("应为带时区的时刻，如 2026-03-01T09:30:00+08:00。"),
    "timezone": _("应为带时区的时刻，如 2026-03-01T09:30:00+08:00。"),
    "time": _("应为时长，如 P31D。"),
    "uuid": _("应为 UUID。"),
    "enum": _("应为以下之一：{expected}。"),
    "literal": _("应为以下之一：{expected}。"),
    "too_short": _("至少 {min_length} 项。"),
    "too_long": _("最多 {max_length} 项。"),
    "list": _("应为列表。"),
    "dict": _("应为对象。"),
    "model": _("应为对象。"),
}
_OTHERWISE = _("填写的内容不符合要求。")


def sentence_of(type: str, context: Mapping[str, Any]) -> str:
    """Return the sentence for pydantic's error `type`, its figures filled in from `context`."""
    template = _SENTENCES.get(type) or _SENTENCES.get(type.partition("_")[0], _OTHERWISE)
    return gettext(template).format(**context)
