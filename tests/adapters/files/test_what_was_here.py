"""The program that `orch init` writes into trees: what it kept is what it puts back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.adoption.databases import data_server
from orchestrator.adapters.files.on_hosts.kept_packages import removed_along
from orchestrator.adapters.files.on_hosts.package_remains import IN_SCRIPTS, entries_here, left_behind
from orchestrator.adapters.files.on_hosts.program_text import program_text
from tests.worlds.kept_host import Host


@pytest.fixture
def host(tmp_path: Path) -> Host:
    host = Host(tmp_path)
    (host.root / "etc").mkdir()
    (host.root / "etc/a.conf").write_text("before\n")
    (host.root / "etc/a.conf").chmod(0o640)
    (host.root / "etc/a.conf.5.2025-01-01@00:00:00~").write_text("an older copy\n")
    (host.root / "link").symlink_to("etc/a.conf")
    (host.root / "tree/in").mkdir(parents=True)
    (host.root / "tree/in/x").write_text("x\n")
    return host


def changes(host: Host) -> dict[str, list[str]]:
    path = str(host.root)
    return {
        "files": [f"{path}/etc/a.conf", f"{path}/link", f"{path}/new", f"{path}/far/off/new"],
        "folders": [f"{path}/made", f"{path}/etc"],
        "trees": [f"{path}/tree"],
    }


def deploy(host: Host) -> None:
    (host.root / "etc/a.conf").unlink()
    (host.root / "etc/a.conf").write_text("after\n")
    (host.root / "etc/a.conf.636.2026-11-29@20:06:11~").write_text("before\n")
    (host.root / "etc").chmod(0o700)
    (host.root / "link").unlink()
    (host.root / "link").mkdir()
    (host.root / "new").write_text("new\n")
    (host.root / "far/off").mkdir(parents=True)
    (host.root / "far/off/new").write_text("new\n")
    (host.root / "made").mkdir()
    (host.root / "made/in it").write_text("new\n")
    (host.root / "tree/in/x").write_text("changed\n")
    (host.root / "tree/in/y").write_text("came\n")


def test_everything_is_as_it_was(host: Host) -> None:
    before = host.seen()
    assert host.run("keep", changes=changes(host)).returncode == 0
    deploy(host)
    assert host.seen() != before
    host.back()
    assert host.seen() == before
    assert not host.kept.exists()


def test_a_second_keep_does_not_forget_the_first(host: Host) -> None:
    before = host.seen()
    host.run("keep", changes=changes(host))
    deploy(host)
    assert "already kept" in host.run("keep", changes=changes(host)).stdout
    host.back()
    assert host.seen() == before


def test_a_second_note_changes_nothing(host: Host) -> None:
    """A rehearsal runs the deploy playbook twice, and a second run that changes anything fails it."""
    host.run("keep", changes=changes(host))
    deploy(host)
    first, second = host.run("note"), host.run("note")
    assert first.stdout.startswith("noted"), first
    assert second.stdout.startswith("already noted"), second


def test_a_backout_that_is_repeated_changes_nothing_more(host: Host) -> None:
    before = host.seen()
    host.run("keep", changes=changes(host))
    deploy(host)
    host.run("paths")
    assert host.seen() == before
    assert host.run("paths").stdout == ""


def test_where_the_deployment_never_began_there_is_nothing_to_do(host: Host) -> None:
    before = host.seen()
    assert host.back().count("nothing was kept") == 5
    assert host.seen() == before


def test_an_unfinished_copy_counts_as_none(host: Host) -> None:
    (host.kept / "a/.a-1").mkdir(parents=True)
    assert "nothing was kept" in host.run("paths").stdout
    assert host.run("keep", changes=changes(host)).returncode == 0
    assert not (host.kept / "a/.a-1").exists()


def test_the_later_deployment_is_taken_back_first(host: Host) -> None:
    host.run("keep", "a-1", changes(host))
    host.run("keep", "a-2", changes(host))
    refused = host.run("stop", "a-1")
    assert (refused.returncode, "a-2 came after" in refused.stderr) == (1, True)
    host.back("a-2")
    host.back("a-1")


@pytest.mark.parametrize("name", ["../a", "a b", ".a", ""])
def test_a_name_that_leads_elsewhere_is_refused(name: str, host: Host) -> None:
    assert host.run("keep", name, changes(host)).returncode == 1
    assert not host.kept.exists()


def test_the_program_needs_nothing_of_orch(host: Host, tmp_path: Path) -> None:
    assert "orchestrator" not in program_text()
    done = subprocess.run(
        [sys.executable, "-I", str(host.program), "note", "a", "a-1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_removal_that_takes_others_along_is_seen_before_it_begins() -> None:
    simulated = (
        "Reading package lists...\nPurg nginx [1.22.1-9]\nPurg nginx-common [1.22.1-9]\n"
        "Remv site-tools [2.0]\nPurg libc6:i386 [2.36]\nInst other (1.0)\n"
    )
    came = ["nginx:amd64", "nginx-common:all", "libc6:i386"]
    assert removed_along(simulated, came, "amd64") == ["site-tools"]
    assert removed_along(simulated, [*came, "site-tools:all"], "amd64") == []
    # One of another architecture is another package: only that of i386 came.
    assert removed_along("Purg libc6:i386 [2.36]\nRemv libc6 [2.36]\n", ["libc6:i386"], "amd64") == ["libc6"]


def test_what_removed_packages_left_are_the_outermost_new_paths(tmp_path: Path) -> None:
    place = str(tmp_path)
    for name in ("var/www/html", "var/lib/db/deep", "var/log/old", "var/cache/shared", "etc"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "var/aliases").write_text("root: ada\n")
    new = (
        "var/www",
        "var/www/html",
        "var/log/old",
        "var/cache/shared",
        "var/lib/db/deep",
        "var/gone",
        "var/aliases",
    )
    before = [f"{place}/var/{name}" for name in ("log", "log/old", "cache", "lib", "lib/db")]
    owned = {f"{place}/var/cache/shared"}
    left = left_behind({f"{place}/{name}" for name in (*new, "var")}, before, owned, (f"{place}/var",))
    # Of what lies deeper than was looked before, nobody knows whether it came.
    assert left == [f"{place}/var/aliases", f"{place}/var/www"]
    assert f"{place}/var/lib/db" in entries_here([f"{place}/var"])
    assert f"{place}/var/lib/db/deep" not in entries_here([f"{place}/var"])


def test_paths_are_read_from_the_scripts_of_packages() -> None:
    script = 'mkdir -p /var/www/html\nif [ -e "/etc/a.d/b" ]; then chown x:y /var/lib/a@1; fi; echo http://h/var/x $D/etc/y\n'
    assert IN_SCRIPTS.findall(script) == ["/var/www/html", "/etc/a.d/b", "/var/lib/a@1"]


POSTGRESQL = data_server("community.postgresql.postgresql_db")


@pytest.mark.parametrize(
    ("package", "says"),
    [
        ("postgresql-15:amd64", "was here before"),
        ("postgresql-client-15:amd64", ""),
        ("postgresql-server.x86_64", "was here before"),
        ("postgresql15-server.x86_64", "was here before"),
        # Red Hat's name of the client.
        ("postgresql.x86_64", ""),
    ],
)
def test_a_server_that_was_here_keeps_what_changed_in_its_data(
    tmp_path: Path, host: Host, package: str, says: str
) -> None:
    assert POSTGRESQL is not None
    folders = [str(tmp_path / folder.lstrip("/")) for folder in POSTGRESQL.folders]
    host.run("keep", changes={"files": [f"{host.root}/new"]})
    state = next(host.kept.glob("a/*/state.json"))
    state.write_text(
        json.dumps({**json.loads(state.read_text()), "packages": {package: "15.1", "other:all": "1"}})
    )
    asked = [POSTGRESQL.packages, *folders]
    went = host.run("went", more=asked)
    assert (went.returncode, says in went.stderr) == (1 if says else 0, True), went.stderr
    Path(folders[-1]).mkdir(parents=True)
    assert (says or f"{folders[-1]} is still here") in host.run("went", more=asked).stderr


def test_of_an_account_that_is_not_here_nothing_is_kept(host: Host) -> None:
    changed = {
        "files": ["~no-such-account/.ssh/authorized_keys", f"{host.root}/etc/a.conf"],
        "trees": ["~no-such-account/x"],
    }
    kept = host.run("keep", changes=changed)
    assert (kept.returncode, kept.stderr) == (0, "")
    (host.root / "etc/a.conf").write_text("after\n")
    host.back()
    assert (host.root / "etc/a.conf").read_text() == "before\n"
