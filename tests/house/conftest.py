"""What the tests on the code share."""

from collections.abc import Iterator

import pytest

from tests.house.source import nodes_of, tree_of


@pytest.fixture(scope="package", autouse=True)
def trees_forgotten() -> Iterator[None]:
    """No syntax tree outlives these tests: taking leave of three million objects costs a worker eight seconds at its end."""
    yield
    nodes_of.cache_clear()
    tree_of.cache_clear()
