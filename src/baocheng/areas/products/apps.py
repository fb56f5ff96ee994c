from django.apps import AppConfig

from baocheng.areas.products.check import check_product
from baocheng.areas.products.schema import parse_product
from baocheng.engine.publishing.kinds import ContentKind, register_kind


class ProductsConfig(AppConfig):
    """产品: registration only."""

    name = "baocheng.areas.products"
    label = "products"

    def ready(self) -> None:
        """Teach the handbook to read products."""
        register_kind(ContentKind("product", ".product.yaml", parse_product, check_product))
