"""What the call suites share."""

import pytest

from tests.call.story import Story


@pytest.fixture
def story() -> Story:
    """A machine at the start of its story."""
    return Story()
