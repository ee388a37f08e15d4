"""The documentation site, built once for all tests of this folder."""

from __future__ import annotations

import os

import pytest

from tests.support.site import Site, build

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Build the site without network, and without a warning."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    env = {**os.environ, **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)}
    built = build(folder, env)
    assert (built.returncode, built.stderr, built.stdout) == (0, "", "")
    return Site(folder)
