"""The products that ship, with every worked example beside them."""

from collections.abc import Callable, Mapping

import pytest

from baocheng.areas.products.check import check_product
from baocheng.areas.products.definition import Product

KEYS = ("million_medical", "personal_accident", "motor")


def test_default_products_are_all_read(files: Mapping[str, str]) -> None:
    assert sorted(name for name in files if name.endswith(".product.yaml")) == sorted(
        f"{key}.product.yaml" for key in KEYS
    )


@pytest.mark.parametrize("key", KEYS)
def test_product_has_no_findings_and_its_examples_hold(
    product: Callable[[str], Product], key: str
) -> None:
    assert check_product(product(key)) == []
    assert len(product(key).examples) >= 9


def test_unverified_figures_are_named(motor: Product, accident: Product, medical: Product) -> None:
    assert [note.endswith("待核实") for note in motor.unverified + accident.unverified] == [
        True
    ] * 2
    assert medical.unverified == []
