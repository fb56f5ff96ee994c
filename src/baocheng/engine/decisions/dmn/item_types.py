"""Read the types that a file defines (`itemDefinition`) and those it refers to (`typeRef`)."""

from collections.abc import Mapping

from baocheng.engine.decisions.dmn.source import Element, Source, child, children, tag, text_in
from baocheng.engine.decisions.feel.values import CLASSES
from baocheng.engine.decisions.types import UNTYPED, Allowed, Type, simple_type
from baocheng.engine.publishing.handbook import nearest
from baocheng.kernel.text import _


class TypeReader:
    """The types of a file, by the names that `typeRef` uses."""

    def __init__(self, source: Source, definitions: Mapping[str, Element]) -> None:
        self._source = source
        self._definitions = definitions
        self._known: dict[str, Type] = {}

    def named(self, name: str | None, element: Element, place: str) -> Type:
        """Return the type that `name` means at `element`; untyped when there is no name."""
        if not name:
            return UNTYPED
        local = name.rpartition(":")[2]
        if local not in self._definitions:
            found = simple_type(local)
            if found is None:
                near = nearest(local, [*self._definitions, *CLASSES]) or "。"
                sentence = _("类型 {name} 不存在{near}").format(name=local, near=near)
                self._source.note(element, place, "unknown_type", sentence)
            return found or UNTYPED
        if local not in self._known:
            # Untyped while it is being read, so that a type made of itself comes to an end.
            self._known[local] = UNTYPED
            self._known[local] = self._defined(self._definitions[local], f"类型 {local}")
        return self._known[local]

    def _defined(self, element: Element, place: str) -> Type:
        base = self.named(text_in(element, "typeRef") or None, element, place)
        entries = {
            component.get("name", ""): self._defined(component, place)
            for component in children(element, "itemComponent")
        }
        for each in children(element):
            if tag(each) not in ("typeRef", "itemComponent", "allowedValues"):
                self._source.refuse(each, place)
        return Type(
            kind="context" if entries else base.kind,
            allowed=self.allowed(element, "allowedValues", place) or base.allowed,
            entries=entries or base.entries,
            is_list=base.is_list or element.get("isCollection") == "true",
            is_whole=base.is_whole,
        )

    def allowed(self, element: Element, clause: str, place: str) -> Allowed | None:
        """Return the allowed values of an item, input or output; None when all are allowed."""
        found = child(element, clause)
        text = text_in(found)
        if found is None or text in ("", "-"):
            return None
        return Allowed(text, self._source.cell(found, text, f"{place} 允许值").node)
