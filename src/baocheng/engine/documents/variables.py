"""The values a letter or message is filled with: declared, checked, and written as people read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from baocheng.engine.publishing.findings import Finding
from baocheng.engine.publishing.handbook import nearest
from baocheng.kernel.amount_words import in_words
from baocheng.kernel.money import CENT
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import SHANGHAI, business_date

TYPES = ("text", "amount", "date", "datetime", "integer", "boolean", "list")
_ATTRIBUTES = ("type", "label", "sample", "optional", "fields")
# What converting a value of the wrong shape raises.
_INVALID = (ValueError, TypeError, InvalidOperation, AttributeError)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class ValueMissing(Problem):
    """A letter or message lacks something that it has to say."""

    code = "documents.value_missing"
    message = _("“{title}”缺少“{label}”，补充后才能生成。")


class ValueInvalid(Problem):
    """A value is not of the declared type."""

    code = "documents.value_invalid"
    message = _("“{title}”中“{label}”的值无效。")


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One declared value.

    `fields` are the columns of a list of records; a list without them holds texts.
    """

    name: str
    type: str
    label: str
    sample: Any
    is_optional: bool = False
    fields: Mapping[str, "Variable"] = field(default_factory=dict)


def take(
    title: str, variables: Mapping[str, Variable], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the declared values as JSON keeps them; what is not declared is left behind, so that
    a letter stores no more about a person than it says.

    Raises:
        ValueMissing, ValueInvalid: for the first value concerned.
    """
    taken = {}
    for name, variable in variables.items():
        value = values.get(name)
        if value is None or value in ("", [], ()):
            if not variable.is_optional:
                raise ValueMissing(name, title=title, label=variable.label)
            continue
        try:
            taken[name] = _store(variable, value)
        except _INVALID as error:
            raise ValueInvalid(name, title=title, label=variable.label) from error
    return taken


def shown(variables: Mapping[str, Variable], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored values as people read them.

    An amount `x` also gives `x_words` (大写): nobody can state one without the other. An optional
    value that was not given is None.
    """
    texts: dict[str, Any] = {}
    for name, variable in variables.items():
        value = stored.get(name)
        texts[name] = None if value is None else _show(variable, value)
        if variable.type == "amount":
            texts[f"{name}_words"] = None if value is None else in_words(Decimal(value))
    return texts


def names_shown(variables: Mapping[str, Variable]) -> set[str]:
    """Return every name that `shown` gives."""
    words = {f"{name}_words" for name, one in variables.items() if one.type == "amount"}
    return variables.keys() | words


def samples(variables: Mapping[str, Variable], *, with_optional: bool = True) -> dict[str, Any]:
    """Return the stored form of the declared samples."""
    return {
        name: _store(variable, variable.sample)
        for name, variable in variables.items()
        if with_optional or not variable.is_optional
    }


def read_variables(
    declared: Any, *, file: str, findings: list[Finding], line_of: Mapping[str, int]
) -> dict[str, Variable]:
    """Read the `variables` part of a definition; everything wrong with it goes to `findings`."""

    def wrong(place: str, sentence: str) -> None:
        line = line_of.get(place.partition(".")[0], 0)
        findings.append(Finding(file, place, "documents.variable_invalid", sentence, line))

    if not isinstance(declared, Mapping):
        wrong("variables", _("“variables”应逐项列出变量及其类型。"))
        return {}
    variables = {}
    for name, one in declared.items():
        if not (isinstance(name, str) and _NAME.fullmatch(name)):
            wrong(str(name), _("变量名只能用小写字母、数字和下划线，并以字母开头。"))
        elif not isinstance(one, Mapping):
            wrong(name, _("变量需要写明 type、label 和 sample。"))
        else:
            variables[name] = _read_variable(name, one, wrong)
    for name in variables:
        if name.removesuffix("_words") in variables.keys() - {name}:
            wrong(name, _("金额变量的大写会自动给出，不要另外声明。"))
    return variables


def _read_variable(
    name: str, one: Mapping[str, Any], wrong: Callable[[str, str], None]
) -> Variable:
    for key in sorted(map(str, one.keys() - set(_ATTRIBUTES))):
        sentence = _("不认识的属性“{key}”").format(key=key)
        wrong(name, sentence + (nearest(key, _ATTRIBUTES) or "。"))

    def known_type(place: str, type: Any, types: Sequence[str]) -> str:
        if type in types:
            return str(type)
        sentence = _("类型“{type}”不存在").format(type=type)
        wrong(place, sentence + (nearest(str(type), types) or "。"))
        return "text"

    fields = {
        column: Variable(
            name=column,
            type=known_type(f"{name}.{column}", type, TYPES[:-1]),
            label=column,
            sample=None,
        )
        for column, type in (one.get("fields") or {}).items()
    }
    variable = Variable(
        name=name,
        type=known_type(name, one.get("type", "text"), TYPES),
        label=str(one.get("label") or name),
        sample=one.get("sample"),
        is_optional=one.get("optional") is True,
        fields=fields,
    )
    try:
        _store(variable, variable.sample)
    except _INVALID:
        wrong(name, _("缺少示例值 sample，或示例值与类型不符。"))
    else:
        for key in _foreign_columns(variable):
            sentence = _("示例中的“{key}”不是清单的列").format(key=key)
            wrong(name, sentence + (nearest(key, fields.keys()) or "。"))
    return variable


def _foreign_columns(variable: Variable) -> Sequence[str]:
    # A comma in an unquoted text makes YAML see a key where the author wrote a sentence.
    rows = variable.sample if variable.fields else []
    return sorted({str(key) for row in rows for key in row} - variable.fields.keys())


def _store(variable: Variable, value: Any) -> Any:
    if variable.type == "list":
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise TypeError(f"{variable.name} is no list")
        return [_store_item(variable, item) for item in value]
    if isinstance(value, bool) != (variable.type == "boolean") or isinstance(value, float):
        raise TypeError(f"{variable.name}: {value!r} is no {variable.type}")
    return _STORED_AS[variable.type](value)


def _store_item(variable: Variable, item: Any) -> Any:
    if not variable.fields:
        return _stored_text(item)
    return {
        name: None if item.get(name) in (None, "") else _store(column, item[name])
        for name, column in variable.fields.items()
    }


def _stored_text(value: Any) -> str:
    if not isinstance(value, str | int):
        raise TypeError(f"{value!r} is no text")
    return str(value)


def _stored_amount(value: Any) -> str:
    amount = Decimal(value)
    if amount != amount.quantize(CENT):
        raise ValueError("an amount has at most two decimals")
    return str(amount.quantize(CENT))


def _stored_date(value: Any) -> str:
    if isinstance(value, datetime):
        return business_date(value).isoformat()
    return (value if isinstance(value, date) else date.fromisoformat(value)).isoformat()


def _stored_moment(value: Any) -> str:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment has a time zone")
    return moment.isoformat()


def _stored_integer(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no integer")
    return value


_STORED_AS: Mapping[str, Callable[[Any], Any]] = {
    "text": _stored_text,
    "amount": _stored_amount,
    "date": _stored_date,
    "datetime": _stored_moment,
    "integer": _stored_integer,
    "boolean": bool,
}


def _show(variable: Variable, value: Any) -> Any:
    match variable.type:
        case "amount":
            return f"{Decimal(value):,.2f}"
        case "date":
            return chinese_date(date.fromisoformat(value))
        case "datetime":
            moment = datetime.fromisoformat(value).astimezone(SHANGHAI)
            return f"{chinese_date(moment.date())}{moment:%H:%M}"
        case "list" if variable.fields:
            return [
                {
                    name: "" if item.get(name) is None else _show(column, item[name])
                    for name, column in variable.fields.items()
                }
                for item in value
            ]
    return value


def chinese_date(day: date) -> str:
    """Return 2025年9月26日."""
    return f"{day.year}年{day.month}月{day.day}日"
