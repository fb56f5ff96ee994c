"""Letters of the handbook: Typst with its declarations in front (`*.letter.typ`).

/*---
key: claim_decision
title: 理赔决定通知书
channels: [email]
retention: {years: 10, from: policy_ends_on, basis: 保险法第八十七条}
variables:
  number: {type: text, label: 赔案号, sample: C1}
---*/
#import "/letter_style.typ": *
#show: letter
赔案号 #values.number
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from baocheng.engine.documents import typesetting
from baocheng.engine.documents.variables import (
    Variable,
    names_shown,
    read_variables,
    samples,
    shown,
)
from baocheng.engine.publishing.findings import Finding, Unreadable
from baocheng.engine.publishing.handbook import nearest
from baocheng.kernel.text import _

_FRONT = re.compile(r"\A/\*---\n(?P<yaml>.*?)\n---\*/", re.DOTALL)
_KEYS = ("key", "title", "channels", "retention", "variables")
_USE = re.compile(r"\bvalues\.([a-z][a-z0-9_]*)")
_IMPORT = re.compile(r'\b(?:import|include)\s*\(?\s*"([^"]*)"')
_STYLE = "/letter_style.typ"


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long a letter is kept, counted from its own date or a later one it mentions."""

    years: int
    basis: str
    counted_from: str = ""

    def ends_on(self, written_on: date, values: Mapping[str, Any]) -> date:
        """Return the last day on which the letter must still be there."""
        mentioned = values.get(self.counted_from)
        start = max(written_on, date.fromisoformat(mentioned)) if mentioned else written_on
        try:
            return start.replace(year=start.year + self.years)
        except ValueError:  # 29 February
            return start.replace(year=start.year + self.years, month=3, day=1)


@dataclass(frozen=True, kw_only=True)
class LetterTemplate:
    """One letter that can be written."""

    key: str
    title: str
    channels: tuple[str, ...]
    retention: Retention
    variables: Mapping[str, Variable]
    file: str
    source: str


def parse_letter(file: str, source: str) -> LetterTemplate:
    """Read a letter with its declarations.

    Raises:
        Unreadable: with everything that is wrong with the declarations.
    """
    front = _front_matter(file, source)
    findings: list[Finding] = []
    line_of = _lines_of_keys(source)

    def wrong(place: str, sentence: str) -> None:
        line = line_of.get(place, 1)
        findings.append(Finding(file, place, "documents.letter_invalid", sentence, line))

    for key in sorted(front.keys() - set(_KEYS)):
        wrong(key, _("不认识的属性“{key}”").format(key=key) + (nearest(key, _KEYS) or "。"))
    for key in ("key", "title"):
        if not (isinstance(front.get(key), str) and front[key]):
            wrong(key, _("缺少“{key}”。").format(key=key))
    variables = read_variables(
        front.get("variables", {}), file=file, findings=findings, line_of=line_of
    )
    template = LetterTemplate(
        key=str(front.get("key")),
        title=str(front.get("title")),
        channels=tuple(front.get("channels") or ()),
        retention=_retention(front.get("retention"), variables, wrong),
        variables=variables,
        file=file,
        source=source,
    )
    if findings:
        raise Unreadable(findings)
    return template


def check_letter(template: LetterTemplate) -> Iterable[Finding]:
    """Yield what would spoil the letter: undeclared variables, foreign files, what does not
    typeset with the samples, with or without the optional values."""
    findings = [*_undeclared(template), *_imports(template)]
    if findings:
        # The typesetter would only report the first of these again.
        return findings
    has_optional = any(one.is_optional for one in template.variables.values())
    for with_optional in (True, False) if has_optional else (True,):
        values = samples(template.variables, with_optional=with_optional)
        if findings := list(_faults(template, values)):
            break
    return findings


def render_letter(template: LetterTemplate, values: Mapping[str, Any], *, on: date) -> bytes:
    """Return the letter as PDF/A.

    Args:
        values: as `variables.take` returned them.
        on: the date the letter bears.

    Raises:
        typesetting.NotTypeset: the template does not work with these values.
    """
    return typesetting.pdf(
        template.source,
        title=template.title,
        values=shown(template.variables, values),
        on=on,
    )


def _front_matter(file: str, source: str) -> Mapping[str, Any]:
    def unreadable(sentence: str, line: int) -> Unreadable:
        return Unreadable([Finding(file, "", "documents.letter_invalid", sentence, line)])

    match = _FRONT.match(source)
    if match is None:
        raise unreadable(
            _("文件应以“/*---”开头写明 key、title、retention 和 variables，并以“---*/”结束。"), 1
        )
    try:
        front = yaml.safe_load(match["yaml"])
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        sentence = _("说明部分不是有效的 YAML：{problem}").format(problem=error.problem)
        raise unreadable(sentence, line) from error
    return front if isinstance(front, Mapping) else {}


def _retention(declared: Any, variables: Mapping[str, Variable], wrong: Any) -> Retention:
    declared = declared if isinstance(declared, Mapping) else {}
    years, basis = declared.get("years"), declared.get("basis")
    counted_from = declared.get("from", "")
    if not (isinstance(years, int) and years > 0 and basis):
        wrong("retention", _("缺少保存年限 years 或其依据 basis。"))
        years = 1
    if counted_from and getattr(variables.get(counted_from), "type", "") != "date":
        sentence = _("保存期限的起算日“{name}”应是已声明的日期变量").format(name=counted_from)
        wrong("retention", sentence + (nearest(counted_from, variables.keys()) or "。"))
    return Retention(years=years, basis=str(basis), counted_from=counted_from)


def _undeclared(template: LetterTemplate) -> Iterable[Finding]:
    known = names_shown(template.variables)
    for line, text in _body(template):
        for name in _USE.findall(text):
            if name not in known:
                sentence = _("变量“{name}”没有声明").format(name=name)
                sentence += nearest(name, known) or "。"
                yield Finding(template.file, name, "documents.unknown_variable", sentence, line)


def _imports(template: LetterTemplate) -> Iterable[Finding]:
    for line, text in _body(template):
        for name in _IMPORT.findall(text):
            if name != _STYLE:
                sentence = _("信函只能引用“{style}”，不能引用“{name}”。").format(
                    style=_STYLE, name=name
                )
                yield Finding(template.file, name, "documents.letter_import", sentence, line)


def _faults(template: LetterTemplate, values: Mapping[str, Any]) -> Iterable[Finding]:
    faults = typesetting.faults(
        template.source,
        title=template.title,
        values=shown(template.variables, values),
        on=date(2025, 9, 26),
    )
    for fault in faults:
        sentence = _("用示例数据生成信函时出错：{message}").format(message=fault.message)
        yield Finding(template.file, "", "documents.letter_broken", sentence, fault.line)


def _body(template: LetterTemplate) -> Iterable[tuple[int, str]]:
    """Yield the numbered lines behind the declarations, without line comments."""
    front = _FRONT.match(template.source)
    behind = template.source.count("\n", 0, front.end()) + 1 if front else 0
    for number, text in enumerate(template.source.splitlines(), 1):
        if number > behind:
            yield number, re.sub(r"(?<!:)//.*", "", text)


def _lines_of_keys(source: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, text in enumerate(source.splitlines(), 1):
        if key := re.match(r"\s*([a-z][a-z0-9_]*)\s*:", text):
            found.setdefault(key[1], number)
    return found
