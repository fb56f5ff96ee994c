"""Short ways to write DMN files in tests."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def file(*parts: str, namespace: str = DMN) -> str:
    """A DMN file made of the given elements."""
    body = "\n".join(parts)
    return (
        f'<definitions xmlns="{namespace}" id="file" name="file" namespace="baocheng">\n'
        f"{body}\n</definitions>"
    )


def table(
    inputs: Sequence[tuple[str, ...]],
    outputs: Sequence[tuple[str, ...]],
    rules: Iterable[Sequence[str]],
    *,
    policy: str = "UNIQUE",
    key: str = "claim_triage",
    aggregation: str = "",
    requirements: str = "",
    default: str = "",
    name: str = "赔案分流",
) -> str:
    """A decision with a table; a column is (name, type, allowed values, label), as far as given."""
    columns = "".join(map(_input, inputs)) + "".join(_output(o, default) for o in outputs)
    rows = "".join(_rule(cells, len(inputs)) for cells in rules)
    aggregated = f' aggregation="{aggregation}"' if aggregation else ""
    return (
        f'<decision id="{key}" name="{name}"><variable name="{key}"/>{requirements}'
        f'<decisionTable hitPolicy="{policy}"{aggregated}>{columns}{rows}</decisionTable>'
        f"</decision>"
    )


def literal(key: str, text: str, *, requirements: str = "", type_ref: str = "Any") -> str:
    """A decision with a literal expression."""
    return (
        f'<decision id="{key}" name="{key}"><variable name="{key}" typeRef="{type_ref}"/>'
        f"{requirements}<literalExpression><text>{escape(text)}</text></literalExpression>"
        f"</decision>"
    )


def input_data(name: str, type_ref: str, key: str = "") -> str:
    """An input data element; its id is its name unless `key` is given."""
    return (
        f'<inputData id="{key or name}" name="{name}">'
        f'<variable name="{name}" typeRef="{type_ref}"/></inputData>'
    )


def needs(*, inputs: Sequence[str] = (), decisions: Sequence[str] = ()) -> str:
    """The requirements of a decision, by id."""
    return "".join(
        f'<informationRequirement><{kind} href="#{key}"/></informationRequirement>'
        for kind, keys in (("requiredInput", inputs), ("requiredDecision", decisions))
        for key in keys
    )


def _column(parts: tuple[str, ...]) -> tuple[str, str, str, str]:
    name, type_ref, allowed, label = (*parts, *[""] * (4 - len(parts)))
    return name, f' typeRef="{type_ref}"' if type_ref else "", allowed, label


def _input(parts: tuple[str, ...]) -> str:
    name, type_ref, allowed, label = _column(parts)
    values = f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else ""
    return (
        f"<input label={quoteattr(label)}><inputExpression{type_ref}>"
        f"<text>{escape(name)}</text></inputExpression>{values}</input>"
    )


def _output(parts: tuple[str, ...], default: str) -> str:
    name, type_ref, allowed, label = _column(parts)
    values = f"<outputValues><text>{escape(allowed)}</text></outputValues>" if allowed else ""
    entry = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>"
    return (
        f"<output name={quoteattr(name)} label={quoteattr(label)}{type_ref}>{values}"
        f"{entry if default else ''}</output>"
    )


def _rule(cells: Sequence[str], inputs: int) -> str:
    entries = "".join(
        f"<{tag}><text>{escape(cell)}</text></{tag}>"
        for tag, cell in zip(
            ["inputEntry"] * inputs + ["outputEntry"] * (len(cells) - inputs), cells, strict=True
        )
    )
    return f"\n<rule>{entries}</rule>"
