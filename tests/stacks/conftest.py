"""The estates that the tests judge."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# The programs lie beside the package, not in it: `stacks` is found from the project's root.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.stacks.estate import Estate, Run, run_program


@pytest.fixture(scope="session")
def acme() -> Estate:
    """The three-cloud sample."""
    return run_program("engagements/acme-health.yaml", "prod")


@pytest.fixture(scope="session")
def harbor() -> Estate:
    """The AWS-only sample."""
    return run_program("engagements/harbor-books.yaml", "shop")


@pytest.fixture
def run() -> Run:
    """Runs the program over a spec of the test's own."""
    return run_program
