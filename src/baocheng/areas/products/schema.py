"""Turn `*.product.yaml` and its `*.cases.json` into a `Product`."""

import hashlib
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import yaml

from baocheng.areas.products._typed_yaml import Reader, TypedYaml
from baocheng.areas.products.definition import STEPS, Amount, Product, Step, TermName
from baocheng.areas.products.inputs import Example, Ratio
from baocheng.engine.publishing.findings import Finding, Unreadable
from baocheng.engine.publishing.handbook import nearest
from baocheng.engine.publishing.kinds import SourceFile


def parse_product(source: SourceFile) -> list[Product]:
    """Return the product that a file declares, with the examples beside it.

    Raises:
        Unreadable: with every error of both files.
    """
    examples: tuple[Example, ...] = ()
    findings: list[Finding] = []
    cases = source.sibling(".cases.json")
    if cases is not None:
        try:
            examples = TypedYaml(cases.path, cases.text, _SPECIAL).read(tuple[Example, ...])
        except Unreadable as unreadable:
            findings += unreadable.findings
    try:
        product = TypedYaml(source.path, source.text, _SPECIAL).read(Product)
    except Unreadable as unreadable:
        raise Unreadable(unreadable.findings + findings) from None
    if findings:
        raise Unreadable(findings)
    fingerprint = hashlib.sha256(source.text.encode()).hexdigest()
    return [replace(product, file=source.path, fingerprint=fingerprint, examples=examples)]


def _read_ratio(file: TypedYaml, node: yaml.Node, place: str) -> Any:
    text = str(node.value).strip()
    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,4})?)%", text)
    if found is None or Decimal(found[1]) > 100:
        return file.wrong(node, place, "wrong_value", f"“{text}”应为 0% 至 100% 的百分数。")
    return Ratio(Decimal(found[1]) / 100)


def _read_amount(file: TypedYaml, node: yaml.Node, place: str) -> Any:
    if isinstance(node, yaml.ScalarNode) and re.fullmatch(r"[a-z][a-z0-9_]*", node.value):
        return TermName(node.value)
    return file.value(node, Decimal, place)


def _read_step(file: TypedYaml, node: yaml.Node, place: str) -> Any:
    items = file.items(node, place)
    if len(items) != 1:
        return file.wrong(node, place, "wrong_value", "每一步写成“步骤: {…}”，且只写一个步骤。")
    ((name, (key, value)),) = items.items()
    if name not in STEPS:
        hint = nearest(name, STEPS) or "。"
        return file.wrong(key, place, "unknown_step", f"没有“{name}”这种计算步骤{hint}")
    return file.value(value, STEPS[name], f"{place}.{name}")


_SPECIAL: dict[Any, Reader] = {Ratio: _read_ratio, Amount: _read_amount, Step: _read_step}
