"""The design system keeps its promises: one place for values, contrast, names that match."""

import re
from itertools import product
from pathlib import Path

import pytest

import baocheng
from baocheng.ui.templatetags.ui import styles

SOURCE = Path(baocheng.__file__).parent
UI = SOURCE / "ui" / "static" / "ui"
SHEETS = sorted([*UI.glob("*.css"), *(SOURCE / "desk" / "static" / "desk").glob("*.css")])
# A diagram is a drawing: its strokes and letters are measured in the drawing's own units.
DRAWN = {"tokens.css", "tokens_dark.css", "diagram.css"}


def tokens(file: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", (UI / file).read_text()))


LIGHT = tokens("tokens.css")
DARK = LIGHT | tokens("tokens_dark.css")


@pytest.mark.parametrize("sheet", [s for s in SHEETS if s.name not in DRAWN], ids=lambda s: s.name)
def test_colours_and_sizes_are_tokens(sheet: Path) -> None:
    found = [
        line.strip()
        for line in sheet.read_text().splitlines()
        if "@media" not in line and re.search(r"#[0-9a-f]{3,8}\b|rgba?\(|\d(px|rem)\b", line)
    ]

    assert found == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda s: s.name)
def test_tokens_that_are_used_exist(sheet: Path) -> None:
    text = sheet.read_text()
    own = set(re.findall(r"--([\w-]+):", text)) | {"tone", "tone-ground"}

    assert set(re.findall(r"var\(--([\w-]+)\)", text)) - own - set(LIGHT) == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda s: s.name)
def test_sheet_stands_in_a_cascade_layer(sheet: Path) -> None:
    layer = re.compile(r"^@layer (reset|tokens|base|components|pages) \{", re.MULTILINE)

    assert layer.search(sheet.read_text())


def test_every_sheet_of_the_library_is_linked() -> None:
    linked = {name.removeprefix("ui/") for name in styles()}

    assert linked | {"tokens_dark.css"} == {sheet.name for sheet in UI.glob("*.css")}


def test_dark_theme_gives_every_colour_again() -> None:
    coloured = {name for name, value in LIGHT.items() if value.startswith(("#", "rgb"))}

    assert coloured - set(tokens("tokens_dark.css")) == set()


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("ground", "surface", "sunken", "raised")
TEXT = [
    *product(("ink", "ink-soft", "ink-faint", "accent"), GROUNDS),
    *product(("ink", "accent", "accent-strong"), ("accent-ground",)),
    *product(("on-time", "soon", "late", "paused", "done"), ("surface", "sunken")),
    *((tone, f"{tone}-ground") for tone in ("on-time", "soon", "late", "paused", "done", "later")),
    *(("ink", f"{tone}-ground") for tone in ("on-time", "soon", "late", "paused", "later")),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-strong"),
    ("ink", "mark"),
]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT, ids="-on-".join)
def test_text_can_be_read(theme: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(theme[ink], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("mark", "ground"), [("line-control", "surface"), ("focus", "surface"), ("focus", "ground")]
)
def test_controls_and_focus_can_be_seen(theme: dict[str, str], mark: str, ground: str) -> None:
    assert contrast(theme[mark], theme[ground]) >= 3
