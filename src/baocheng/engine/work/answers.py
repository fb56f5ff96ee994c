"""Turn what somebody filled in into typed answers, or say for each field what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from baocheng.engine.streams import Stream
from baocheng.engine.work.forms import (
    TODAY,
    WITH_OPTIONS,
    FieldType,
    Form,
    FormField,
    Option,
    options_of,
)
from baocheng.kernel.money import parse_amount
from baocheng.kernel.problems import Problem, Problems
from baocheng.kernel.text import _
from baocheng.kernel.time import SHANGHAI, business_date

_TEXT_LENGTH_MAX = {FieldType.TEXT: 500, FieldType.TEXTAREA: 20_000}
_LINES_MAX = 500

Values = Sequence[Option]


class Required(Problem):
    """A field that has to be filled is empty."""

    code = "work.required"
    message = _("请填写“{label}”。")


class UnknownField(Problem):
    """The form does not ask for this."""

    code = "work.unknown_field"
    message = _("表单中没有“{name}”这一项。")


class WrongAnswer(Problem):
    """The answer is not of the kind that the field asks for."""

    code = "work.wrong_answer"
    message = _("“{label}”填写有误。")
    integer = _("“{label}”应为整数。")
    date = _("“{label}”应为日期，例如 2025-09-26。")
    datetime = _("“{label}”应为日期和时间，例如 2025-09-26 14:30。")
    boolean = _("“{label}”应选择是或否。")
    document = _("“{label}”中的文件编号无效。")
    list = _("“{label}”应为一组值。")


class UnknownChoice(Problem):
    """The value chosen is not among the options."""

    code = "work.unknown_choice"
    message = _("“{label}”没有“{value}”这个选项。")


class OutOfBounds(Problem):
    """The answer is below the least or above the most that the field takes."""

    code = "work.out_of_bounds"
    message = _("“{label}”不能小于 {bound}。")
    above = _("“{label}”不能大于 {bound}。")
    too_short = _("“{label}”至少 {bound} 个字。")
    too_long = _("“{label}”最多 {bound} 个字。")
    too_few = _("“{label}”至少 {bound} 项。")
    too_many = _("“{label}”最多 {bound} 项。")
    too_early = _("“{label}”不能早于 {bound}。")
    too_late = _("“{label}”不能晚于 {bound}。")


class Unticked(Problem):
    """A required item of a checklist is not ticked."""

    code = "work.unticked"
    message = _("“{label}”中的“{option}”尚未确认。")


def validate(
    form: Form,
    answers: Mapping[str, Any],
    *,
    at: datetime,
    stream: Stream | None = None,
    facts: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the answers as typed values, one for each field of the form.

    An empty answer is None; amounts are `Decimal`, days `date`, moments aware `datetime`, files
    `UUID`, choices and checklists lists of values, lines lists of such answers.

    Args:
        facts: what conditions may look at besides the answers.

    Raises:
        Problems: every refusal, each with the path of its field (`lines.0.amount`).
    """
    reading = _Reading(stream=stream, at=at)
    for name in answers.keys() - {field.name for field in form.fields}:
        reading.problems.append(UnknownField(name, name=name))
    typed = {field.name: reading.read(field, answers.get(field.name)) for field in form.fields}
    context = {**(facts or {}), **typed}
    for field in form.fields:
        reading.require(field, typed[field.name], context, field.name)
    if reading.problems:
        raise Problems(reading.problems)
    return typed


class _Reading:
    """One form being read: gathers problems instead of stopping at the first."""

    def __init__(self, *, stream: Stream | None, at: datetime) -> None:
        self.stream = stream
        self.at = at
        self.problems: list[Problem] = []
        self.failed: set[str] = set()

    def read(self, field: FormField, raw: object, path: str = "") -> Any:
        """Return the typed answer, None where it is empty or wrong."""
        path = path or field.name
        if raw is None or raw in ("", []):
            return None
        if field.type is FieldType.LINES:
            return self._lines(field, raw, path)
        try:
            value = _READERS[field.type](field, raw, path, self._options(field))
            self._require_within_bounds(field, value, path)
        except Problem as problem:
            self.problems.append(problem)
            self.failed.add(path)
            return None
        return value

    def require(
        self, field: FormField, value: object, context: Mapping[str, Any], path: str
    ) -> None:
        """Note a problem where an answer is missing that has to be there."""
        is_empty = value is None or value == []
        if is_empty and path not in self.failed and _is_required(field, context):
            self.problems.append(Required(path, label=field.label))
        if field.type is FieldType.LINES and isinstance(value, list):
            for number, line in enumerate(value):
                for column in field.columns:
                    within, place = {**context, **line}, f"{path}.{number}.{column.name}"
                    self.require(column, line[column.name], within, place)

    def _lines(self, field: FormField, raw: object, path: str) -> list[dict[str, Any]] | None:
        try:
            rows = _list(field, raw, path)
            if len(rows) > _LINES_MAX:
                raise OutOfBounds(
                    path, detail=OutOfBounds.too_many, label=field.label, bound=_LINES_MAX
                )
            self._require_within_bounds(field, rows, path)
            if not all(isinstance(row, Mapping) for row in rows):
                raise WrongAnswer(path, label=field.label)
        except Problem as problem:
            self.problems.append(problem)
            self.failed.add(path)
            return None
        return [self._line(field, row, f"{path}.{number}") for number, row in enumerate(rows)]

    def _line(self, field: FormField, row: Mapping[str, Any], path: str) -> dict[str, Any]:
        for name in row.keys() - {column.name for column in field.columns}:
            self.problems.append(UnknownField(f"{path}.{name}", name=name))
        return {
            column.name: self.read(column, row.get(column.name), f"{path}.{column.name}")
            for column in field.columns
        }

    def _options(self, field: FormField) -> Values:
        return options_of(field, self.stream) if field.type in WITH_OPTIONS else ()

    def _require_within_bounds(self, field: FormField, value: Any, path: str) -> None:
        if value is None or isinstance(value, bool):
            return
        if isinstance(value, str | list):
            least, most = _SENTENCES[type(value)]
            measured: Any = len(value)
        elif isinstance(value, date):
            least, most = OutOfBounds.too_early, OutOfBounds.too_late
            measured = business_date(value) if isinstance(value, datetime) else value
        else:
            least, most = OutOfBounds.message, OutOfBounds.above
            measured = value
        low, high = self._bound(field.min), self._bound(field.max)
        if low is not None and measured < low:
            raise OutOfBounds(path, detail=least, label=field.label, bound=low)
        if high is not None and measured > high:
            raise OutOfBounds(path, detail=most, label=field.label, bound=high)

    def _bound(self, bound: Any) -> Any:
        return business_date(self.at) if bound == TODAY else bound


def _is_required(field: FormField, context: Mapping[str, Any]) -> bool:
    if field.required_when is not None:
        return field.is_required or field.required_when.is_true(context)
    # A checklist gates the step it stands in, ticked or not looked at.
    return field.is_required or (
        field.type is FieldType.CHECKLIST and any(option.is_required for option in field.options)
    )


def _text(field: FormField, raw: object, path: str, options: Values) -> str | None:
    if isinstance(raw, bool | float) or not isinstance(raw, str | int | Decimal):
        raise WrongAnswer(path, label=field.label)
    # PostgreSQL keeps no NUL in a text.
    text = str(raw).replace("\0", "").strip()
    bound = _TEXT_LENGTH_MAX[field.type]
    if len(text) > bound:
        raise OutOfBounds(path, detail=OutOfBounds.too_long, label=field.label, bound=bound)
    return text or None


def _amount(field: FormField, raw: object, path: str, options: Values) -> Decimal:
    return parse_amount(raw, path)


def _integer(field: FormField, raw: object, path: str, options: Values) -> int:
    text = str(raw).strip()
    if isinstance(raw, bool | float) or not text.removeprefix("-").isdecimal():
        raise WrongAnswer(path, detail=WrongAnswer.integer, label=field.label)
    if len(text) > 15:
        bound = "999999999999999"
        raise OutOfBounds(path, detail=OutOfBounds.above, label=field.label, bound=bound)
    return int(text)


def _date(field: FormField, raw: object, path: str, options: Values) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    try:
        return date.fromisoformat(str(raw).strip())
    except ValueError:
        raise WrongAnswer(path, detail=WrongAnswer.date, label=field.label) from None


def _datetime(field: FormField, raw: object, path: str, options: Values) -> datetime:
    try:
        value = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw).strip())
        if value.tzinfo is None:
            # What people type is the time on their wall.
            value = value.replace(tzinfo=SHANGHAI)
        return value.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        raise WrongAnswer(path, detail=WrongAnswer.datetime, label=field.label) from None


def _boolean(field: FormField, raw: object, path: str, options: Values) -> bool:
    known = {"true": True, "false": False, "on": True, "1": True, "0": False}
    value = known.get(str(raw).strip().lower())
    if value is None:
        raise WrongAnswer(path, detail=WrongAnswer.boolean, label=field.label)
    return value


def _choice(field: FormField, raw: object, path: str, options: Values) -> str:
    value = str(raw).strip()
    if value not in {option.value for option in options}:
        raise UnknownChoice(path, label=field.label, value=value)
    return value


def _choices(field: FormField, raw: object, path: str, options: Values) -> list[str]:
    chosen = [_choice(field, one, path, options) for one in _list(field, raw, path)]
    return list(dict.fromkeys(chosen))


def _checklist(field: FormField, raw: object, path: str, options: Values) -> list[str]:
    ticked = _choices(field, raw, path, options)
    for option in options:
        if option.is_required and option.value not in ticked:
            raise Unticked(path, label=field.label, option=option.label)
    return ticked


def _files(field: FormField, raw: object, path: str, options: Values) -> list[UUID]:
    try:
        files = [
            one if isinstance(one, UUID) else UUID(str(one)) for one in _list(field, raw, path)
        ]
    except ValueError:
        raise WrongAnswer(path, detail=WrongAnswer.document, label=field.label) from None
    return list(dict.fromkeys(files))


def _list(field: FormField, raw: object, path: str) -> list[Any]:
    if isinstance(raw, list | tuple):
        return list(raw)
    if field.type is FieldType.LINES or isinstance(raw, Mapping):
        raise WrongAnswer(path, detail=WrongAnswer.list, label=field.label)
    return [raw]


_SENTENCES = {
    str: (OutOfBounds.too_short, OutOfBounds.too_long),
    list: (OutOfBounds.too_few, OutOfBounds.too_many),
}


_READERS: dict[FieldType, Callable[[FormField, object, str, Values], Any]] = {
    FieldType.TEXT: _text,
    FieldType.TEXTAREA: _text,
    FieldType.AMOUNT: _amount,
    FieldType.INTEGER: _integer,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.BOOLEAN: _boolean,
    FieldType.FILES: _files,
    FieldType.CHECKLIST: _checklist,
}
