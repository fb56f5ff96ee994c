"""One word per thing: everything that has a name stands in docs/glossary.csv, once."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps
from django.conf import settings

import baocheng
from baocheng.engine.decisions.definition import DecisionTable
from baocheng.engine.journal.events import event_types
from baocheng.engine.processes import registry
from baocheng.engine.publishing.handbook import Handbook, read_folder

SOURCE = Path(baocheng.__file__).parent
GLOSSARY = SOURCE.parent.parent / "docs" / "glossary.csv"
COLUMNS = ["中文", "English", "code", "area", "definition", "source", "forbidden synonyms"]
# The parts of the product, and `insurance` for words that no part owns.
AREAS = {
    "insurance",
    "engine",
    *(folder.name for folder in SOURCE.glob("engine/*") if (folder / "apps.py").exists()),
    *(folder.name for folder in SOURCE.glob("areas/*") if (folder / "apps.py").exists()),
    *("rest", "desk", "demo"),
}


# Synonyms that texts still use; a word leaves the list when the texts are mended.
STILL_USED: dict[str, str] = {}
# Labels of the handbook that still differ from the glossary.
LABELLED_OTHERWISE: dict[tuple[str, str], str] = {}


class Word(NamedTuple):
    """One line of the glossary; `codes` are its names in code, none where only people use it."""

    chinese: str
    english: str
    codes: tuple[str, ...]
    area: str
    definition: str
    source: str
    forbidden: tuple[str, ...]


@cache
def words() -> tuple[Word, ...]:
    with GLOSSARY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == COLUMNS
    return tuple(
        Word(
            chinese=chinese,
            english=english,
            codes=tuple(codes.split()),
            area=area,
            definition=definition,
            source=source,
            forbidden=tuple(filter(None, forbidden.split("；"))),
        )
        for chinese, english, codes, area, definition, source, forbidden in rows[1:]
    )


@cache
def handbook() -> Handbook:
    return read_folder(settings.HANDBOOK)


def snake(name: str) -> str:
    """Return a class name as a code name; `Row` only keeps a model apart from what it stores."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name.removesuffix("Row")).lower()


def columns() -> Iterator[tuple[str, str]]:
    """Yield name and label of every input and output of the handbook's decisions."""
    for decision in handbook().all("decision"):
        yield from ((given.name, given.label) for given in decision.inputs)
        if isinstance(decision.logic, DecisionTable):
            yield from ((output.name, output.label) for output in decision.logic.outputs)


def facts() -> dict[str, str]:
    """Return the facts of the product's own kinds, not of those that other tests register."""
    found: dict[str, str] = {}
    for name in stream_kinds():
        kind = registry.find_kind(name)
        if kind is not None and kind.load.__module__.startswith("baocheng."):
            found |= kind.fact_names
    return found


def stream_kinds() -> set[str]:
    literal = re.compile(r"\bStream\(\s*\"([a-z_]+)\"")
    return {kind for file in SOURCE.glob("**/*.py") for kind in literal.findall(file.read_text())}


def in_code(kind: str) -> set[str]:
    """Return the names of this kind that the product and its handbook use."""
    match kind:
        case "event subject":
            own = (
                type
                for type, cls in event_types().items()
                if cls.__module__.startswith("baocheng.")
            )
            return {type.split(".")[1] for type in own}
        case "decision column":
            return {name for name, _label in columns()}
        case "fact":
            return set(facts())
        case "stream kind":
            return stream_kinds()
        case "authority":
            return {limit.key.partition(".")[0] for limit in handbook().all("authority")}
        case _:
            return set(handbook().keys(kind))


KINDS = (
    "event subject",
    "process",
    "decision",
    "decision column",
    "fact",
    "form",
    "clock",
    "role",
    "authority",
    "product",
    "stream kind",
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_is_in_the_glossary(kind: str) -> None:
    known = {code for word in words() for code in word.codes}
    names = in_code(kind)

    assert names
    assert names - known == set()


def test_every_model_is_in_the_glossary_under_its_own_area() -> None:
    known = {(word.area, code) for word in words() for code in word.codes}
    models = {
        (model._meta.app_label, snake(model.__name__))
        for model in apps.get_models()
        if model.__module__.startswith("baocheng.")
    }

    assert models - known == set()


def test_the_handbook_calls_its_columns_facts_and_roles_as_the_glossary_does() -> None:
    chinese = {(code, word.chinese) for word in words() for code in word.codes}
    shown = {
        *columns(),
        *facts().items(),
        *((role.key, role.name) for role in handbook().all("role")),
    }

    # A unit or range in brackets is no part of the word.
    named = {(name, label.partition("（")[0]) for name, label in shown if label}
    assert named - LABELLED_OTHERWISE.keys() - chinese == set()


def test_a_name_and_a_chinese_word_have_one_meaning_in_an_area() -> None:
    by_code = Counter((word.area, code) for word in words() for code in word.codes)
    by_word = Counter((word.area, word.chinese) for word in words())

    assert [one for one, count in (by_code + by_word).items() if count > 1] == []


def test_every_word_is_complete() -> None:
    incomplete = [
        word
        for word in words()
        if not all((word.chinese, word.english, word.definition, word.source))
        or word.area not in AREAS
        or not re.search(r"[\u4e00-\u9fff]", word.chinese)
        # No pinyin, no Chinese identifiers.
        or not all(re.fullmatch(r"[a-z][a-z0-9_]*", code) for code in word.codes)
    ]

    assert incomplete == []


def test_no_word_is_a_forbidden_synonym_of_another() -> None:
    used = {name for word in words() for name in (word.chinese, word.english)}

    assert {
        (word.chinese, one) for word in words() for one in word.forbidden if one in used
    } == set()


@cache
def forbidden_in_texts() -> dict[str, list[str]]:
    """Return where people read a Chinese synonym that the glossary forbids."""
    forbidden = {
        one for word in words() for one in word.forbidden if re.fullmatch(r"[\u4e00-\u9fff]+", one)
    }
    found: dict[str, list[str]] = {}
    texts = (settings.HANDBOOK.rglob("*.*"), SOURCE.glob("**/*.html"), SOURCE.glob("**/*.py"))
    for file in sorted(chain(*texts)):
        text = file.read_text()
        for one in forbidden:
            if one in text:
                found.setdefault(one, []).append(str(file.relative_to(SOURCE)))
    return found


def test_texts_do_not_use_forbidden_synonyms() -> None:
    assert {
        one: files for one, files in forbidden_in_texts().items() if one not in STILL_USED
    } == {}


def test_every_exception_is_needed() -> None:
    assert STILL_USED.keys() - forbidden_in_texts().keys() == set()
    assert LABELLED_OTHERWISE.keys() - set(columns()) == set()
