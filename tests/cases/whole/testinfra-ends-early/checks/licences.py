"""Tests of the release, of which the second ends the run."""

from typing import Any

import pytest


def test_trivial(host: Any) -> None:
    assert host


def test_stop(host: Any) -> None:
    pytest.exit("lost the connection to the licence server")


def test_the_release_works(host: Any) -> None:
    assert host.file("/nonexistent").exists
