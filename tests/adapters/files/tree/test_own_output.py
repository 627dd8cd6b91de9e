"""Files that a command's own output goes into, by whatever way, are known while it runs; and those that orch wrote before."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.adapters.files.tree.own_output import is_written_by_orch
from orchestrator.adapters.files.tree.playbook_tree import tree_of
from orchestrator.adapters.files.tree.tree_rules import project_rules
from tests.worlds.plans import plan_of, plan_tree

PLAN = plan_of(plan_tree())
ASK = """
import json, sys, time
from pathlib import Path
from orchestrator.adapters.files.tree.own_output import OwnOutput
here = Path.cwd()
deadline = time.monotonic() + 20
while True:
    asked = OwnOutput(here)
    names = sorted(file.name for file in here.iterdir() if asked.has(file))
    if names == sys.argv[2:] or time.monotonic() > deadline:
        break
    time.sleep(0.01)
Path(sys.argv[1]).write_text(json.dumps(names))
print("a line")
"""
WAYS = {
    "a file": ("{ask} > deploy.log", ["deploy.log"]),
    "errors into a file": ("{ask} 2> err.log", ["err.log"]),
    "both": ("{ask} > out.json 2> err.log", ["err.log", "out.json"]),
    "tee": ("{ask} | tee deploy.log", ["deploy.log"]),
    "tee, which appends": ("{ask} 2>&1 | tee -a deploy.log > /dev/null", ["deploy.log"]),
    "a program that writes its output": ("{ask} | cat > out.json", ["out.json"]),
    "several programs": ("{ask} | cat | cat | tee deploy.log", ["deploy.log"]),
    "whoever started it": ("(exec 7> build.log; {ask} | cat)", ["build.log"]),
    "nothing in here": ("{ask} | cat > /dev/null", []),
    "a file that is only read": ("{ask} < notes | cat", []),
}


@pytest.mark.parametrize(("way", "expected"), WAYS.values(), ids=WAYS)
def test_files_that_the_output_goes_into_are_known(tmp_path: Path, way: str, expected: list[str]) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "notes").write_text("")
    (tmp_path / "ask.py").write_text(ASK)
    ask = f"{sys.executable} {tmp_path}/ask.py {tmp_path}/answer {' '.join(expected)}"
    environment = {"PYTHONPATH": str(Path(__file__).parents[4]), "PATH": "/usr/bin:/bin"}
    subprocess.run(
        ["bash", "-c", way.format(ask=ask)], cwd=project, env=environment, check=True, timeout=60,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert json.loads((tmp_path / "answer").read_text()) == expected


LINE = '{"deployment":"shop-2.4.0-20260302-210000","seq":1,"at":"2026-03-02T21:00:05.840000Z","version":1,"event":{'
WRITTEN = {
    "deploy.log": LINE,
    "junit.xml": '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="shop 2.4.0 to live" tests="3">',
    "record.html": '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n",
    "checks.csv": '"deployment","release","version","environment","step","wave"',
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_orch_wrote_before_is_no_part_of_the_tree(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(WRITTEN[name])
    (tmp_path / "site.yml").write_text(WRITTEN[name])
    (tmp_path / "files").mkdir()
    shutil.copy(tmp_path / name, tmp_path / "files")
    rules = project_rules(tmp_path, Path("/nowhere"), PLAN, tmp_path / "release.yml")
    assert set(tree_of(tmp_path, rules).files) == {"site.yml", f"files/{name}"}
    (tmp_path / name).write_text("x" + WRITTEN[name])
    assert not is_written_by_orch(tmp_path / name)
