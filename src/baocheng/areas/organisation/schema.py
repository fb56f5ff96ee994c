"""Read roles (`*.roles.yaml`) and authority limits (`*.authority.yaml`) of the handbook."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, TypeVar

import yaml
from django.apps import apps
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from baocheng.engine.publishing.findings import Finding, Unreadable
from baocheng.engine.publishing.handbook import Handbook, nearest
from baocheng.engine.publishing.kinds import SourceFile

# What the system itself may approve (a simple claim under the threshold) is limited like a role.
SYSTEM_ROLE = "system"

_Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2, allow_inf_nan=False)]
_Limit = Annotated[
    _Amount | None, BeforeValidator(lambda value: None if value == "unlimited" else value)
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _RoleEntry(_Strict):
    code: _Code
    name: Annotated[str, Field(min_length=1)]
    description: str = ""
    permissions: tuple[str, ...]


class _RolesFile(_Strict):
    roles: tuple[_RoleEntry, ...]


class _LimitEntry(_Strict):
    role: str
    per_stream: _Limit
    per_payee_day: _Limit = None


class _AuthorityFile(_Strict):
    kind: _Code
    name: Annotated[str, Field(min_length=1)]
    limits: tuple[_LimitEntry, ...]


_File = TypeVar("_File", bound=_Strict)


@dataclass(frozen=True)
class Role:
    """A role (岗位): what whoever holds it may do."""

    key: str
    name: str
    description: str
    permissions: frozenset[str]
    file: str
    line: int
    permission_lines: Mapping[str, int]


@dataclass(frozen=True)
class Authority:
    """How far a role may approve one kind of amount; None is without end."""

    key: str
    kind: str
    name: str
    role: str
    per_stream: Decimal | None
    per_payee_day: Decimal | None
    file: str
    line: int


def parse_roles(source: SourceFile) -> list[Role]:
    """Return the roles of a file.

    Raises:
        Unreadable: with every error of the file.
    """
    root = _compose(source)
    entries = _validate(_RolesFile, source, root).roles
    return [
        Role(
            key=entry.code,
            name=entry.name,
            description=entry.description,
            permissions=frozenset(entry.permissions),
            file=source.path,
            line=_line(root, ("roles", i)),
            permission_lines={
                permission: _line(root, ("roles", i, "permissions", j))
                for j, permission in enumerate(entry.permissions)
            },
        )
        for i, entry in enumerate(entries)
    ]


def check_role(role: Role, handbook: Handbook) -> Iterator[Finding]:
    """Find permissions that no room of the product knows."""
    known = known_permissions()
    for permission, line in role.permission_lines.items():
        if permission not in known:
            sentence = f"没有“{permission}”这项权限{nearest(permission, known) or '。'}"
            place = f"岗位 {role.key}"
            yield Finding(role.file, place, "organisation.unknown_permission", sentence, line)


def parse_authority(source: SourceFile) -> list[Authority]:
    """Return the limits of a file, one definition per role under `kind.role`.

    Raises:
        Unreadable: with every error of the file.
    """
    root = _compose(source)
    file = _validate(_AuthorityFile, source, root)
    return [
        Authority(
            key=f"{file.kind}.{entry.role}",
            kind=file.kind,
            name=file.name,
            role=entry.role,
            per_stream=entry.per_stream,
            per_payee_day=entry.per_payee_day,
            file=source.path,
            line=_line(root, ("limits", i)),
        )
        for i, entry in enumerate(file.limits)
    ]


def check_authority(authority: Authority, handbook: Handbook) -> Iterator[Finding]:
    """Find roles that do not exist and limits that cannot both be meant."""
    place = f"权限 {authority.kind}，岗位 {authority.role}"
    roles = handbook.keys("role")
    if authority.role not in roles and authority.role != SYSTEM_ROLE:
        sentence = f"没有“{authority.role}”这个岗位{nearest(authority.role, roles) or '。'}"
        yield Finding(authority.file, place, "organisation.unknown_role", sentence, authority.line)
    day, each = authority.per_payee_day, authority.per_stream
    if day is not None and (each is None or day < each):
        sentence = "同一收款人当日限额低于每案限额，每案限额永远用不满；请核对。"
        yield Finding(
            authority.file, place, "organisation.limits_contradict", sentence, authority.line
        )


@cache
def known_permissions() -> Collection[str]:
    """Return every permission of the product: the constants of the rooms' `permissions.py`."""
    found: set[str] = set()
    for app in apps.get_app_configs():
        if find_spec(f"{app.name}.permissions") and app.name.startswith("baocheng."):
            constants = vars(import_module(f"{app.name}.permissions"))
            found.update(
                value
                for name, value in constants.items()
                if name.isupper() and isinstance(value, str) and value.startswith(f"{app.label}.")
            )
    return frozenset(found)


def _compose(source: SourceFile) -> yaml.Node | None:
    try:
        return yaml.compose(source.text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        sentence = f"文件不是有效的 YAML：{error.problem}。"
        finding = Finding(source.path, "文件", "organisation.not_yaml", sentence, line)
        raise Unreadable([finding]) from error


def _validate(model: type[_File], source: SourceFile, root: yaml.Node | None) -> _File:
    # BaseLoader leaves every value a text, so no amount ever passes through a float.
    content = yaml.load(source.text, Loader=yaml.CBaseLoader)  # noqa: S506  (makes no objects)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        findings = [
            Finding(
                source.path,
                ".".join(str(step) for step in each["loc"]) or "文件",
                "organisation.invalid_entry",
                _SENTENCES.get(each["type"], "此处的值不合要求：{input}。").format(
                    name=each["loc"][-1] if each["loc"] else "", input=each["input"]
                ),
                _line(root, each["loc"]),
            )
            for each in error.errors()
        ]
        raise Unreadable(findings) from error


_SENTENCES = {
    "missing": "缺少“{name}”这一项。",
    "extra_forbidden": "不认识“{name}”这一项。",
    "string_pattern_mismatch": "“{input}”应由小写字母、数字和下划线组成，以字母开头。",
    "string_too_short": "“{name}”不能为空。",
    "decimal_parsing": "“{input}”不是金额；不限额请写 unlimited。",
    "decimal_max_places": "“{input}”最多两位小数。",
    "greater_than_equal": "“{input}”不能为负。",
    "tuple_type": "“{name}”应为列表。",
    "model_type": "此处应为“键: 值”的列表。",
}


def _line(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """Return the line on which `place` stands, or the nearest thing around it."""
    for step in place:
        below: yaml.Node | None = None
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            below = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            below = next((value for key, value in node.value if key.value == step), None)
        if below is None:
            break
        node = below
    return node.start_mark.line + 1 if node else 0
