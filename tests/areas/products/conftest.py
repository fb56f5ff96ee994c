"""The three products of the default handbook, and a loss to claim for."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from baocheng.areas.products.definition import Product
from baocheng.areas.products.inputs import Loss
from baocheng.areas.products.schema import parse_product
from baocheng.engine.publishing.kinds import SourceFile


@pytest.fixture(scope="session")
def files() -> Mapping[str, str]:
    """Return the product files of the default handbook."""
    folder = Path(settings.HANDBOOK) / "products"
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="session")
def product(files: Mapping[str, str]) -> Callable[[str], Product]:
    """Return a product of the default handbook by key."""

    def read(key: str) -> Product:
        name = f"{key}.product.yaml"
        (product,) = parse_product(SourceFile(name, files[name], files))
        return product

    return read


@pytest.fixture(scope="session")
def medical(product: Callable[[str], Product]) -> Product:
    return product("million_medical")


@pytest.fixture(scope="session")
def motor(product: Callable[[str], Product]) -> Product:
    return product("motor")


@pytest.fixture(scope="session")
def accident(product: Callable[[str], Product]) -> Product:
    return product("personal_accident")


@pytest.fixture(scope="session")
def loss() -> Callable[..., Loss]:
    """Return a loss of 10 March 2026 under a policy of that year."""

    def make(**changes: Any) -> Loss:
        facts = {
            "id": "事故一",
            "policy": "保单一",
            "insured": "王芳",
            "occurred_on": date(2026, 3, 10),
            "cover_from": date(2026, 1, 1),
            "cover_until": date(2027, 1, 1),
        }
        return Loss(**{**facts, **changes})

    return make
