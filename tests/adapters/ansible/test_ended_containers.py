"""The end of a run in a container is proved by its engine alone, and that of any other run without any."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Literal

import pytest

from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.begun_marks import BegunMarks
from orchestrator.adapters.ansible.installation import AnsibleInstallation
from orchestrator.adapters.ansible.isolation.engines import EngineAt, container_name
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.domain.evidence.attempt import Isolation
from orchestrator.errors import MachineLacks
from tests.adapters.ansible.local_runs import request

IMAGE = f"localhost/any@sha256:{'0' * 64}"
# What an engine is like: it has the container and ends it, has it and cannot, has none, answers nobody, is not installed.
Engine = Literal["ends it", "keeps it", "has none", "no answer", "absent"]
# An engine in a few lines: its containers are the lines of a file, in a folder that a variable of the caller names.
PROGRAM = """\
#!/bin/sh
there="${{CONTAINER_HOST:-{folder}/here}}"
case "$1" in
  --version) echo any; exit 0 ;;
  ps) [ {answers} = yes ] || {{ echo "Cannot connect to the daemon" >&2; exit 1; }}
      [ ! -e "$there" ] || /bin/cat "$there" ;;
  rm) [ {ends} = no ] || /bin/rm -f "$there" ;;
esac
"""


class Machine:
    """Engines in a folder that is the whole PATH, and an attempt that was begun below a root."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.attempts, self.begun = folder, folder / "attempts", folder / "begun"
        # Of an emptied mark only the name is known, and other tests have runs of the usual ones.
        self.attempt = f"a-{secrets.token_hex(4)}"
        (folder / "bin").mkdir()
        monkeypatch.setenv("PATH", str(folder / "bin"))

    def engine(self, name: str, engine: Engine, where: str = "here") -> None:
        if engine == "absent":
            return
        program = self.folder / "bin" / name
        words = {"folder": self.folder, "answers": "no" if engine == "no answer" else "yes"}
        program.write_text(PROGRAM.format(**words, ends="no" if engine == "keeps it" else "yes"))
        program.chmod(0o755)
        if engine in {"ends it", "keeps it"}:
            (self.folder / where).write_text(f"{container_name(self.mark())}\n")

    def begin(self, isolation: Isolation, engine: str = "", variables: dict[str, str] | None = None) -> None:
        installation = AnsibleInstallation(
            Path("/usr/bin/python3"), Path("/usr/bin/ansible-playbook"), "2.19.0", "3.11.2", "image",
            image=IMAGE, engine=engine, engine_variables=variables or {},
        )  # fmt: skip
        folder = AttemptFolder(self.attempts, self.attempt)
        asked = request(self.attempt, "deploy.yml", isolation=isolation)
        assert folder.create(asked, installation=installation if engine else None)
        BegunMarks(self.begun).note(
            self.attempt, folder.mark(), EngineAt(engine, variables or {}) if engine else None
        )

    def mark(self) -> str:
        return AttemptFolder(self.attempts, self.attempt).mark()

    def stop(self, isolation: Isolation | None) -> str:
        try:
            proved = AnsiblePlaybooks(self.attempts, begun=self.begun).stop(self.attempt, isolation)
        except MachineLacks as lack:
            return "not known" if "orch resume" in str(lack) else str(lack)
        return "proved" if proved else "left"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


# How the run was begun, what of it is left to read, podman, docker, and what is said of its end.
ENDS: list[tuple[Isolation, str, Engine, Engine, str]] = [
    # Never in a container: no engine is needed, and none that answers nobody is in the way.
    ("none", "all", "absent", "no answer", "proved"),
    ("none", "no folder", "absent", "no answer", "proved"),
    ("none", "no folder, empty mark", "absent", "no answer", "proved"),
    ("mount_namespace", "no folder, empty mark", "no answer", "no answer", "proved"),
    ("none", "no folder, empty mark", "absent", "absent", "proved"),
    ("none", "no folder, mark of an older orch", "absent", "no answer", "proved"),
    # In a container of podman, which is asked, and no other.
    ("container", "all", "ends it", "no answer", "proved"),
    ("container", "all", "has none", "no answer", "proved"),
    ("container", "all", "keeps it", "absent", "left"),
    ("container", "all", "no answer", "has none", "not known"),
    ("container", "all", "absent", "has none", "not known"),
    ("container", "no folder", "ends it", "no answer", "proved"),
    ("container", "no folder", "keeps it", "absent", "left"),
    ("container", "no folder", "no answer", "has none", "not known"),
    ("container", "no folder", "absent", "absent", "not known"),
    # Which engine it was is known no more: each that is here must say that there is none.
    ("container", "no ansible.json", "ends it", "has none", "proved"),
    ("container", "no ansible.json", "has none", "ends it", "proved"),
    ("container", "no ansible.json", "has none", "no answer", "not known"),
    ("container", "no ansible.json", "absent", "absent", "not known"),
    ("container", "no folder, empty mark", "ends it", "has none", "proved"),
    ("container", "no folder, empty mark", "ends it", "absent", "proved"),
    ("container", "no folder, empty mark", "keeps it", "absent", "left"),
    ("container", "no folder, empty mark", "has none", "no answer", "not known"),
    ("container", "no folder, empty mark", "no answer", "absent", "not known"),
    ("container", "no folder, empty mark", "absent", "absent", "not known"),
    ("container", "no folder, mark of an older orch", "ends it", "has none", "proved"),
    ("container", "no folder, mark of an older orch", "has none", "no answer", "not known"),
]


@pytest.mark.parametrize(("isolation", "left", "podman", "docker", "ends"), ENDS)
def test_an_end_is_proved_by_whoever_can_know_it(
    machine: Machine, isolation: Isolation, left: str, podman: Engine, docker: Engine, ends: str
) -> None:
    machine.begin(isolation, "podman" if isolation == "container" else "")
    machine.engine("podman", podman)
    machine.engine("docker", docker)
    _lose(machine, left)
    assert machine.stop(isolation) == ends
    assert (machine.folder / "here").exists() is ("keeps it" in {podman, docker})


def _lose(machine: Machine, left: str) -> None:
    mark = machine.mark()
    if left == "no ansible.json":
        (machine.attempts / machine.attempt / "ansible.json").unlink()
    elif left != "all":
        shutil.rmtree(machine.attempts)
    if left.endswith("empty mark"):
        (machine.begun / machine.attempt).write_text("")
    elif left.endswith("older orch"):
        (machine.begun / machine.attempt).write_text(mark)


# What nothing is on record of, such as a visit: what its mark says, else what any engine here says.
UNRECORDED: list[tuple[Isolation, str, Engine, str]] = [
    ("none", "no folder", "no answer", "proved"),
    ("none", "no folder, empty mark", "no answer", "not known"),
    ("none", "no folder, empty mark", "absent", "proved"),
    ("container", "no folder", "absent", "not known"),
    ("container", "no folder", "ends it", "proved"),
]


@pytest.mark.parametrize(("isolation", "left", "podman", "ends"), UNRECORDED)
def test_without_a_record_the_mark_says_whether_there_was_a_container(
    machine: Machine, isolation: Isolation, left: str, podman: Engine, ends: str
) -> None:
    machine.begin(isolation, "podman" if isolation == "container" else "")
    machine.engine("podman", podman)
    _lose(machine, left)
    assert machine.stop(None) == ends


@pytest.mark.parametrize("left", ["all", "no folder"])
def test_the_engine_is_asked_for_the_containers_of_whoever_began(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    """Elsewhere it truly says that it has none, while the run goes on."""
    machine.begin("container", "podman", {"CONTAINER_HOST": str(machine.folder / "there")})
    machine.engine("podman", "keeps it", "there")
    monkeypatch.setenv("CONTAINER_HOST", str(machine.folder / "elsewhere"))
    _lose(machine, left)
    assert machine.stop("container") == "left"


def test_where_nothing_says_which_engine_it_was_each_is_asked_as_the_caller_reaches_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the message promises: a docker of the user's own is found by DOCKER_HOST and its kin alone."""
    machine.begin("container", "podman", {"CONTAINER_HOST": str(machine.folder / "there")})
    machine.engine("podman", "ends it", "there")
    monkeypatch.setenv("CONTAINER_HOST", str(machine.folder / "there"))
    _lose(machine, "no folder, empty mark")
    assert machine.stop("container") == "proved"
    assert not (machine.folder / "there").exists()


@pytest.mark.parametrize("left", ["all", "no folder, empty mark"])
def test_the_containers_of_other_attempts_are_left_alone(machine: Machine, left: str) -> None:
    machine.begin("container", "podman")
    machine.engine("podman", "has none")
    machine.engine("docker", "has none")
    own = container_name(machine.mark())
    of_another = own.replace(machine.attempt, f"{machine.attempt}_2")
    (machine.folder / "here").write_text(f"x{own}\n{own}1\n{of_another}\n")
    _lose(machine, left)
    assert machine.stop("container") == "proved"
    assert (machine.folder / "here").exists()
