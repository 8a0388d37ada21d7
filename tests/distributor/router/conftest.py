import pytest

from tests.distributor.router.story import Story


@pytest.fixture
def story() -> Story:
    return Story()
