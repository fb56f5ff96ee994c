"""Messages of the handbook (`*.message.yaml`).

key: claim_reported
title: 报案受理
channels: [sms, email]          # tried in this order until one of them works
subject: 报案受理通知            # of an e-mail; the title where it is left out
text: 【{company_name}】{customer_name}您好，……
variables:
  customer_name: {type: text, label: 客户姓名, sample: 王芳}
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

import yaml

from baocheng.engine.documents.variables import (
    Variable,
    names_shown,
    read_variables,
    shown,
)
from baocheng.engine.messaging.enums import CHANNELS
from baocheng.engine.publishing.findings import Finding, Unreadable
from baocheng.engine.publishing.handbook import nearest
from baocheng.kernel.text import _

_KEYS = ("key", "title", "channels", "subject", "text", "variables")


@dataclass(frozen=True, kw_only=True)
class MessageTemplate:
    """One message that can be sent, on the first of its channels that works."""

    key: str
    title: str
    channels: tuple[str, ...]
    subject: str
    text: str
    variables: Mapping[str, Variable]

    def write(self, values: Mapping[str, Any]) -> tuple[str, str]:
        """Return subject and text with `values`, as `variables.take` returned them.

        The entries of a list are joined by 、.
        """
        texts = {
            name: "、".join(value) if isinstance(value, list) else value
            for name, value in shown(self.variables, values).items()
        }
        return self.subject.format_map(texts), self.text.format_map(texts)


def parse_message(file: str, source: str) -> MessageTemplate:
    """Read a message.

    Raises:
        Unreadable: with everything that is wrong with it.
    """
    findings: list[Finding] = []

    def wrong(place: str, sentence: str) -> None:
        line = _line_of(source, place)
        findings.append(Finding(file, place, "messaging.message_invalid", sentence, line))

    declared = _load(source, wrong)
    for key in sorted(map(str, declared.keys() - set(_KEYS))):
        wrong(key, _("不认识的属性“{key}”").format(key=key) + (nearest(key, _KEYS) or "。"))
    for key in ("key", "title", "text"):
        if not (isinstance(declared.get(key), str) and declared[key].strip()):
            wrong(key, _("缺少“{key}”。").format(key=key))
    line_of = {name: _line_of(source, name) for name in declared.get("variables") or {}}
    variables = read_variables(
        declared.get("variables") or {}, file=file, findings=findings, line_of=line_of
    )
    template = MessageTemplate(
        key=str(declared.get("key")),
        title=str(declared.get("title")),
        channels=_channels(declared.get("channels"), wrong),
        subject=str(declared.get("subject") or declared.get("title")).strip(),
        text=str(declared.get("text")).strip(),
        variables=variables,
    )
    for text in (template.subject, template.text):
        for place, code, sentence in _misused(text, variables):
            line = _line_of(source, "text")
            findings.append(Finding(file, place, f"messaging.{code}", sentence, line))
    if findings:
        raise Unreadable(findings)
    return template


def _load(source: str, wrong: Any) -> Mapping[str, Any]:
    try:
        declared = yaml.safe_load(source)
    except yaml.YAMLError as error:
        wrong("", _("不是有效的 YAML：{problem}").format(problem=error))
        return {}
    return declared if isinstance(declared, Mapping) else {}


def _channels(declared: Any, wrong: Any) -> tuple[str, ...]:
    channels = tuple(declared) if isinstance(declared, list) else ()
    if not channels:
        wrong("channels", _("至少写明一个发送渠道。"))
    for name in channels:
        if name not in CHANNELS:
            sentence = _("发送渠道“{name}”不存在").format(name=name)
            wrong("channels", sentence + (nearest(str(name), CHANNELS.keys()) or "。"))
    return channels


def _misused(text: str, variables: Mapping[str, Variable]) -> Iterable[tuple[str, str, str]]:
    """Yield place, code and sentence of everything between braces that cannot be filled in."""
    known = names_shown(variables)
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        yield "text", "message_invalid", _("花括号不成对：{problem}").format(problem=error)
        return
    for _literal, name, form, conversion in parts:
        if name is None:
            continue
        if form or conversion or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            sentence = _("“{name}”应是一个变量名，不带格式。").format(name=name)
            yield name, "message_invalid", sentence
        elif name not in known:
            sentence = _("变量“{name}”没有声明").format(name=name)
            yield name, "unknown_variable", sentence + (nearest(name, known) or "。")
        else:
            variable = variables.get(name) or variables[name.removesuffix("_words")]
            if variable.is_optional or variable.fields:
                sentence = _("可选的值或明细表“{name}”不能写进一句话里。").format(name=name)
                yield name, "message_invalid", sentence


def _line_of(source: str, key: str) -> int:
    found = re.search(rf"^\s*{re.escape(key)}\s*:", source, re.MULTILINE) if key else None
    return source.count("\n", 0, found.start()) + 1 if found else 1
