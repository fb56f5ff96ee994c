"""Layout and drawing: everything has its place, nothing lies on anything."""

import os
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from lxml import etree

from baocheng.engine.processes.bpmn import read_bpmn
from baocheng.engine.processes.diagram import Marks, draw
from baocheng.engine.processes.layout import with_layout
from baocheng.engine.processes.lettering import text_width, wrapped
from baocheng.engine.processes.model import Bounds, Document
from engine.processes.bpmn_text import bpmn, timer
from engine.processes.test_oracle import Model, models

DATA = Path(os.environ.get("BAOCHENG_SHARED_DATA", "missing"))
TEXTBOOK = DATA / "process" / "ch7_InsuranceClaimsSimulationNormalSeason.bpmn"
SVG = "{http://www.w3.org/2000/svg}"

CLAIM = bpmn(
    f"""<startEvent id="s" name="报案"/><userTask id="a" name="审核单证"/>
    <exclusiveGateway id="g" name="齐全？" default="ok"/>
    <serviceTask id="b" name="一次性告知补充材料"/><userTask id="c" name="责任认定"/>
    <boundaryEvent id="x" attachedToRef="c" cancelActivity="false">{timer("P5D")}</boundaryEvent>
    <endEvent id="f" name="已提醒"/><endEvent id="e" name="结案"/>""",
    "s --> a --> g -ok-> c --> e\ng -more[is_incomplete]-> b --> a\nx --> f",
)


def overlap(one: Bounds, other: Bounds) -> bool:
    return (
        one.x < other.right
        and other.x < one.right
        and one.y < other.bottom
        and other.y < one.bottom
    )


def require_tidy(document: Document) -> None:
    """Every element is drawn, boxes of one level stay apart, lines run straight up or across."""
    nodes = document.nodes
    assert document.shapes.keys() >= nodes.keys()
    assert document.edges.keys() >= document.flows.keys()
    for one, other in combinations([n for n in nodes.values() if not n.host], 2):
        if one.scope == other.scope:
            assert not overlap(document.shapes[one.id].bounds, document.shapes[other.id].bounds)
    for edge in document.edges.values():
        for start, end in pairwise(edge.waypoints):
            assert start.x == end.x or start.y == end.y


@settings(deadline=None, max_examples=60)
@given(model=models())
def test_random_models_are_laid_out_tidily(model: Model) -> None:
    require_tidy(read_bpmn(with_layout(model.text), "x.bpmn"))


def test_the_longest_path_runs_straight() -> None:
    document = read_bpmn(with_layout(CLAIM), "x.bpmn")

    heights = {document.shapes[id].bounds.center.y for id in ("s", "a", "g", "c", "e")}
    assert len(heights) == 1
    assert document.shapes["b"].bounds.center.y not in heights


def test_a_boundary_event_sits_on_the_border_of_its_host() -> None:
    document = read_bpmn(with_layout(CLAIM), "x.bpmn")

    host, ring = document.shapes["c"].bounds, document.shapes["x"].bounds
    assert ring.center.y == host.bottom
    assert host.x < ring.x < ring.right < host.right


def test_laying_out_again_changes_nothing() -> None:
    once = with_layout(CLAIM)

    assert with_layout(once) == once


def test_layout_keeps_the_model() -> None:
    before, after = read_bpmn(CLAIM, "x"), read_bpmn(with_layout(CLAIM), "x")

    assert {id: (n.name, n.type) for id, n in after.nodes.items()} == {
        id: (n.name, n.type) for id, n in before.nodes.items()
    }
    assert after.flows.keys() == before.flows.keys()


def test_layout_refuses_what_is_no_model() -> None:
    with pytest.raises(ValueError, match="XML"):
        with_layout("<nothing")


def test_the_drawing_marks_where_the_case_is() -> None:
    document = read_bpmn(with_layout(CLAIM), "x.bpmn")
    marks = Marks(
        current={"c"},
        done={"s", "a", "g"},
        notes={"a": "3月12日 14:20"},
        counts={"c": 12},
        flows={"s_a"},
    )

    svg = etree.fromstring(draw(document, title="理赔处理", marks=marks, link="/t/{}".format))

    by_id = {each.get("data-element"): each for each in svg.iter() if each.get("data-element")}
    assert by_id["c"].get("class") == "node task user-task is-current"
    assert by_id["c"].tag == f"{SVG}a"
    assert by_id["c"].get("href") == "/t/c"
    assert by_id["a"].get("class") == "node task user-task is-done"
    assert [each.text for each in by_id["a"].iter(f"{SVG}text") if each.get("class") == "note"] == [
        "3月12日 14:20"
    ]
    travelled = [e for e in svg.iter(f"{SVG}g") if e.get("class") == "flow is-travelled"]
    assert len(travelled) == 1
    assert svg.findtext(f"{SVG}title") == "理赔处理"
    assert svg.findtext(f"{SVG}desc") == "当前环节：责任认定。已完成：报案、审核单证、齐全？。"


def test_drawing_describes_itself_in_the_language_of_the_reader() -> None:
    document = read_bpmn(with_layout(CLAIM), "x.bpmn")

    with override("en"):
        svg = etree.fromstring(
            draw(document, title="Claim", marks=Marks(current=["c"], done=["s", "a"]))
        )

    assert svg.findtext(f"{SVG}desc") == "Current steps: 责任认定. Completed: 报案, 审核单证."
    assert "user task: 审核单证" in [each.text for each in svg.iter(f"{SVG}title")]


def test_the_drawing_has_no_inline_style() -> None:
    svg = draw(read_bpmn(with_layout(CLAIM), "x.bpmn"), title="理赔处理")

    assert "style=" not in svg
    assert "<script" not in svg
    assert 'role="img"' in svg


def test_names_are_escaped() -> None:
    text = bpmn('<startEvent id="s" name="&lt;b&gt;"/><endEvent id="e"/>', "s --> e")

    svg = draw(read_bpmn(with_layout(text), "x.bpmn"), title='<script>"')

    assert "<b>" not in svg
    assert "<script>" not in svg


@pytest.mark.skipif(not TEXTBOOK.exists(), reason="no BAOCHENG_SHARED_DATA")
def test_a_textbook_model_is_drawn_whole() -> None:
    document = read_bpmn(TEXTBOOK.read_text(), TEXTBOOK.name)

    svg = etree.fromstring(draw(document, title="Insurance claims"))

    drawn = {each.get("data-element") for each in svg.iter() if each.get("data-element")}
    assert drawn == set(document.nodes)
    assert len([e for e in svg.iter(f"{SVG}g") if e.get("class") == "flow"]) == 24


def test_chinese_breaks_anywhere_and_latin_between_words() -> None:
    assert wrapped("一次性告知补充材料", 60) == ["一次性告知", "补充材料"]
    assert wrapped("check the policy", 66) == ["check the", "policy"]
    assert wrapped("核定，通知", 36) == ["核定，", "通知"]
    assert text_width("保A") == pytest.approx(18.72)
