"""Form definitions (`*.form.yaml`): which answers a human task asks for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from baocheng.engine.decisions.feel import Compiled
from baocheng.engine.publishing.findings import Finding
from baocheng.engine.publishing.handbook import Handbook, nearest
from baocheng.engine.publishing.kinds import SourceFile
from baocheng.engine.streams import Stream
from baocheng.engine.work.yaml_file import Entry, YamlFile


class FieldType(StrEnum):
    """What a field holds, and so how it is shown and checked."""

    TEXT = "text"
    TEXTAREA = "textarea"
    AMOUNT = "amount"
    INTEGER = "integer"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    BOOLEAN = "boolean"
    FILES = "files"
    CHECKLIST = "checklist"
    LINES = "lines"


WITH_OPTIONS = frozenset({FieldType.CHOICE, FieldType.CHOICES, FieldType.CHECKLIST})
_DATED = frozenset({FieldType.DATE, FieldType.DATETIME})

# A bound of a date that moves with it.
TODAY = "today"
Bound = Decimal | date | str


@dataclass(frozen=True, kw_only=True)
class Option:
    """One choice; on a checklist `is_required` says that it has to be ticked to go on."""

    value: str
    label: str
    help: str = ""
    is_required: bool = True


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One question of a form.

    `min` and `max` bound the value of an amount, integer or date, the length of a text, the number
    of files, choices or lines. `required_when` looks at the other answers and the facts of the
    stream. `columns` are the fields of one line.
    """

    name: str
    label: str
    type: FieldType
    is_required: bool = False
    required_when: Compiled | None = None
    options: tuple[Option, ...] = ()
    options_from: str = ""
    help: str = ""
    min: Bound | None = None
    max: Bound | None = None
    columns: "tuple[FormField, ...]" = ()
    prefill: str = ""

    @property
    def values(self) -> frozenset[str]:
        """The values that may be chosen, where the form lists them itself."""
        return frozenset(option.value for option in self.options)


@dataclass(frozen=True, kw_only=True)
class FormAuthority:
    """The authority that handing in the form uses, and the fact that says how much of it."""

    kind: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form as published.

    `operation` names what the area does with its answers, `facts` what its conditions look at
    besides the answers.
    """

    id: str
    title: str
    fields: tuple[FormField, ...]
    operation: str = ""
    role: str = ""
    help: str = ""
    facts: tuple[str, ...] = ()
    four_eyes_with: tuple[str, ...] = ()
    authority: FormAuthority | None = None
    file: str = ""
    line: int = 0

    @property
    def key(self) -> str:
        return self.id

    def find(self, name: str) -> FormField | None:
        """Return the field of this name, None where there is none."""
        return next((field for field in self.fields if field.name == name), None)


Options = Callable[[Stream | None], Sequence[Option]]
_sources: dict[str, Options] = {}


def register_options(name: str, source: Options) -> None:
    """Let fields take their options from `source` by `options_from: name`."""
    _sources[name] = source


def options_of(field: FormField, stream: Stream | None) -> Sequence[Option]:
    """Return what may be chosen in a field, asking the area where the form does not list it."""
    return _sources[field.options_from](stream) if field.options_from else field.options


def parse_form(source: SourceFile) -> Sequence[Form]:
    """Read one form.

    Raises:
        Unreadable: with everything that is wrong in the file.
    """
    file = YamlFile(source, "work")
    root = file.root()
    read: list[tuple[Entry, FormField]] = []
    form = Form(
        id=root.text("id"),
        title=root.text("title"),
        operation=root.text("operation", ""),
        role=root.text("role", ""),
        help=root.text("help", ""),
        four_eyes_with=tuple(root.texts("four_eyes_with")),
        authority=_authority(root),
        facts=tuple(root.texts("facts")),
        fields=_fields(root, "fields", read),
        file=source.path,
        line=root.line,
    )
    known = {field.name for _entry, field in read} | set(form.facts)
    for entry, field in read:
        for name in sorted(field.required_when.names - known if field.required_when else ()):
            entry.require_known("required_when", name, known, "name")
    file.finish()
    return [form]


def _authority(root: Entry) -> FormAuthority | None:
    entry = root.entry("authority")
    if entry is None:
        return None
    return FormAuthority(kind=entry.text("kind"), amount=entry.text("amount"))


def _fields(
    entry: Entry, key: str, read: list[tuple[Entry, FormField]], *, is_line: bool = False
) -> tuple[FormField, ...]:
    """Read the fields listed under the key, adding each with its entry to `read`."""
    fields: list[FormField] = []
    for item in entry.items(key, named_by="name"):
        field = _field(item, read, is_line=is_line)
        read.append((item, field))
        if field.name in {other.name for other in fields}:
            item.report("repeated_field", f"字段“{field.name}”重复。", "name")
        fields.append(field)
    return tuple(fields)


def _field(entry: Entry, read: list[tuple[Entry, FormField]], *, is_line: bool) -> FormField:
    type = entry.code("type", FieldType) or FieldType.TEXT
    if is_line and type in (FieldType.LINES, FieldType.FILES, FieldType.CHECKLIST):
        entry.report("wrong_value", f"明细行里不能有 {type} 类型的列。", "type")
    field = FormField(
        name=entry.text("name"),
        label=entry.text("label"),
        type=type,
        is_required=entry.flag("required"),
        required_when=entry.expression("required_when"),
        options=tuple(_options(entry)) if type in WITH_OPTIONS else (),
        options_from=entry.text("options_from", "") if type in WITH_OPTIONS else "",
        help=entry.text("help", ""),
        min=_bound(entry, "min", type),
        max=_bound(entry, "max", type),
        columns=_fields(entry, "columns", read, is_line=True) if type is FieldType.LINES else (),
        prefill=entry.text("prefill", ""),
    )
    if field.name and not (field.name.isascii() and field.name.isidentifier()):
        entry.report("wrong_name", f"字段名“{field.name}”应为英文字母、数字和下划线。", "name")
    if type in WITH_OPTIONS and bool(field.options) == bool(field.options_from):
        entry.report("wrong_options", "选项应写在 options 或 options_from 其中一处。", "options")
    if type is FieldType.LINES and not field.columns:
        entry.report("missing_key", "明细字段缺少“columns”。")
    return field


def _options(entry: Entry) -> Iterator[Option]:
    seen: set[str] = set()
    for item in entry.items("options", named_by="value"):
        option = Option(
            value=item.text("value"),
            label=item.text("label"),
            help=item.text("help", ""),
            is_required=item.flag("required", default=True),
        )
        if option.value in seen:
            item.report("repeated_option", f"选项“{option.value}”重复。", "value")
        seen.add(option.value)
        yield option


def _bound(entry: Entry, key: str, type: FieldType) -> Bound | None:
    if type not in _DATED:
        return entry.number(key)
    text = entry.text(key, "")
    if text in ("", TODAY):
        return text or None
    try:
        return date.fromisoformat(text)
    except ValueError:
        entry.report("wrong_value", f"“{key}”应为日期（2025-09-26）或 today。", key)
        return None


def check_form(form: Form, handbook: Handbook) -> Iterable[Finding]:
    """Check what the form refers to outside its file: its role, the sources of its options."""
    roles = handbook.keys("role")
    if form.role and roles and form.role not in roles:
        sentence = f"岗位“{form.role}”不存在{nearest(form.role, roles) or '。'}"
        yield Finding(form.file, "role", "work.unknown_role", sentence, form.line)
    for field in (one for owner in form.fields for one in (owner, *owner.columns)):
        name = field.options_from
        if name and name not in _sources:
            sentence = f"选项来源“{name}”不存在{nearest(name, _sources) or '。'}"
            yield Finding(form.file, field.name, "work.unknown_options", sentence, form.line)
