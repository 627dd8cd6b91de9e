"""`orch worker` and `orch node` where something is missing: what they say, their exit codes, and that nothing is made."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestrator.adapters.queue import QueueConnection, SqlExchange
from orchestrator.engine.node_ports import Call
from orchestrator.errors import ExitCode


def orch(folder: Path, words: Sequence[str], **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("ORCH_STORE_URL", "ORCH_NODE")}
    root = str(Path(__file__).parents[3])
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", *words],
        cwd=folder,
        env={**kept, "ORCH_HOME": str(folder / "home"), "PYTHONPATH": root, **variables},
        input="",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["worker"], ExitCode.MACHINE_LACKS, "ORCH_STORE_URL names none"),
        (["worker", "--node", "x"], ExitCode.USAGE, "say --zone ZONE with it"),
        (["worker", "--zone", "dmz"], ExitCode.NOT_FOUND, "enrol it first: orch node enrol"),
        (["node", "invite", "dmz"], ExitCode.MACHINE_LACKS, "ORCH_STORE_URL names none"),
        (["node", "invite", "a zone"], ExitCode.USAGE, "ZONE: expected letters"),
        (["node", "invite", "dmz", "--valid", "1s"], ExitCode.USAGE, "expected 1m to 7d"),
        (["node", "list"], ExitCode.MACHINE_LACKS, "ORCH_STORE_URL names none"),
        (["node", "drain", "n1"], ExitCode.MACHINE_LACKS, "ORCH_STORE_URL names none"),
        (["node", "remove", "n1"], ExitCode.MACHINE_LACKS, "ORCH_STORE_URL names none"),
        (["node", "rekey"], ExitCode.MACHINE_LACKS, "ORCH_STORE_URL names none"),
        (["node", "enrol", "--server", "https://h", "--name", "n1"], ExitCode.USAGE, "There is no token"),
        (
            ["node", "enrol", "--server", "https://h", "--name", "../n"],
            ExitCode.USAGE,
            "--name: expected letters",
        ),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_made(
    tmp_path: Path, words: list[str], code: ExitCode, says: str
) -> None:
    ended = orch(tmp_path, words)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert says in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("server", ["http://orch.example.com", "ftp://orch", "orch.example.com"])
def test_a_server_that_others_could_listen_to_is_refused(tmp_path: Path, server: str) -> None:
    words = ["node", "enrol", "--server", server, "--name", "n1"]
    ended = orch(tmp_path, words, ORCH_NODE_TOKEN="orchn1." + "a" * 40)
    assert ended.returncode == ExitCode.USAGE
    assert "expected https://HOST" in ended.stderr


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    words = ["node", "enrol", "--server", "http://127.0.0.1:1", "--name", "n1"]
    ended = orch(tmp_path, words, ORCH_NODE_TOKEN="orchn1." + "a" * 40)
    assert ended.returncode == ExitCode.STORE_FAULT
    assert "cannot be reached" in ended.stderr
    assert not (tmp_path / ".orch-node/node.json").exists()


def test_a_node_whose_settings_are_broken_is_enrolled_anew_as_is_printed(
    tmp_path: Path, database_url: str
) -> None:
    store = {"ORCH_STORE_URL": database_url}
    folder = tmp_path / "a node"
    folder.mkdir()
    (folder / "node.json").write_text("{")
    broken = orch(tmp_path, ["worker", "--zone", "dmz", "--node", str(folder)])
    assert broken.returncode == ExitCode.STORE_FAULT
    assert "remove the folder" in broken.stderr
    printed = re.search(
        r"orch (node enrol --server URL --name NAME --node .*)\.$", broken.stderr, re.MULTILINE
    )
    assert printed is not None, broken.stderr
    shutil.rmtree(folder)
    token = orch(tmp_path, ["node", "invite", "dmz"], **store).stdout.strip()
    values = {"URL": database_url, "NAME": "n2"}
    words = [values.get(word, word) for word in shlex.split(printed[1])]
    enrolled = orch(tmp_path, words, ORCH_NODE_TOKEN=token, **store)
    assert enrolled.returncode == 0, enrolled.stderr
    assert (folder / "node.json").exists()


def _replaces_keys_with_work_only_now(folder: Path, url: str) -> None:
    store, connection = {"ORCH_STORE_URL": url}, QueueConnection(url)
    exchange = SqlExchange(connection)
    exchange.put(Call("c1", "dmz", "zone:dmz", b"frame", "d1.deploy"))
    refused = orch(folder, ["node", "rekey"], **store)
    assert (refused.returncode, "d1.deploy" in refused.stderr) == (ExitCode.REFUSED, True)
    listed = orch(folder, ["node", "list"], **store).stdout
    assert "d1.deploy waits for" in listed
    assert "n1 is never heard of" in listed
    [printed] = re.findall(r"orch (node rekey --now)", refused.stderr)
    assert orch(folder, printed.split(), **store).returncode == 0
    exchange.drop("c1")
    connection.close()
    assert orch(folder, ["node", "rekey"], **store).returncode == 0
    assert len(list((folder / "home/nodes").glob("before-*"))) == 2


def test_nodes_of_a_store_are_invited_enrolled_beside_it_drained_and_removed(
    tmp_path: Path, database_url: str
) -> None:
    store = {"ORCH_STORE_URL": database_url}
    invited = orch(tmp_path, ["node", "invite", "dmz"], **store)
    assert invited.returncode == 0, invited.stderr
    token = invited.stdout.strip()
    words = ["node", "enrol", "--server", database_url, "--name", "n1"]
    enrolled = orch(tmp_path, words, ORCH_NODE_TOKEN=token, **store)
    assert enrolled.returncode == 0, enrolled.stderr
    assert "n1 is a node of dmz" in enrolled.stdout
    assert token not in (tmp_path / ".orch-node/node.json").read_text()
    again = orch(tmp_path, [*words[:-1], "n2", "--node", "other"], ORCH_NODE_TOKEN=token, **store)
    assert (again.returncode, "used" in again.stderr) == (ExitCode.REFUSED, True)
    assert "never heard of" in orch(tmp_path, ["node", "list"], **store).stdout
    assert orch(tmp_path, ["worker", "--zone", "lan"], **store).returncode == ExitCode.USAGE
    _replaces_keys_with_work_only_now(tmp_path, database_url)
    for verb in (["drain", "n1"], ["drain", "n1", "--end"], ["remove", "n1"]):
        assert orch(tmp_path, ["node", *verb], **store).returncode == 0
    assert "removed" in orch(tmp_path, ["node", "list", "--json"], **store).stdout
    assert orch(tmp_path, ["node", "drain", "n9"], **store).returncode == ExitCode.NOT_FOUND
