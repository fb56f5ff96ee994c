"""The sources that `baocheng import` knows."""

from collections.abc import Mapping
from typing import Any

from baocheng.adapters.imports.pg17_claims import Pg17Claims
from baocheng.adapters.imports.pg17_policies import Pg17Policies
from baocheng.adapters.imports.port import Source
from baocheng.adapters.imports.synthea import Synthea

SOURCES: Mapping[str, Source[Any]] = {
    source.name: source for source in (Pg17Policies(), Pg17Claims(), Synthea())
}
