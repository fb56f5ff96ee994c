"""Every page renders with values and without, and keeps to the rules of the house."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from lxml import html

from baocheng.kernel import time
from desk.samples import NOW, PAGES, SHELL

EVERY_PAGE = pytest.mark.parametrize("name", PAGES)


def render(name: str, language: str = "zh-hans") -> str:
    template, context = PAGES[name]
    request = RequestFactory().get("/")
    with time.frozen(NOW), translation.override(language):
        return render_to_string(template, {"shell": SHELL, **context}, request)


@EVERY_PAGE
def test_page_has_no_inline_style_or_script(name: str) -> None:
    page = html.fromstring(render(name))

    assert page.xpath("//*[@style]") == []
    assert page.xpath("//style") == []
    assert page.xpath("//script[not(@src)]") == []
    assert page.xpath("//@*[starts-with(name(), 'on')]") == []


@EVERY_PAGE
def test_every_control_has_a_name_for_those_who_cannot_see_it(name: str) -> None:
    page = html.fromstring(render(name))
    nameless = [
        html.tostring(control, encoding="unicode")[:120]
        for control in page.xpath("//input[not(@type='hidden')] | //select | //textarea")
        if not control.get("aria-label")
        and not control.xpath("ancestor::label")
        and not (control.get("id") and page.xpath("//label[@for=$id]", id=control.get("id")))
    ]
    silent = [
        html.tostring(one, encoding="unicode")[:120]
        for one in page.xpath("//button | //a[@href] | //summary")
        if not (one.text_content().strip() or one.get("aria-label") or one.get("aria-hidden"))
    ]

    assert nameless == []
    assert silent == []


@EVERY_PAGE
def test_ids_are_unique(name: str) -> None:
    ids = html.fromstring(render(name)).xpath("//@id")

    assert sorted(set(ids)) == sorted(ids)


@EVERY_PAGE
def test_references_lead_to_something(name: str) -> None:
    page = html.fromstring(render(name))
    # The one dialog is filled when it is opened.
    ids = set(page.xpath("//@id")) | {"dialog", "dialog-title"}
    wanted = {
        target
        for attribute in page.xpath("//@aria-describedby | //@aria-labelledby | //label/@for")
        for target in attribute.split()
    } | {target.removeprefix("#") for target in page.xpath("//@hx-target") if target[0] == "#"}

    assert wanted - ids == set()


@EVERY_PAGE
def test_page_has_one_title_and_landmarks(name: str) -> None:
    page = html.fromstring(render(name))
    if page.tag != "html":
        pytest.skip("a part of a page")

    assert len(page.xpath("//h1")) == 1
    assert len(page.xpath("//main[@id='main']")) == 1
    assert page.xpath("//a[@class='skip-link visually-hidden']/@href") == ["#main"]


@EVERY_PAGE
def test_forms_that_write_carry_the_token(name: str) -> None:
    page = html.fromstring(render(name))
    bare = [
        form.get("action")
        for form in page.xpath("//form[@method='post']")
        if not form.xpath(".//input[@name='csrfmiddlewaretoken']")
    ]

    assert bare == []


@EVERY_PAGE
def test_english_page_has_no_untranslated_words_of_its_own(name: str) -> None:
    _, context = PAGES[name]
    chinese = set(re.findall(r"[\u4e00-\u9fff]+", render(name, "en")))
    given = set(re.findall(r"[\u4e00-\u9fff]+", repr((SHELL, context)))) | {"简体中文"}
    left = {word for word in chinese if not any(word in one for one in given)}

    assert left == set()
