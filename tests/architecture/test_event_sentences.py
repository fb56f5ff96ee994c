"""Every event reads as one sentence in both languages, whatever its payload leaves out."""

import copy
import dataclasses
import re
import types
import typing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import override

import baocheng
from baocheng.engine.journal.events import Event, event_types
from baocheng.engine.journal.models import EventRow
from baocheng.engine.journal.queries import sentence

SOURCE = Path(baocheng.__file__).parent
UNKNOWN = "⟨unknown⟩"

EVENTS = {
    type: cls for type, cls in event_types().items() if cls.__module__.startswith("baocheng.")
}
CHINESE = {file.stem: file for file in SOURCE.glob("**/templates/events/*.txt")}
ENGLISH = {file.stem: file for file in SOURCE.glob("**/templates/events/en/*.txt")}

FULL: dict[Any, Any] = {
    str: "样例",
    int: 2,
    bool: True,
    Decimal: Decimal("1234.56"),
    date: date(2025, 9, 26),
    datetime: datetime(2025, 9, 26, 1, 30, tzinfo=UTC),
    UUID: UUID(int=1),
}
SPARSE = FULL | {int: 0, bool: False, Decimal: Decimal("0.00")}


def sample(hint: Any, values: dict[Any, Any]) -> Any:
    """Return a value of this type; in a sparse payload what may be missing is."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return None if values is SPARSE else sample(inner[0], values)
    if origin is list:
        return [] if values is SPARSE else [sample(inner[0], values)] * 2
    if origin is dict:
        return {} if values is SPARSE else {sample(inner[0], values): sample(inner[1], values)}
    return values[hint]


def read(cls: type[Event], values: dict[Any, Any]) -> str:
    hints = typing.get_type_hints(cls)
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    event = cls(**{field.name: sample(hints[field.name], values) for field in fields})
    row = EventRow(type=cls.type, payload=event.payload(), actor="staff:1", actor_name="赵敏")
    return sentence(row)


@pytest.fixture
def reports_unknown_names(settings: Any) -> None:
    """Let a name that the payload does not have show in the text instead of vanishing."""
    settings.TEMPLATES = copy.deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UNKNOWN


def test_every_event_has_a_sentence_and_every_sentence_an_event() -> None:
    assert EVENTS.keys() == CHINESE.keys()
    assert EVENTS.keys() - ENGLISH.keys() == set()
    assert ENGLISH.keys() - EVENTS.keys() == set()


@pytest.mark.parametrize("type", sorted(EVENTS))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("values", [FULL, SPARSE], ids=["full", "sparse"])
@pytest.mark.usefixtures("reports_unknown_names")
def test_event_reads_as_one_sentence(type: str, language: str, values: dict[Any, Any]) -> None:
    with override(language):
        text = read(EVENTS[type], values)

    assert text
    assert text != type
    assert [sign for sign in ("\n", "{", "}", "None", UNKNOWN) if sign in text] == []


@pytest.mark.parametrize("type", sorted(ENGLISH))
def test_english_sentence_stands_beside_the_chinese_one_without_its_characters(type: str) -> None:
    file = ENGLISH[type]

    assert file.parent.parent == CHINESE[type].parent
    assert re.findall(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", file.read_text()) == []


def test_sentence_is_in_the_language_of_the_reader() -> None:
    row = EventRow(type="billing.payment.paid.v1", payload={"amount": "1.00"}, actor="system")

    with override("en"):
        assert sentence(row) == "1.00 yuan paid"
    assert sentence(row) == "已支付 1.00 元"


def test_sentence_without_an_english_twin_stays_chinese(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "tests.parcel.lost.v1.txt").write_text("{{ actor }} 登记遗失")
    settings.TEMPLATES = copy.deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0]["DIRS"] = [tmp_path]
    row = EventRow(type="tests.parcel.lost.v1", payload={}, actor="system", actor_name="系统")

    with override("en"):
        assert sentence(row) == "System 登记遗失"
    assert sentence(row) == "系统 登记遗失"


@pytest.mark.usefixtures("reports_unknown_names")
def test_a_name_that_the_payload_lacks_is_seen() -> None:
    row = EventRow(type="billing.payment.paid.v1", payload={}, actor="system")

    assert UNKNOWN in sentence(row)


@pytest.mark.parametrize("type", sorted(EVENTS))
def test_event_is_named_area_subject_verb_version(type: str) -> None:
    area, _subject, _verb, version = type.split(".")

    assert area in EVENTS[type].__module__.split(".")
    assert version.removeprefix("v").isdigit()


@pytest.mark.parametrize("file", [*CHINESE.values(), *ENGLISH.values()], ids=str)
def test_sentence_stands_on_one_line_of_its_own_area(file: Path) -> None:
    type = file.stem

    assert len(file.read_text().splitlines()) == 1
    assert type.split(".", maxsplit=1)[0] in file.relative_to(SOURCE).parts
