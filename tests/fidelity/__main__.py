"""`python -m tests.fidelity --runs 20 --core 2.19 --python 3.11`: exit code 1 when an accelerated run differs from a stock one.

Each subject is recorded stock `--stock` times, then run `--runs` times the other way; each of those is compared with a stock
recording. The stock recordings are compared with each other too: a difference there is a fault of the comparison. What is
equal is kept in the file of `--state` and not run again. Ends with 2 for a wrong command line, with 12 where the versions are
not here.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from orchestrator.lab.fleet import Lab, take_down
from orchestrator.lab.options import Asked
from setup import versions
from tests.fidelity.allowed import faults
from tests.fidelity.differences import Difference, differences
from tests.fidelity.kinds import Subject, subjects
from tests.fidelity.recording import Recording, loaded
from tests.fidelity.runs import HOSTS, ROOT, WAYS, Site, play
from tests.fidelity.state_file import Compared, StateFile, table

LACKS = 12


def main(words: list[str]) -> int:
    """Compare what is asked for; print each difference as it is seen, and the table at the end."""
    asked = _arguments().parse_args(words)
    if asked.kinds:
        return _print_kinds()
    python = python_of(asked.core)
    if python is None:
        return LACKS
    state = StateFile(asked.state)
    name = asked.lab or f"fidelity-{os.getpid()}"
    try:
        lab = Lab.up(name, HOSTS, asked=Asked(pythons=() if asked.python == "own" else (asked.python,)))
        with tempfile.TemporaryDirectory(prefix="fidelity-") as folder:
            _compare_all(Site(lab, python, Path(asked.folder or folder)), asked, state)
    finally:
        if not asked.lab:
            take_down(name)
    pair = pair_of(asked)
    mine = [each for each in state.compared if each.pair == pair]
    print(table(mine))
    return 1 if not mine or any(each.faults for each in mine) else 0


def python_of(core: str) -> Path | None:
    """The Python of an ansible-core: orch's own where it is of that series, else one of setup/versions.py.

    None where it is not here, which is then told.
    """
    own = next((ROOT / ".venv/lib").glob(f"python*/site-packages/ansible_core-{core}.*.dist-info"), None)
    if own is not None:
        return ROOT / ".venv/bin/python"
    if versions.is_made(core):
        return versions.environment_of(core) / "bin/python"
    print(f"ansible-core {core} is not here: python setup/versions.py {core}", file=sys.stderr)
    return None


def pair_of(asked: argparse.Namespace) -> str:
    """How the state file calls the versions and the way that are compared."""
    return f"core {asked.core} python {asked.python} {asked.way}"


def _compare_all(site: Site, asked: argparse.Namespace, state: StateFile) -> None:
    pair = pair_of(asked)
    for subject in subjects():
        if asked.only and subject.name not in asked.only:
            continue
        wanted = [number for number in range(1, asked.runs + 1) if not state.has(pair, subject.name, number)]
        if not wanted:
            continue
        references = list(_references(site, subject, asked))
        for number in wanted:
            recording = play(site, subject, asked.way)
            seen = list(differences(references[number % len(references)], recording))
            left = seen if asked.way == "stock" else faults(seen)
            unseen = [
                Difference("kinds", kind, "never ran", None, None) for kind in not_run(subject, recording)
            ]
            texts = tuple(str(each) for each in [*left, *unseen])
            state.add(Compared(pair, subject.name, number, len(subject.kinds), len(seen) - len(left), texts))
            print(f"{pair}: {subject.name} run {number}: {len(texts)} differences", flush=True)
            for text in texts[: asked.show]:
                print(f"    {text}", flush=True)


def not_run(subject: Subject, recording: Recording) -> list[str]:
    """Kinds of task that the playbook names and the run never began."""
    began = {str(event.get("task", "")).rpartition(" : ")[2] for event in recording.events}
    return [kind for kind in subject.kinds if f"kind: {kind}" not in began]


def _references(site: Site, subject: Subject, asked: argparse.Namespace) -> Iterator[Recording]:
    """Stock recordings, kept in `--folder` for runs to come; each must be equal to the first."""
    first = None
    for number in range(1, asked.stock + 1):
        kept = site.folder / f"{subject.name}.{asked.core}.{asked.python}.{number}.json"
        if kept.exists():
            recording = loaded(kept.read_text())
        else:
            recording = play(site, subject, "stock")
            kept.write_text(recording.saved())
        for difference in differences(first or recording, recording):
            print(f"    stock run {number} differs from the first: {difference}", flush=True)
        first = first or recording
        yield recording


def _print_kinds() -> int:
    for subject in subjects():
        for kind in subject.kinds:
            print(f"{subject.name:16}{kind}")
    print(f"{sum(len(subject.kinds) for subject in subjects())} kinds of task in {len(subjects())} playbooks")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fidelity", description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="accelerated runs of each playbook")
    parser.add_argument("--stock", type=int, default=2, help="stock recordings that they are compared with")
    parser.add_argument("--core", default="2.19", help="series of ansible-core, such as 2.21")
    parser.add_argument("--python", default="own", help="Python of the hosts, such as 3.8 [their own]")
    parser.add_argument(
        "--way", choices=WAYS, default="orch", help="the second way; stock proves the comparison"
    )
    parser.add_argument("--only", action="append", help="only this playbook; may be given again")
    parser.add_argument("--show", type=int, default=30, help="differences printed for each run")
    parser.add_argument("--lab", default="", help="a lab that is left standing [one of its own]")
    parser.add_argument(
        "--state", type=Path, default=Path("fidelity.jsonl"), help="what was compared already"
    )
    parser.add_argument("--folder", default="", help="where stock recordings are kept [nowhere]")
    parser.add_argument("--kinds", action="store_true", help="print the kinds of task, and run nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
