"""Hosts behind jump hosts, under names that only an ssh configuration knows, and logins that become root by a password."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.conftest import NewLab
from tests.fleet.hosts_by_ways import PASSWORDS, chained, guarded
from tests.fleet.small_site import SmallSite, events_of


@pytest.mark.slow
def test_a_chain_of_jump_hosts_is_checked_frozen_and_gone_by(new_lab: NewLab, tmp_path: Path) -> None:
    lab = new_lab(3, light=True)
    site, config = SmallSite(lab, tmp_path, "ways", {}), tmp_path / "ssh_config"
    chained(lab, site, config)
    checked = site.orch("plan", "check", "plans/app.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    driver = site.driver()
    events: dict[str, list[dict[str, Any]]] = {}
    for event in events_of(driver):
        events.setdefault(event.get("kind", "result"), []).append(event)
        if event.get("kind") == "attempt_intended":
            config.unlink(missing_ok=True)  # what the plan check saw is what counts from here on
    assert driver.wait(60) == 0, events
    [checks] = events["wave_checked"]
    accepted = {
        each["host"] for each in checks["results"] if each["kind"] == "file" and each["answer"] == "passed"
    }
    assert accepted == {"web1", "web2", "web3"}


@pytest.mark.slow
def test_a_jump_host_without_a_pinned_key_is_a_fault_of_the_plan(new_lab: NewLab, tmp_path: Path) -> None:
    lab = new_lab(3, light=True)
    site, config = SmallSite(lab, tmp_path, "ways", {}), tmp_path / "ssh_config"
    chained(lab, site, config)
    pinned = [
        line for line in lab.known_hosts.read_text().splitlines() if str(lab.hosts[1].address) not in line
    ]
    (tmp_path / "known_hosts").write_text("\n".join(pinned) + "\n")
    config.write_text(config.read_text().replace(str(lab.known_hosts), f"{tmp_path}/known_hosts"))
    checked = site.orch("plan", "check", "plans/app.yml")
    assert checked.returncode == 3
    assert "no key is pinned for the jump host web2" in checked.stdout + checked.stderr


@pytest.mark.slow
def test_root_by_a_password_of_sudo_and_of_su(new_lab: NewLab, tmp_path: Path) -> None:
    lab = new_lab(2, light=True)
    site = SmallSite(lab, tmp_path, "ways", {})
    guarded(lab, site, PASSWORDS["web1"])
    ended = site.deployed()
    assert (ended.code, ended.result["state"]) == (0, "completed"), ended.result
    back = site.orch(
        "rollback", ended.result["deployment"], "--reason", "another process, which knows no password yet"
    )
    assert back.returncode == 5, back.stdout + back.stderr
    kept = [path for path in (tmp_path / "orch").rglob("*") if path.is_file() and "/frozen/" not in str(path)]
    for password in PASSWORDS.values():
        holding = [str(path) for path in kept if password.encode() in path.read_bytes()]
        assert [path for path in holding if "host_vars" not in path] == []


@pytest.mark.slow
def test_a_password_that_sudo_refuses_is_named_before_anything_runs(new_lab: NewLab, tmp_path: Path) -> None:
    lab = new_lab(2, light=True)
    site = SmallSite(lab, tmp_path, "ways", {})
    guarded(lab, site, "a password of yesterday")
    ended = site.deployed()
    assert ended.code == 4
    assert "sudo refuses the password" in json.dumps(ended.events)
    assert "attempt_intended" not in ended.events
