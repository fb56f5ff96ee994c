"""The English catalogue is complete, keeps every placeholder and is compiled."""

import re
import shutil
from ast import literal_eval
from gettext import GNUTranslations
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import call_command
from pytest_django import Settings

import baocheng

SOURCE = Path(baocheng.__file__).parent
CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
FIELD = re.compile(r'^(msg\w+)(?:\[\d\])? ((?:"[^\n]*"\n?)+)', re.MULTILINE)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w[^>]*>")
READ_BY_GETTEXT = {".py", ".html", ".txt"}


class Message(NamedTuple):
    """One entry of a .po file."""

    context: str
    text: str
    plural: str
    english: list[str]
    is_fuzzy: bool

    @property
    def name(self) -> tuple[str, str]:
        return self.context, self.text


def read(file: Path) -> list[Message]:
    """Return the entries in use, without the header."""
    found = []
    for entry in file.read_text(encoding="utf-8").split("\n\n"):
        fields: dict[str, list[str]] = {}
        for name, quoted in FIELD.findall(entry):
            fields.setdefault(name, []).append(literal_eval(f"({quoted})"))
        [text] = fields.get("msgid", [""])
        if text:
            context, plural = (fields.get(name, [""])[0] for name in ("msgctxt", "msgid_plural"))
            is_fuzzy = bool(re.search(r"^#,.*\bfuzzy\b", entry, re.MULTILINE))
            found.append(Message(context, text, plural, fields["msgstr"], is_fuzzy))
    return found


MESSAGES = read(CATALOGUE)


def test_catalogue_has_every_message_once() -> None:
    assert len(MESSAGES) > 1_000
    assert len({message.name for message in MESSAGES}) == len(MESSAGES)


def test_no_entry_is_empty_or_fuzzy() -> None:
    assert [each.text for each in MESSAGES if each.is_fuzzy or not all(each.english)] == []


def test_plural_entries_have_both_forms() -> None:
    forms = {each.text: len(each.english) for each in MESSAGES}

    assert forms == {each.text: 2 if each.plural else 1 for each in MESSAGES}


def test_english_keeps_every_placeholder() -> None:
    changed = [
        (message.text, english)
        for message in MESSAGES
        for english in message.english
        if set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(message.text))
    ]

    assert changed == []


def test_compiled_catalogue_is_what_the_source_says() -> None:
    compiled = CATALOGUE.with_suffix(".mo")
    with compiled.open("rb") as file:
        spoken = GNUTranslations(file)
    # The header counts as an entry; the format keeps their number at the eighth byte.
    count = int.from_bytes(compiled.read_bytes()[8:12], "little")

    assert [m.text for m in MESSAGES if _spoken(spoken, m) != m.english] == []
    assert count == len(MESSAGES) + 1


def _spoken(translations: GNUTranslations, message: Message) -> list[str]:
    context, text, plural, *_ = message
    match bool(context), bool(plural):
        case True, True:
            return [translations.npgettext(context, text, plural, n) for n in (1, 2)]
        case True, False:
            return [translations.pgettext(context, text)]
        case False, True:
            return [translations.ngettext(text, plural, n) for n in (1, 2)]
    return [translations.gettext(text)]


def test_every_message_of_the_source_is_in_the_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    if shutil.which("xgettext") is None:
        pytest.skip("GNU gettext is not installed, so messages cannot be extracted here.")
    for file in SOURCE.rglob("*"):
        if file.suffix in READ_BY_GETTEXT and file.is_file():
            copy = tmp_path / file.relative_to(SOURCE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    extracted = tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.po"
    extracted.parent.mkdir(parents=True)
    settings.LOCALE_PATHS = []
    monkeypatch.chdir(tmp_path)

    call_command("makemessages", locale=["en"], no_location=True, verbosity=0)

    found = {message.name for message in read(extracted)}
    assert found
    assert found - {message.name for message in MESSAGES} == set()
