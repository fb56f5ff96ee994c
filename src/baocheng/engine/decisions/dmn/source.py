"""The XML of one DMN file, and the findings that reading it collects."""

from collections.abc import Iterator
from typing import TypeAlias

from lxml import etree
from lxml.etree import _Element

from baocheng.engine.decisions.definition import Expression
from baocheng.engine.decisions.feel import tree
from baocheng.engine.decisions.feel.parser import (
    UnreadableExpression,
    parse_cell,
    parse_expression,
)
from baocheng.engine.publishing.findings import Finding
from baocheng.kernel.text import _

Element: TypeAlias = _Element

# What means nothing for the answer: pictures, prose, sources of authority, vendors' extensions.
_MEANINGLESS = frozenset(
    {
        "extensionElements",
        "description",
        "question",
        "allowedAnswers",
        "DMNDI",
        "knowledgeSource",
        "authorityRequirement",
        "textAnnotation",
        "association",
        "group",
        "elementCollection",
        "organizationUnit",
        "performanceIndicator",
        "supportedObjective",
        "impactedPerformanceIndicator",
        "decisionMaker",
        "decisionOwner",
        "usingProcess",
        "usingTask",
    }
)


class Source:
    """One file being read; every finding is noted, so that none hides the next.

    `names` are all names the file declares: those with spaces must be known to read expressions.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Finding] = []
        self.names: frozenset[str] = frozenset()

    def parse(self, text: str) -> Element | None:
        """Return the root element, or None after noting why there is none."""
        if "<!DOCTYPE" in text:
            sentence = _("DMN 文件不得带有 DOCTYPE 声明。")
            self.findings.append(Finding(self.path, _("文件"), "decisions.doctype", sentence))
            return None
        # No entity is ever resolved: a handbook file may come from outside.
        parser = etree.XMLParser(
            encoding="utf-8",  # whatever the file says of itself: it was read as text
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
        )
        try:
            root = etree.fromstring(text.encode(), parser)
        except etree.XMLSyntaxError as error:
            sentence = _("不是有效的 XML 文件：{reason}").format(reason=error.msg)
            found = Finding(self.path, _("文件"), "decisions.not_xml", sentence, error.lineno or 0)
            self.findings.append(found)
            return None
        if tag(root) != "definitions":
            self.note(root, _("文件"), "not_dmn", _("文件的根元素不是 DMN 的 definitions。"))
            return None
        self.names = frozenset(_declared_names(root))
        return root

    def note(self, element: Element, place: str, code: str, sentence: str) -> None:
        """Add a finding at `element`."""
        found = Finding(self.path, place, f"decisions.{code}", sentence, line_of(element))
        self.findings.append(found)

    def refuse(self, element: Element, place: str) -> None:
        """Add the finding that this kind of element is not supported."""
        sentence = _("本系统不支持 DMN 元素 {tag}，请改用决策表或 FEEL 表达式。")
        self.note(element, place, "unsupported_element", sentence.format(tag=tag(element)))

    def expression(self, element: Element, text: str, place: str) -> Expression:
        """Read a FEEL expression that stands in `element`."""
        try:
            node = parse_expression(text, self.names)
        except UnreadableExpression as problem:
            self.note(element, place, "expression_syntax", str(problem))
            node = tree.Literal(None)
        return Expression(text, node, line_of(element))

    def cell(self, element: Element, text: str, place: str) -> Expression:
        """Read the unary tests that stand in `element`."""
        try:
            node = parse_cell(text, self.names)
        except UnreadableExpression as problem:
            self.note(element, place, "cell_syntax", str(problem))
            node = tree.Literal(None)
        return Expression(text, node, line_of(element))


def tag(element: Element) -> str:
    """Return the local name of an element."""
    return etree.QName(element).localname


def line_of(element: Element) -> int:
    """Return the line an element starts on."""
    return element.sourceline if isinstance(element.sourceline, int) else 0


def children(element: Element, *names: str) -> Iterator[Element]:
    """Yield the child elements called `names`; without names, all that mean something."""
    for each in element:
        if tag(each) in names if names else tag(each) not in _MEANINGLESS:
            yield each


def child(element: Element, name: str) -> Element | None:
    """Return the first child element called `name`."""
    return next(children(element, name), None)


def text_in(element: Element | None, name: str = "text") -> str:
    """Return the text of the child called `name`, without surrounding spaces."""
    found = None if element is None else child(element, name)
    return "" if found is None else "".join(map(str, found.itertext())).strip()


def _declared_names(root: Element) -> Iterator[str]:
    for element in root.iter("{*}*"):
        name = element.get("name")
        # No other beginning is a name in FEEL, and a column called “-” must not swallow signs.
        if name and (name[0].isalpha() or name[0] == "_"):
            yield name
