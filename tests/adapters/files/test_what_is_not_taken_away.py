"""What a release did not bring stays where it is, whatever became of the paths that were kept."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.files.on_hosts.package_remains import (
    entries_here,
    left_behind,
    looked_into,
    overrides_of,
)
from orchestrator.adapters.files.on_hosts.paths_here import mounted
from tests.worlds.kept_host import Host

Act = Callable[[Host], object]
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path)
    _write(host, "etc/app.conf", "before")
    _write(host, "shared/app.conf", "of another")
    _write(host, "shared/app.conf.7.2025-01-01@00:00:00~", "an older copy of another")
    _write(host, "shared/data/x", "of another")
    _write(host, "releases/1/conf", "one")
    _write(host, "releases/2/conf", "two")
    _write(host, "srv/app/x", "before")
    (host.root / "current").symlink_to("releases/1")
    yield host
    for place in reversed(mounted()):
        if place.startswith(str(tmp_path)):
            subprocess.run(["umount", place], check=True)


def _write(host: Host, name: str, text: str) -> None:
    (host.root / name).parent.mkdir(parents=True, exist_ok=True)
    (host.root / name).write_text(text)


def _link(host: Host, name: str, to: str) -> None:
    (host.root / name).parent.mkdir(parents=True, exist_ok=True)
    (host.root / name).symlink_to(host.root / to)


def _mount(host: Host, name: str) -> None:
    """The shared folder there too: what is in it is not the release's."""
    (host.root / name).mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--bind", host.root / "shared", host.root / name], check=True)


def _replace_by_folder(host: Host, name: str) -> None:
    (host.root / name).unlink(missing_ok=True)
    _write(host, f"{name}/of a person", "work of a day")


def _all(*steps: Act) -> Act:
    def act(host: Host) -> None:
        for step in steps:
            step(host)

    return act


def _nothing(_host: Host) -> None:
    pass


# What is said to change; what the deployment does; what happens after it was noted; what the backout says of it, if
# anything; what is there afterwards, and what is not.
TAKEN: list[tuple[str, dict[str, list[str]], Act, Act, str, dict[str, str], list[str]]] = [
    ("a file that was here", {"files": ["etc/app.conf"]},
     lambda h: _write(h, "etc/app.conf", "after"), _nothing, "", {"etc/app.conf": "before"}, []),
    ("a file that came", {"files": ["etc/new"]}, lambda h: _write(h, "etc/new", "x"), _nothing, "", {}, ["etc/new"]),
    ("a file that the release never made, and a person did", {"files": ["etc/new"]},
     _nothing, lambda h: _write(h, "etc/new", "a person\'s"), "came after the deployment was over",
     {"etc/new": "a person\'s"}, []),
    ("a file that a person replaced by a folder", {"files": ["etc/new"]},
     lambda h: _write(h, "etc/new", "x"), lambda h: _replace_by_folder(h, "etc/new"),
     "was made a folder after the deployment was over", {"etc/new/of a person": "work of a day"}, []),
    ("a link to what was here", {"files": ["etc/link"]}, lambda h: _link(h, "etc/link", "shared"), _nothing, "",
     {"shared/app.conf": "of another", "shared/data/x": "of another"}, ["etc/link"]),
    ("a link that is on the list, and a file behind it", {"files": ["etc/app", "etc/app/app.conf"]},
     lambda h: _link(h, "etc/app", "shared"), _nothing, "",
     {"shared/app.conf": "of another", "shared/app.conf.7.2025-01-01@00:00:00~": "an older copy of another"}, ["etc/app"]),
    ("a link above a file, which nobody listed", {"files": ["etc/app/app.conf"]},
     lambda h: _link(h, "etc/app", "shared"), _nothing, "etc/app leads to",
     {"shared/app.conf": "of another", "shared/app.conf.7.2025-01-01@00:00:00~": "an older copy of another"}, []),
    ("a link above a file that was here", {"files": ["etc/app.conf"]},
     _all(lambda h: shutil.move(h.root / "etc", h.root / "old"), lambda h: _link(h, "etc", "shared")), _nothing, "etc leads to",
     {"shared/app.conf": "of another", "old/app.conf": "before"}, []),
    ("a link above a folder of which all is kept", {"trees": ["opt/app/data"]},
     lambda h: _link(h, "opt/app", "shared"), _nothing, "opt/app leads to", {"shared/data/x": "of another"}, []),
    ("a folder of which all is kept, replaced by a link", {"trees": ["srv/app"]},
     _all(lambda h: shutil.rmtree(h.root / "srv/app"), lambda h: _link(h, "srv/app", "shared")), _nothing, "",
     {"shared/data/x": "of another", "srv/app/x": "before"}, ["srv/app/data"]),
    ("a link in a folder of which all is kept", {"trees": ["srv/app"]},
     lambda h: _link(h, "srv/app/in", "shared"), _nothing, "",
     {"shared/data/x": "of another", "srv/app/x": "before"}, ["srv/app/in"]),
    ("a link that is changed, and a file behind it", {"files": ["current", "current/conf"]},
     _all(lambda h: (h.root / "current").unlink(), lambda h: _link(h, "current", "releases/2"),
          lambda h: _write(h, "releases/1/conf", "other")),
     _nothing, "", {"current/conf": "one", "releases/2/conf": "two", "releases/1/conf": "one"}, []),
    ("a name that goes up", {"files": ["etc/../shared/app.conf"]}, _nothing, _nothing, "keep: no whole paths",
     {"shared/app.conf": "of another"}, []),
]  # fmt: skip
MOUNTED: list[tuple[str, dict[str, list[str]], Act, Act, str, dict[str, str], list[str]]] = [
    ("what is mounted on a folder that came", {"folders": ["mnt/new"]}, lambda h: _mount(h, "mnt/new"), _nothing,
     "mnt/new was not mounted before", {"shared/data/x": "of another", "mnt/new/data/x": "of another"}, []),
    ("what is mounted in a folder that came", {"folders": ["mnt"]}, lambda h: _mount(h, "mnt/in/it"), _nothing,
     "mnt/in/it is mounted", {"shared/data/x": "of another"}, []),
    ("what is mounted in a folder of which all is kept", {"trees": ["srv/app"]}, lambda h: _mount(h, "srv/app/in"),
     _nothing, "srv/app/in was not mounted before", {"shared/data/x": "of another", "srv/app/x": "before"}, []),
    ("what is mounted over a folder of which all is kept", {"trees": ["srv/app"]}, lambda h: _mount(h, "srv/app"),
     _nothing, "srv/app was not mounted before", {"shared/data/x": "of another"}, ["shared/x"]),
    ("what is mounted over a file that was here", {"files": ["etc/app.conf"]}, lambda h: _mount(h, "etc"), _nothing,
     "etc was not mounted before", {"shared/app.conf": "of another"}, []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("listed", "deploy", "later", "says", "there", "gone"),
    [
        *(pytest.param(*row[1:], id=row[0].replace(" ", "-")) for row in TAKEN),
        *(pytest.param(*row[1:], id=row[0].replace(" ", "-"), marks=ROOT) for row in MOUNTED),
    ],
)
def test_only_what_came_goes(
    host: Host,
    listed: dict[str, list[str]],
    deploy: Act,
    later: Act,
    says: str,
    there: dict[str, str],
    gone: list[str],
) -> None:
    changes = {kind: [f"{host.root}/{name}" for name in names] for kind, names in listed.items()}
    kept = host.run("keep", changes=changes)
    if says.startswith("keep: "):
        assert (kept.returncode, says.removeprefix("keep: ") in kept.stderr) == (1, True), kept
    else:
        deploy(host)
        assert host.run("note").returncode == 0
        later(host)
        for _ in range(2):
            back = host.run("paths")
            assert (back.returncode, says in back.stderr) == (1 if says else 0, True), back
            assert "Traceback" not in back.stderr
    assert {name: (host.root / name).read_text() for name in there} == there
    assert [name for name in gone if os.path.lexists(host.root / name)] == []


@pytest.mark.parametrize("name", ["etc/app.conf", "../x", "", "~/../x"])
def test_a_path_that_is_not_whole_is_refused(host: Host, name: str) -> None:
    for kind in ("files", "folders", "trees"):
        refused = host.run("keep", changes={kind: [name]})
        assert (refused.returncode, "no whole paths" in refused.stderr) == (1, True), refused
    assert not host.kept.exists()


def test_behind_a_link_nobody_knows_what_was_here(tmp_path: Path) -> None:
    """Scripts of packages speak of /var/www/html; where /var/www is a link, what is behind it was here before."""
    for name in ("var", "srv/www/html"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "var/www").symlink_to(tmp_path / "srv/www")
    place = f"{tmp_path}/var"
    before, looked = entries_here([place]), looked_into([place])
    assert (before, looked) == ([f"{place}/www"], [place])
    brought = {f"{place}/www", f"{place}/www/html", f"{place}/new"}
    assert left_behind(brought, before, set(), (place,), looked) == []
    # One that came, and one that became a folder since: what is in that came as well, and nobody looked before.
    (tmp_path / "var/new").mkdir()
    (tmp_path / "var/www").unlink()
    (tmp_path / "var/www/html").mkdir(parents=True)
    assert left_behind(brought, before, set(), (place,), looked) == [f"{place}/new"]


def test_an_override_of_others_is_kept(tmp_path: Path) -> None:
    (tmp_path / "of a person").touch()
    (tmp_path / "of the package").touch()
    of_person, of_package, gone = (str(tmp_path / name) for name in ("of a person", "of the package", "gone"))
    assert overrides_of({of_package}, {of_person, of_package, gone}) == {of_package, gone}
