from collections.abc import Iterator

import pytest

from engine.processes.world import WORLD, World


@pytest.fixture
def world() -> Iterator[World]:
    """Return the world of these tests, empty."""
    WORLD.__init__()  # type: ignore[misc]
    return WORLD
