"""The standards (服务标准) of the handbook: Markdown files, clause by clause, as pages of a book.

`# 第四章 理赔与客服` is the title, `##` and `###` are headings, every other paragraph is a clause
that may begin with its number (`4.1.2`). A link `[核定时限](clock:claim_decision)` is a mark: it
leads to what executes the clause.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import mark_safe

from baocheng.desk.rows.handbook import ChapterPage, Clause, Mark
from baocheng.engine.publishing.handbook import Handbook
from baocheng.kernel.problems import NotFound
from baocheng.ui.components import Link

_TITLE = re.compile(r"^# (?:(?P<number>第\S+章)\s+)?(?P<title>.+)$", re.MULTILINE)
_HEADING = re.compile(r"^(?P<marks>#{2,3}) (?P<text>.+)$")
_NUMBER = re.compile(r"^(?P<number>\d+(?:\.\d+)+)\s+")
_MARK = re.compile(r"\[(?P<label>[^\]]+)\]\((?P<kind>[a-z]+):(?P<key>[\w.-]+)\)")
_STRONG = re.compile(r"\*\*(.+?)\*\*")


class Chapter(NamedTuple):
    """One chapter in the contents."""

    key: str
    number: str
    title: str
    text: str


def contents(book: Handbook) -> Sequence[Chapter]:
    """Return the chapters of the handbook, in the order of their files."""
    return [
        chapter
        for path, text in sorted(book.files.items())
        if path.endswith(".md") and (chapter := _chapter(path, text)) is not None
    ]


def _chapter(path: str, text: str) -> Chapter | None:
    title = _TITLE.search(text)
    if title is None:
        return None
    key = path.removesuffix(".md").replace("/", ".")
    return Chapter(key, title["number"] or "", title["title"].strip(), text[title.end() :])


def page_of(book: Handbook, key: str) -> ChapterPage:
    """Return one chapter with the ways to those before and after it.

    Raises:
        NotFound: the handbook has no such chapter.
    """
    chapters = contents(book)
    place = next((place for place, one in enumerate(chapters) if one.key == key), None)
    if place is None:
        raise NotFound("key")
    chapter = chapters[place]
    return ChapterPage(
        title=chapter.title,
        number=chapter.number,
        clauses=list(_clauses(chapter.text)),
        previous=_link(chapters[place - 1]) if place else None,
        next=_link(chapters[place + 1]) if place + 1 < len(chapters) else None,
    )


def _link(chapter: Chapter) -> Link:
    return Link(label=chapter.title, url=reverse("desk:definition", args=["chapter", chapter.key]))


def _clauses(text: str) -> Iterator[Clause]:
    for place, paragraph in enumerate(re.split(r"\n\s*\n", text.strip())):
        heading = _HEADING.match(paragraph)
        if heading:
            words = mark_safe(escape(heading["text"]))  # noqa: S308
            yield Clause(text=words, level=len(heading["marks"]), anchor=f"s{place}")
        elif paragraph.strip():
            yield _clause(paragraph.strip())


def _clause(paragraph: str) -> Clause:
    number = _NUMBER.match(paragraph)
    body = paragraph[number.end() :] if number else paragraph
    marks = [_mark(found.groupdict()) for found in _MARK.finditer(body)]
    plain = escape(_MARK.sub("", body).strip())
    words = _STRONG.sub(r"<strong>\1</strong>", plain).replace("\n", "<br>")
    return Clause(
        text=mark_safe(words),  # noqa: S308  # escaped above
        number=number["number"] if number else "",
        anchor=f"c{number['number']}" if number else "",
        marks=marks,
    )


def _mark(found: Mapping[str, str]) -> Mark:
    if found["kind"] == "clock":
        url = f"{reverse('desk:handbook_clocks')}#{found['key']}"
    else:
        url = reverse("desk:definition", args=[found["kind"], found["key"]])
    return Mark(kind=found["kind"], label=found["label"], url=url)
