"""Files as configuration items, on a real file system: what is kept, what is a fault, and that every change is found."""

import base64
import json
import os
import re
import socket
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.ssh.on_target.collectors import Capture
from orchestrator.adapters.ssh.on_target.items.files import Files
from orchestrator.adapters.store.baselines import DirectoryBaselineStore
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope, ConfigurationItem
from orchestrator.domain.evidence.system_places import scope_question
from orchestrator.policy.evidence.drift import compare, summary_lines

Items = dict[str, dict[str, Any]]


def capture(scope: BaselineScope) -> dict[str, Any]:
    return Capture(scope_question(scope), time.monotonic() + 60).run()


def files_of(*paths: str, **fields: Any) -> tuple[Items, list[str]]:
    captured = capture(
        BaselineScope(files=paths, packages="none", ports=False, users=False, system=False, **fields)
    )
    return {name: attributes for _, name, attributes in captured["items"]}, captured["faults"]


def collected(kind: type[Files], *paths: str) -> tuple[Items, list[str]]:
    """What files of this kind make of a scope of these paths."""
    items, faults = Items(), list[str]()
    scope = BaselineScope(files=paths, packages="none", ports=False, users=False, system=False).model_dump(
        mode="json"
    )
    files = kind(
        scope,
        lambda kind, name, attributes: items.update({name: attributes}),
        faults.append,
        time.monotonic() + 60,
    )
    for path in paths:
        files.collect(path)
    return items, faults


def baseline(folder: Path) -> Baseline:
    items, faults = files_of(str(folder))
    return Baseline(
        host="web1",
        machine_id="m",
        captured_at=datetime(2026, 3, 1, tzinfo=UTC),
        items=tuple(
            ConfigurationItem(kind="file", name=name, attributes=given) for name, given in items.items()
        ),
        faults=tuple(faults),
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "shop"
    (top / "releases/2.3").mkdir(parents=True)
    (top / "releases").chmod(0o755)
    (top / "releases/2.3/app").write_text("2.3")
    (top / "releases/2.3/app").chmod(0o644)
    (top / "current").symlink_to("releases/2.3")
    (top / "shop.conf").write_text("port = 8080\n")
    (top / "shop.conf").chmod(0o640)
    return top


def test_what_is_kept(tree: Path) -> None:
    items, faults = files_of(str(tree))
    assert faults == []
    assert [name.removeprefix(str(tree)) for name in items] == sorted(
        ["", "/current", "/releases", "/releases/2.3", "/releases/2.3/app", "/shop.conf"]
    )
    conf = items[f"{tree}/shop.conf"]
    assert (conf["type"], conf["mode"], conf["size"]) == ("file", "0640", 12)
    assert "content" not in conf
    assert base64.b64decode(items[f"{tree}/releases/2.3/app"]["content"]) == b"2.3"
    assert items[f"{tree}/current"] == {
        "type": "link",
        "owner": conf["owner"],
        "group": conf["group"],
        "target": "releases/2.3",
    }
    assert not any("time" in attribute for attributes in items.values() for attribute in attributes)


def lead_elsewhere(top: Path) -> None:
    (top / "current").unlink()
    (top / "current").symlink_to("releases/2.4")


def make_it_a_file(top: Path) -> None:
    (top / "current").unlink()
    (top / "current").write_text("")


CHANGES: list[tuple[str, Callable[[Path], object], list[str]]] = [
    ("nothing", lambda _top: None, []),
    ("touched only", lambda top: os.utime(top / "shop.conf", (1, 1)), []),
    ("read only", lambda top: (top / "shop.conf").read_text(), []),
    ("mode", lambda top: (top / "shop.conf").chmod(0o600), ["shop.conf mode 0640 -> 0600"]),
    ("set-user-id", lambda top: (top / "releases/2.3/app").chmod(0o4755), ["app mode 0644 -> 04755"]),
    ("mode of a directory", lambda top: (top / "releases").chmod(0o700), ["releases mode 0755 -> 0700"]),
    ("one byte, same size", lambda top: (top / "shop.conf").write_text("port = 8081\n"), ["shop.conf sha256"]),
    ("link led elsewhere", lead_elsewhere, ["current target releases/2.3 -> releases/2.4"]),
    ("link became a file", make_it_a_file, ["current mode nothing -> 0644, sha256"]),
    ("a file too many", lambda top: (top / "releases/2.3/core").write_text(""), ["core is new"]),
    ("a hidden file too many", lambda top: (top / ".hidden").write_text(""), [".hidden is new"]),
    ("a file is gone", lambda top: (top / "shop.conf").unlink(), ["shop.conf is gone"]),
    ("an empty directory too many", lambda top: (top / "releases/2.4").mkdir(), ["2.4 is new"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_every_change_is_found(tree: Path, change: Callable[[Path], object], words: list[str]) -> None:
    before = baseline(tree)
    change(tree)
    lines = summary_lines(compare(before, baseline(tree)).differences)
    assert len(lines) == len(words)
    assert all(wanted in line for wanted, line in zip(words, lines, strict=True)), lines


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owner_and_group(tree: Path) -> None:
    before = baseline(tree)
    os.chown(tree / "shop.conf", 12345, 1)
    assert summary_lines(compare(before, baseline(tree)).differences) == [
        f"web1: file {tree}/shop.conf group root -> daemon, owner root -> 12345"
    ]


def test_a_path_that_does_not_exist_is_an_item(tmp_path: Path) -> None:
    items, faults = files_of(f"{tmp_path}/none/at/all", f"{tmp_path}/*.none")
    assert items == {f"{tmp_path}/none/at/all": {"exists": False}}
    assert faults == []


def test_content_up_to_the_limit_and_the_digest_of_all(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"x" * 10)
    (tmp_path / "large").write_bytes(b"x" * 11)
    items, _ = files_of(str(tmp_path), content_limit=10)
    assert "content" in items[f"{tmp_path}/small"]
    assert "content" not in items[f"{tmp_path}/large"]
    assert items[f"{tmp_path}/large"]["size"] == 11
    items, _ = files_of(str(tmp_path), content_limit=0)
    assert not any("content" in attributes for attributes in items.values())


def test_special_files_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "socket"))
        items, faults = files_of(str(tmp_path), "/dev/null")
    assert faults == []
    assert items[f"{tmp_path}/pipe"]["type"] == "pipe"
    assert items[f"{tmp_path}/socket"]["type"] == "socket"
    assert items["/dev/null"]["device"] == "1:3"


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "outside").symlink_to("/etc")
    items, _ = files_of(str(tmp_path))
    assert len(items) == 3


def test_names_no_text_can_hold(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9")).write_text("")
    (tmp_path / "esc\x1b[31m").write_text("")
    captured = capture(
        BaselineScope(files=(str(tmp_path),), packages="none", ports=False, users=False, system=False)
    )
    sent = json.loads(json.dumps(captured))
    assert {os.fsencode(name) for _, name, _ in sent["items"]} >= {os.fsencode(tmp_path) + b"/caf\xe9"}


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ("/releases", ["", "/current", "/shop.conf"]),
        ("/releases/*/app", ["", "/current", "/releases", "/releases/2.3", "/shop.conf"]),
        ("/*.conf", ["", "/current", "/releases", "/releases/2.3", "/releases/2.3/app"]),
        ("/**/app", ["", "/current", "/releases", "/releases/2.3", "/shop.conf"]),
        ("/rel", ["", "/current", "/releases", "/releases/2.3", "/releases/2.3/app", "/shop.conf"]),
        ("", []),
    ],
)
def test_excluded(tree: Path, exclude: str, left: list[str]) -> None:
    items, _ = files_of(str(tree), exclude=(f"{tree}{exclude}",))
    assert [name.removeprefix(str(tree)) for name in items] == left


@pytest.mark.parametrize(("named", "seen"), [((), False), (("/releases",), True), (("/releases/2.3",), True)])
def test_what_runs_leave_for_orch_is_seen_only_where_it_is_named(
    tree: Path, named: tuple[str, ...], *, seen: bool
) -> None:
    class Ours(Files):
        own = f"{tree}/releases"

    items, _ = collected(Ours, str(tree), *(f"{tree}{path}" for path in named))
    assert (f"{tree}/releases/2.3/app" in items) == seen


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("/*", ["/current", "/releases", "/releases/2.3", "/releases/2.3/app", "/shop.conf"]),
        ("/*.conf", ["/shop.conf"]),
        ("/releases/?.?/app", ["/releases/2.3/app"]),
        ("/releases/[13].3", []),
        ("/**/app", ["/releases/2.3/app"]),
        ("/**/*.conf", ["/shop.conf"]),
        ("/current/*", ["/current/app"]),
    ],
)
def test_patterns(tree: Path, pattern: str, names: list[str]) -> None:
    items, faults = files_of(f"{tree}{pattern}")
    assert [name.removeprefix(str(tree)) for name in items] == names
    assert faults == []


def test_a_file_that_vanishes_is_a_fault(tree: Path) -> None:
    class Vanishing(Files):
        def _item(self, path: str) -> list[str]:
            if path.endswith("shop.conf"):
                (tree / "shop.conf").unlink()
            return super()._item(path)

    _, faults = collected(Vanishing, str(tree))
    assert faults == [f"{tree}/shop.conf: vanished while it was read"]


def test_too_many_paths_are_a_fault(tree: Path) -> None:
    class Three(Files):
        entry_limit = 3

    _, faults = collected(Three, str(tree))
    assert len(faults) == 1
    assert "more than 3 paths; narrow the scope's files" in faults[0]


def test_no_time_left_is_a_fault(tree: Path) -> None:
    scope = BaselineScope(files=(str(tree),), packages="none", ports=False, users=False, system=False)
    captured = Capture(scope_question(scope), time.monotonic() - 1).run()
    assert "no time left" in captured["faults"][0]


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_what_cannot_be_read_is_a_fault_and_never_absent(tree: Path) -> None:
    (tree / "releases").chmod(0o700)
    (tree.parent / "closed").mkdir(mode=0o700)
    for parent in (tree, *tree.parents):
        if any(part.startswith("pytest-of-") for part in parent.parts):
            parent.chmod(0o755)
    os.setegid(65534)
    os.seteuid(65534)
    try:
        _, faults = files_of(str(tree), f"{tree.parent}/closed/unseen", f"{tree}/releases/*")
    finally:
        os.seteuid(0)
        os.setegid(0)
    assert f"{tree}/releases: Permission denied" in faults
    assert f"{tree}/shop.conf: Permission denied" in faults
    assert f"{tree.parent}/closed/unseen: Permission denied" in faults


def test_the_same_state_gives_the_same_bytes() -> None:
    scope = BaselineScope(
        files=("/etc/ssh", "/etc/hosts"),
        sysctl=("kernel.ostype", "no.such"),
        units=(),
        users=True,
        ports=False,
    )
    first, second = (json.dumps(capture(scope)) for _ in range(2))
    assert first == second


def test_kinds_of_a_whole_capture() -> None:
    captured = capture(BaselineScope(
        files=("/etc/hostname",), sysctl=("kernel.ostype", "no.such"),
        commands=({"name": "greeting", "run": "echo hello; exit 4"},),  # type: ignore[arg-type]
    ))  # fmt: skip
    assert captured["faults"] == []
    items = {(kind, name): attributes for kind, name, attributes in captured["items"]}
    assert items["user", "root"] == {
        "uid": "0",
        "gid": "0",
        "gecos": "root",
        "home": "/root",
        "shell": "/bin/bash",
        "groups": "",
    }
    assert items["group", "root"] == {"gid": "0"}
    assert items["sysctl", "kernel.ostype"] == {"value": "Linux"}
    assert items["sysctl", "no.such"] == {"exists": False}
    assert items["command", "greeting"]["output"] == "hello\n"
    assert items["command", "greeting"]["exit_code"] == 4
    assert items["package", "base-files"]["status"] == "ii"


def test_a_command_without_end_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    scope = scope_question(BaselineScope(packages="none", ports=False, users=False, system=False))
    scope["commands"] = [{"name": "endless", "run": "sleep 30"}]
    captured = Capture(scope, time.monotonic() + 1).run()
    assert captured["faults"] == ["command endless: no end within 1 s"]


def test_units_without_systemd_are_a_fault(tmp_path: Path) -> None:
    (tmp_path / "systemctl").write_text("#!/bin/sh\necho 'Host is down' >&2; exit 1\n")
    (tmp_path / "systemctl").chmod(0o755)

    class WithoutSystemd(Capture):
        systemctl = str(tmp_path / "systemctl")

    scope = BaselineScope(packages="none", ports=False, users=False, system=False, units=("shop*",))
    captured = WithoutSystemd(scope_question(scope), time.monotonic() + 60).run()
    assert captured["faults"] == ["units: systemd cannot be asked: Host is down"]


@pytest.mark.parametrize(
    ("mode", "show", "kept"),
    [
        (0o644, (), True),
        (0o604, (), True),
        (0o640, (), False),
        (0o600, (), False),
        (0o400, (), False),
        (0o600, ("conf",), True),
        (0o600, ("*",), True),
        (0o600, ("other",), False),
    ],
)
def test_the_text_of_a_file_is_kept_if_everybody_may_read_it_or_the_scope_shows_it(
    tmp_path: Path, mode: int, show: tuple[str, ...], kept: object
) -> None:
    file = tmp_path / "conf"
    file.write_text("password = hunter2hunter2\n")
    file.chmod(mode)
    items, faults = files_of(str(file), show=tuple(f"{tmp_path}/{name}" for name in show))
    assert faults == []
    assert ("content" in items[str(file)]) == kept
    assert items[str(file)]["sha256"] == sha256(file.read_bytes()).hexdigest()


def test_the_store_holds_nothing_of_a_closed_file(tmp_path: Path) -> None:
    secret = "hunter2 of the night shift"
    files = {"closed": 0o640, "open": 0o644}
    (tmp_path / "etc").mkdir()
    for name, mode in files.items():
        file = tmp_path / "etc" / name
        file.write_text(f"{name} = {secret} {name}\n")
        file.chmod(mode)
    store = DirectoryBaselineStore(tmp_path / "store")
    store.put(baseline(tmp_path / "etc"))
    stored = [
        zlib.decompress(path.read_bytes()) for path in (tmp_path / "store").rglob("*") if path.is_file()
    ]
    kept = b"".join(base64.b64decode(each) for each in re.findall(rb'"content":"([^"]*)"', b"".join(stored)))
    assert kept == f"open = {secret} open\n".encode()
    assert not any(secret.encode() in content for content in stored)
