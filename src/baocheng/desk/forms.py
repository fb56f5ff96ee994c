"""Between a form of the handbook, what a browser sends, and the form on the page."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from baocheng.desk.wording import in_language
from baocheng.engine.streams import Stream
from baocheng.engine.work.forms import WITH_OPTIONS, FieldType, Form, FormField, options_of
from baocheng.kernel.time import SHANGHAI
from baocheng.ui import components as ui

Answers = Mapping[str, Any]

_LINE = re.compile(r"^(?P<field>\w+)\.(?P<number>\d{1,4})\.(?P<column>\w+)$")
_SEVERAL = frozenset({FieldType.CHOICES, FieldType.CHECKLIST, FieldType.FILES})
_CONTROLS = {
    FieldType.INTEGER: "number",
    FieldType.CHOICES: "checkboxes",
    FieldType.FILES: "file",
}
_WIDE = frozenset({FieldType.CHOICES, FieldType.BOOLEAN})
# So many options fit beside one another; more are a list to fold out.
_RADIO_MAX = 4
_NEW_LINES = 3


def read_answers(form: Form, sent: QueryDict) -> dict[str, Any]:
    """Return what somebody filled in, as it was entered: nothing is checked or left out.

    Lines arrive as `lines.0.amount`; wholly empty ones are dropped.
    """
    return {
        field.name: sent.getlist(field.name)
        if field.type in _SEVERAL
        else _read_lines(field, sent)
        if field.type is FieldType.LINES
        else sent.get(field.name, "")
        for field in form.fields
    }


def _read_lines(field: FormField, sent: QueryDict) -> list[dict[str, str]]:
    lines: dict[int, dict[str, str]] = {}
    for name, value in sent.items():
        place = _LINE.match(name)
        if place and place["field"] == field.name:
            lines.setdefault(int(place["number"]), {})[place["column"]] = str(value).strip()
    filled = (lines[number] for number in sorted(lines))
    return [line for line in filled if any(line.values())]


def sections_of(
    form: Form,
    answers: Answers,
    *,
    problems: Mapping[str, str] | None = None,
    stream: Stream | None = None,
    suggestions: Mapping[str, tuple[str, str]] | None = None,
) -> Sequence[ui.Section]:
    """Return the questions of a form with what was answered so far.

    `problems` are sentences by the path of a field, `suggestions` a sentence and an address.
    """
    wrong, advice = problems or {}, suggestions or {}
    fields = [_field(field, answers, wrong, stream, advice) for field in form.fields]
    return [ui.Section(fields=fields, help=in_language(form.help))]


def _field(
    field: FormField,
    answers: Answers,
    problems: Mapping[str, str],
    stream: Stream | None,
    advice: Mapping[str, tuple[str, str]],
) -> ui.Field:
    value = answers.get(field.name)
    choices = _choices(field, value, stream)
    kind = _CONTROLS.get(field.type, field.type.value)
    if field.type is FieldType.CHOICE and len(choices) <= _RADIO_MAX:
        kind = "radio"
    suggestion, address = advice.get(field.name, ("", ""))
    return ui.Field(
        name=field.name,
        label=in_language(field.label),
        kind=kind,
        value=written(value) if kind not in ("radio", "lines") else "",
        help=in_language(field.help),
        problem=problems.get(field.name, ""),
        suggestion=suggestion,
        suggestion_url=address,
        is_required=field.is_required or field.required_when is not None,
        is_wide=kind == "radio" or field.type in _WIDE,
        choices=choices,
        items=_items(field, value, stream),
        columns=[_column(column, stream) for column in field.columns],
        rows=_rows(field, value, problems, stream),
    )


def _choices(field: FormField, value: Any, stream: Stream | None) -> Sequence[ui.Choice]:
    if field.type is not FieldType.BOOLEAN and field.type not in WITH_OPTIONS:
        return ()
    chosen = set(value) if isinstance(value, list | tuple) else {written(value)}
    if field.type is FieldType.BOOLEAN:
        options = (("true", _("是")), ("false", _("否")))
        return [
            ui.Choice(value=code, label=label, is_chosen=code in chosen) for code, label in options
        ]
    return [
        ui.Choice(
            value=option.value,
            label=in_language(option.label),
            note=in_language(option.help),
            is_chosen=option.value in chosen,
        )
        for option in options_of(field, stream)
    ]


def _items(field: FormField, value: Any, stream: Stream | None) -> Sequence[ui.Item]:
    if field.type is not FieldType.CHECKLIST:
        return ()
    return [
        ui.Item(
            value=choice.value, label=choice.label, note=choice.note, is_checked=choice.is_chosen
        )
        for choice in _choices(field, value, stream)
    ]


def _column(column: FormField, stream: Stream | None) -> ui.Column:
    return ui.Column(
        name=column.name,
        label=in_language(column.label),
        kind=_CONTROLS.get(column.type, column.type.value),
        choices=_choices(column, None, stream),
        is_required=column.is_required,
    )


def _rows(
    field: FormField, value: Any, problems: Mapping[str, str], stream: Stream | None
) -> Sequence[Sequence[ui.Cell]]:
    if field.type is not FieldType.LINES:
        return ()
    columns = [_column(column, stream) for column in field.columns]
    lines: list[Answers] = list(value or [{}] * _NEW_LINES)
    return [
        [
            ui.Cell(
                column=column,
                value=written(line.get(column.name)),
                problem=problems.get(f"{field.name}.{number}.{column.name}", ""),
            )
            for column in columns
        ]
        for number, line in enumerate(lines)
    ]


def written(value: Any) -> str:
    """Write an answer the way a control takes it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return f"{value.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
        case list() | tuple():
            return ""
        case _:
            return str(value)
