"""Products of the published handbook."""

from baocheng.areas.products.definition import Product
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.versions import handbook
from baocheng.kernel.problems import NotFound
from baocheng.kernel.text import _


class ProductNotFound(NotFound):
    """The handbook has no such product."""

    code = "products.product_not_found"
    message = _("服务手册中没有产品“{product}”。")


def get_product(key: str, *, version: int) -> Product:
    """Return the product as version number `version` of the handbook declares it.

    Raises:
        ProductNotFound: that version does not have it.
    """
    return product_in(handbook(version), key)


def product_in(source: Handbook, key: str) -> Product:
    """Return the product as this handbook declares it.

    Raises:
        ProductNotFound: the handbook does not have it.
    """
    product: Product | None = source.find("product", key)
    if product is None:
        raise ProductNotFound("product", product=key)
    return product
