"""The kinds of the system, each from files of a test: what they keep, what they leave out, and where they stop."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, cast, get_args

import pytest

from orchestrator.adapters.ssh.on_target.collectors import Capture
from orchestrator.adapters.ssh.on_target.items import flags, patterns, settings
from orchestrator.adapters.ssh.on_target.items.host import firewall, kernel, mounts, passwords
from orchestrator.adapters.ssh.on_target.items.host.system_files import LARGE, Trees
from orchestrator.adapters.ssh.on_target.items.running import Changes, Process, Running
from orchestrator.domain.evidence.baseline import BaselineScope, SystemKind
from orchestrator.domain.evidence.system_places import scope_question

Items = dict[tuple[str, str], dict[str, Any]]
KEY = b"k" * 32


def shadow(folder: Path, text: str, key: bytes = KEY) -> Items:
    (folder / "shadow").write_text(text)
    items: Items = {}
    passwords.collect(
        lambda kind, name, attributes: items.update({(kind, name): attributes}),
        key,
        str(folder / "shadow"),
        str(folder / "gshadow"),
    )
    return items


def test_a_password_is_kept_as_a_keyed_digest_with_its_ageing(tmp_path: Path) -> None:
    items = shadow(tmp_path, "root:$6$s$secret:20000:0:99999:7:::\nweb:!:20000:0:90:7:14:30000:\n")
    digest = hmac.new(KEY, b"$6$s$secret", hashlib.sha256).hexdigest()
    assert items["password", "root"] == {
        "state": "set", "digest": digest, "last_change": "20000", "minimum": "0", "maximum": "99999", "warning": "7",
    }  # fmt: skip
    assert items["password", "web"]["state"] == "locked"
    assert items["password", "web"]["expires"] == "30000"
    assert "secret" not in json.dumps([*items.values()])
    assert (
        items["password", "root"]["digest"]
        != shadow(tmp_path, "root:$6$s$secret:::::::\n", b"x")["password", "root"]["digest"]
    )


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("web::20000:0:99999:7:::", ("password", "web")),
        ("web:!$6$s$old:20000:0:99999:7:::", ("password", "web")),
        ("evil::", ("shadow line", "evil")),
        ("evil:x:1:2:3:4:5:6:7:8", ("shadow line", "evil")),
    ],
)
def test_every_line_of_the_password_file_counts(tmp_path: Path, line: str, key: tuple[str, str]) -> None:
    before, after = shadow(tmp_path, "web:!:1::::::\n"), shadow(tmp_path, f"web:!:1::::::\n{line}\n")
    other = shadow(tmp_path, line + "\n")
    assert before != after
    assert other[key] != before.get(key)


def test_an_empty_password_is_named(tmp_path: Path) -> None:
    assert shadow(tmp_path, "web::1::::::\n")["password", "web"]["state"] == "empty"


MOUNTINFO = (
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n"
    "23 22 0:5 / /dev/shm rw,nosuid,nodev - tmpfs tmpfs rw,size=65536k\n"
    "24 22 0:6 / /run/user/1000 rw - tmpfs tmpfs rw\n"
    "25 22 0:7 / /srv/a\\040b ro - nfs4 host:/x rw,vers=4.2\n"
    "26 22 0:8 / /srv/auto rw - autofs systemd-1 rw,fd=29\n"
    "27 22 8:1 /srv/from /srv/to rw - ext4 /dev/sda1 rw\n"
    "28 22 0:9 / /dev/shm rw - tmpfs tmpfs rw\n"
)


def test_a_mount_of_a_file_that_is_gone_is_the_same_after_a_reboot(tmp_path: Path) -> None:
    """A container's manager mounts files over /proc that it has removed; their names are made up at each boot."""
    seen: list[Any] = []
    for name in ("2d1c8d1ddfe00682", "abdbe7c0647f7c83"):
        file = tmp_path / name
        file.write_text(f"68 40 0:80 /run/.#kmsg{name}//deleted /proc/kmsg rw - tmpfs tmpfs rw\n")
        mounts.collect(lambda *item: seen.append(item), str(file))
    [first, second] = seen
    assert first == second


def test_mounts_are_seen_with_their_options_and_those_that_pass_are_not(tmp_path: Path) -> None:
    file = tmp_path / "mountinfo"
    file.write_text(MOUNTINFO)
    items: dict[str, Any] = {}
    mounts.collect(lambda _kind, name, attributes: items.update({name: attributes}), str(file))
    assert items == {
        "/": {"source": "/dev/sda1", "filesystem": "ext4", "options": "errors=remount-ro,relatime,rw"},
        "/dev/shm": {"source": "tmpfs", "filesystem": "tmpfs", "options": "nodev,nosuid,rw,size=65536k"},
        "/dev/shm #2": {"source": "tmpfs", "filesystem": "tmpfs", "options": "rw"},
        "/srv/a b": {"source": "host:/x", "filesystem": "nfs4", "options": "ro,vers=4.2"},
        "/srv/to": {"source": "/dev/sda1 /srv/from", "filesystem": "ext4", "options": "rw"},
    }
    assert mounts.on_networks(str(file)) == ("/srv/a b/", "/srv/auto/")


def test_kernel_parameters_are_values_by_name_without_those_that_count(tmp_path: Path) -> None:
    for name, text in {
        "vm/swappiness": "60\n",
        "kernel/ns_last_pid": "7\n",
        "net/ipv4/ip_local_port_range": "1\t2\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "vm/folder").mkdir()
    assert kernel.parameters(str(tmp_path)) == {"vm.swappiness": "60", "net.ipv4.ip_local_port_range": "1 2"}


def test_modules_that_configuration_asks_for(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("# a remark\nbr_netfilter\n\noverlay  x=1\n")
    (tmp_path / "b.txt").write_text("other\n")
    assert kernel.asked_for((str(tmp_path),), str(tmp_path / "none")) == {"br_netfilter", "overlay"}


def test_rules_of_the_filter_without_counters_and_what_others_write() -> None:
    text = "# Generated\n*filter\n:INPUT DROP [12:34]\n:f2b-x - [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\n-A DOCKER -j X\n"
    assert firewall.lines_of(text) == ["*filter", ":INPUT DROP", "-A INPUT -p tcp --dport 22 -j ACCEPT"]


def trees(
    paths: tuple[str, ...], exclude: tuple[str, ...] = (), files: tuple[str, ...] = ()
) -> tuple[dict[str, Any], list[Any]]:
    items: dict[str, Any] = {}
    cuts: list[Any] = []
    some = Trees(
        {
            "files": list(files),
            "exclude": list(exclude),
            "places": {"trees": list(paths), "by_themselves": []},
        },
        lambda _kind, name, attributes: items.update({name: attributes}),
        lambda *cut: cuts.append(cut),
        time.monotonic() + 60,
    )
    some.collect()
    return items, cuts


def test_a_tree_of_the_system_is_taken_without_content_and_what_the_plan_names_is_left_to_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x").write_text("secret")
    (tmp_path / "a/big").write_bytes(b"\0" * (LARGE + 1))
    (tmp_path / "a/skip").write_text("")
    items, cuts = trees((f"{tmp_path}/a", f"{tmp_path}/none"), exclude=(f"{tmp_path}/a/skip",))
    assert cuts == []
    assert sorted(items) == [f"{tmp_path}/a", f"{tmp_path}/a/big", f"{tmp_path}/a/x"]
    assert items[f"{tmp_path}/a/x"]["sha256"] == hashlib.sha256(b"secret").hexdigest()
    assert "content" not in items[f"{tmp_path}/a/x"]
    assert items[f"{tmp_path}/a/big"]["size"] == LARGE + 1
    assert "sha256" not in items[f"{tmp_path}/a/big"]
    assert trees((f"{tmp_path}/a/x",), files=(str(tmp_path),)) == ({}, [])
    named, _ = trees((f"{tmp_path}/a",), files=(f"{tmp_path}/a/x",))
    assert sorted(named) == [f"{tmp_path}/a", f"{tmp_path}/a/big", f"{tmp_path}/a/skip"]


def test_a_tree_that_is_too_large_is_cut_as_a_whole_and_the_others_are_there(tmp_path: Path) -> None:
    for name, number in (("many", 5001), ("few", 3)):
        (tmp_path / name).mkdir()
        for each in range(number):
            (tmp_path / name / str(each)).write_text("")
    items, cuts = trees((f"{tmp_path}/many", f"{tmp_path}/few"))
    assert len(items) == 4
    [(kind, below, reason)] = cuts
    assert (kind, below) == ("system file", f"{tmp_path}/many")
    assert "more than 5000 paths" in reason


def test_hard_links_are_counted_and_what_is_one_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("x")
    os.link(tmp_path / "b", tmp_path / "a")
    (tmp_path / "c").write_text("x")
    items = {name: given for _, name, given in capture(files=(str(tmp_path),))["items"]}
    assert items[f"{tmp_path}/b"]["same_file_as"] == f"{tmp_path}/a"
    assert items[f"{tmp_path}/a"]["hard_links"] == 2
    assert "hard_links" not in items[f"{tmp_path}/c"]


def test_an_attribute_that_a_user_attached_counts(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    try:
        os.setxattr(tmp_path / "a", "user.origin", b"here")
    except OSError:
        pytest.skip("this file system keeps no extended attributes")
    items = {name: given for _, name, given in capture(files=(str(tmp_path),))["items"]}
    assert items[f"{tmp_path}/a"]["xattr user.origin"] == b"here".hex()


def test_an_immutable_file_is_named_so(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("x")
    if os.geteuid() != 0 or os.system(f"chattr +i {file} 2>/dev/null") != 0:
        pytest.skip("chattr cannot be used here")
    try:
        assert {name: given for _, name, given in capture(files=(str(file),))["items"]}[str(file)][
            "flags"
        ] == "immutable"
    finally:
        os.system(f"chattr -i {file}")
    assert flags.of_folder(str(tmp_path)) == {}


def test_settings_of_a_process_are_digests_and_identifiers_of_one_start_do_not_count(tmp_path: Path) -> None:
    def process(arguments: bytes, environment: bytes) -> dict[str, str]:
        (tmp_path / "cmdline").write_bytes(arguments)
        (tmp_path / "environ").write_bytes(environment)
        (tmp_path / "limits").write_bytes(b"Max open files 1024\n")
        return settings.of(str(tmp_path), KEY)

    usual = process(b"/bin/a\0-x\0", b"A=1\0INVOCATION_ID=1\0")
    assert usual == process(b"/bin/a\0-x\0", b"INVOCATION_ID=2\0A=1\0")
    assert usual["environment"] != process(b"/bin/a\0-x\0", b"A=2\0")["environment"]
    assert usual["arguments"] != process(b"/bin/a\0-y\0", b"A=1\0")["arguments"]
    assert process(b"a: 1 of 2\0", b"0 of 2\0")["arguments"] == ""
    assert process(b"a\0--id=%s\0" % (b"a" * 64), b"") == process(b"a\0--id=%s\0" % (b"b" * 64), b"")


@pytest.mark.parametrize(
    ("name", "pattern", "matches"),
    [
        ("a.conf", "*.conf", True),
        (".conf", "*.conf", True),
        ("conf", "*", True),
        ("aa", "a*a", True),
        ("a", "a*a", False),
    ],
)
def test_a_single_star_matches_as_it_always_did(name: str, pattern: str, *, matches: bool) -> None:
    assert patterns.matches([name], [pattern]) == matches


def capture(**fields: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {"packages": "none", "ports": False, "users": False, "system": False}
    scope = scope_question(BaselineScope.model_validate({**nothing, **fields}))
    return Capture(scope, time.monotonic() + 60).run()


KINDS = {
    "ports": {"port"},
    "users": {"user", "group", "passwd line", "group line"},
    "system": {*get_args(SystemKind)},
}  # fmt: skip


@pytest.mark.parametrize("part", KINDS)
def test_a_part_that_is_switched_off_takes_nothing_else_with_it(part: str) -> None:
    everything = {
        "files": ["/etc/hostname"],
        "sysctl": ["kernel.ostype"],
        "users": True,
        "ports": True,
        "system": True,
    }
    whole, less = capture(**everything), capture(**{**everything, part: False})
    kinds, kinds_left = ({kind for kind, _, _ in each["items"]} for each in (whole, less))
    assert kinds - kinds_left <= KINDS[part]
    assert kinds_left & KINDS[part] == set()


class Unit:
    """A unit whose process started at 100, and that owns what lies below /opt/app, and /etc/app."""

    configured_at = 100.0

    def may_own(self, path: str) -> bool:
        return path.startswith(("/opt/app/", "/etc/app"))


STALE = [
    ("/opt/app/run.py", 101.0, False, "/opt/app/run.py"),
    ("/opt/app/run.py", 99.0, False, ""),
    ("/opt/app/run.py", 100.01, False, ""),
    ("/etc/app", 101.0, True, "/etc/app"),
    ("/srv/settings.json", 101.0, False, "/srv/settings.json"),
    ("/srv/folder", 101.0, True, ""),
    ("/var/lib/app-backout/state", 101.0, False, ""),
    ("/etc/motd", 101.0, False, ""),
]


@pytest.mark.parametrize(("path", "changed_at", "is_folder", "stale"), STALE)
def test_a_captured_file_that_changed_after_the_start_is_the_units_own_or_nobodys(
    path: str, changed_at: float, *, is_folder: bool, stale: str
) -> None:
    changes, attributes = Changes(), {"stale": ""}
    changes.watch("app.service", cast("Running", Unit()), attributes)
    changes.note(path, changed_at, is_folder=is_folder)
    changes.conclude()
    assert attributes == {"stale": stale}


def test_files_on_a_command_line_count_unless_the_process_writes_them(tmp_path: Path) -> None:
    for name in ("app.conf", "app.log", "data.bin", "app.py"):
        (tmp_path / name).write_text("")
    words = [sys.executable, "-c", "import sys,time; f=open(sys.argv[3]); print(flush=True); time.sleep(30)"]
    names = [f"--log={tmp_path}/app.log", "app.conf", f"{tmp_path}/data.bin", f"{tmp_path}/app.py"]
    with subprocess.Popen([*words, *names], cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        runs = Running("app.service", {}, Process(process.pid))
        assert runs.files == {f"{tmp_path}/app.conf", f"{tmp_path}/app.py"}
        assert runs.changed_part() == ""
        time.sleep(0.1)
        (tmp_path / "app.conf").write_text("changed")
        assert runs.changed_part() == f"{tmp_path}/app.conf"
        process.kill()
