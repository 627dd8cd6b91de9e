"""What orch carries beside its code is found in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.files.shipped import shipped
from orchestrator.errors import MachineLacks


def test_a_checkout_has_it_at_its_root() -> None:
    assert (shipped("plans") / "shop-1.0.0.yml").is_file()
    assert shipped("docs/exit-codes.md").is_file()


def test_an_installed_package_has_it_within_itself(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "orchestrator"
    (package / "shipped" / "plans").mkdir(parents=True)
    (tmp_path / "site-packages" / "models").mkdir()
    assert shipped("plans", package) == package / "shipped" / "plans"
    with pytest.raises(MachineLacks, match="does not carry `models`"):
        shipped("models", package)


def test_what_is_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(MachineLacks, match="`plans`"):
        shipped("plans", tmp_path / "orchestrator")
