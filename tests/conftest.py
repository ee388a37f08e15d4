"""What all tests share: nothing of the person who runs them is touched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_folder_for_what_waits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What waits for a person is written to a folder of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        yield
