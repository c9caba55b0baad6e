import pytest


@pytest.fixture(scope="session", autouse=True)
def always_one_thread(one_thread):
    """See `one_thread`."""
