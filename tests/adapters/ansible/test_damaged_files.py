"""What child processes and the disk hand back: each file is read as something that others wrote."""

import json
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.events import event_stream
from orchestrator.adapters.ansible.inspection import inspect
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.domain.evidence.attempt import Allowance, AttemptRequest
from orchestrator.errors import StoreFault

NONSENSE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"pid": NaN}',
    b'{"pid": [1]}',
    b'{"hosts": 3}',
]


def made(root: Path) -> AttemptFolder:
    folder = AttemptFolder(root, "a")
    folder.create(
        AttemptRequest(
            attempt="a",
            deployment="d",
            purpose="deploy",
            playbook="site.yml",
            project="/srv/p",
            inventory="hosts",
            hosts=("web1",),
            variables={},
            allowance=Allowance(),
        )
    )
    return folder


@pytest.mark.parametrize("name", ["request.json", "claim.json"])
@pytest.mark.parametrize("content", NONSENSE)
def test_an_attempt_whose_folder_is_damaged_is_a_fault_of_the_store(
    tmp_path: Path, name: str, content: bytes
) -> None:
    folder = made(tmp_path)
    folder.claim({"fenced": "nobody came"})
    (folder.path / name).write_bytes(content)
    with pytest.raises(StoreFault, match=f"{name} is missing or damaged.*orch resume"):
        AnsiblePlaybooks(tmp_path).sight("a")


@pytest.mark.parametrize("content", NONSENSE)
def test_an_end_that_is_damaged_leaves_its_hosts_unknown(tmp_path: Path, content: bytes) -> None:
    folder = made(tmp_path)
    folder.claim({"pid": 1 << 22, "started": 1, "boot": "another", "cgroup": None, "control": ""})
    (folder.path / "end.json").write_bytes(content)
    sighting = AnsiblePlaybooks(tmp_path).sight("a")
    assert sighting.state == "dead"
    assert sighting.outcome is not None
    assert [host.result for host in sighting.outcome.hosts] == ["unknown"]


@pytest.mark.parametrize(
    "line",
    [
        *NONSENSE,
        b'{"nonce": "n", "number": 0, "event": "start", "at": 1e400}',
        b'{"nonce": "n", "number": 0, "event": ["start"]}',
        b'{"nonce": "n", "number": 0, "event": "result", "at": 1e30, "host": null}',
        b'{"nonce": "n", "number": 0, "event": "stats", "recap": {"web1": {"ok": NaN}}}',
        b'{"nonce": "n", "number": 0, "event": "stats", "recap": {"web1": []}}',
        b'{"nonce": "n", "number": 0, "event": "play", "hosts": 4}',
    ],
)
def test_events_that_make_no_sense_are_a_gap_and_never_more(tmp_path: Path, line: bytes) -> None:
    evidence = event_stream.fold(line + b"\n", "n")
    assert evidence.gaps
    (tmp_path / "evidence.jsonl").write_bytes(line + b"\n")
    assert event_stream.tasks_seen(tmp_path / "evidence.jsonl", 0) == []


def test_text_of_a_host_in_an_event_can_be_stored(tmp_path: Path) -> None:
    event = {
        "nonce": "n", "number": 0, "event": "result", "kind": "ok", "host": "web1", "where": "web1", "sentinel": True,
        "fence": None, "counted": True, "identity": "\udcff\x1b[31m",
    }  # fmt: skip
    evidence = event_stream.fold(json.dumps(event).encode() + b"\n", "n")
    assert evidence.model_dump_json()


def test_an_inspector_that_answers_nonsense_is_a_fault_of_the_inventory(tmp_path: Path) -> None:
    """A plugin of the project writes over the answer, which takes its place after the inspector has ended."""
    (tmp_path / "hosts").write_text("web1 ansible_host=192.0.2.1\n")
    (tmp_path / "site.yml").write_text("[]\n")
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "vars_plugins").mkdir()
    (tmp_path / "ansible.cfg").write_text("[defaults]\nvars_plugins = vars_plugins\n")
    (tmp_path / "vars_plugins" / "mine.py").write_text(
        "import atexit, sys\n"
        "from ansible.plugins.vars import BaseVarsPlugin\n"
        "atexit.register(lambda: open(sys.argv[-1], 'w').write('{\"hosts\": 3}'))\n"
        "class VarsModule(BaseVarsPlugin):\n    def get_vars(self, *a, **k):\n        return {}\n"
    )
    seen = inspect(tmp_path, [Path("site.yml")], Path("hosts"))
    assert "makes no sense" in seen.inventory_faults[0]
