"""A vaulted value is hunted after everything that breaks with it in its hands: what is kept of the run holds it in no form."""

from __future__ import annotations

import base64
import html
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.warm import WarmStart
from tests.adapters.ansible.local_runs import request, until
from tests.worlds.ansibles import CHOICE, series

CANARY = 'cAn/aRy"9x&K'
PASSWORD = "the vault word"
VARIABLES = """canary: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  62613132386439333536313434313639333666383564343165306333623633303265643331303831
  3238386530393931356333616636613664336466666335620a376635343262363563633162356563
  65653731356434636531333061313964383835376362333961343665333563353438336532643265
  3635663333333338650a623936666137323636616162303261333434323934343331656366613436
  6131
"""
WAYS = (
    "ansible.builtin.shell: 'echo \"$X\" >&2; false'\n      environment: {X: '{{ canary }}'}",
    "ansible.builtin.debug: {msg: '{{ canary | boom }}'}",
    "ansible.builtin.debug: {msg: '{{ (canary | from_json).x }}'}",
    "ansible.builtin.debug: {msg: '{{ lookup(\"vars\", canary) }}'}",
    'ansible.builtin.debug: {msg: \'{{ lookup("file", "/nowhere/" ~ canary) }}\'}',
    'ansible.builtin.debug: {msg: \'{{ lookup("pipe", "echo " ~ (canary | quote) ~ " >&2; exit 3") }}\'}',
    "ansible.builtin.debug: {msg: x}\n      when: canary.nothing.there == canary",
    "ansible.builtin.assert: {that: ['canary == \"\"'], fail_msg: 'is {{ canary }}'}",
    "ansible.builtin.copy: {content: x, dest: /nowhere/x, mode: '{{ canary }}'}",
    "boomer: {word: '{{ canary }}'}",
    "boomact: {word: '{{ canary }}'}",
    "ansible.builtin.debug: {msg: '{{ canary | b64encode }} {{ (\"a\" ~ canary) | b64encode }}'}",
    "ansible.builtin.debug: {msg: '{{ (\"ab\" ~ canary) | b64encode }} {{ canary | urlencode }}'}",
    "ansible.builtin.debug: {msg: '{{ [canary] | to_json }} {{ canary | quote }} {{ canary | to_nice_yaml }}'}",
)
"""Tasks that say the value, or that break with it: modules, templates, lookups, conditions, plugins of the project."""
INCLUDED = "ansible.builtin.include_tasks: '{{ canary | urlencode }}.yml'"
FAILED = "ansible.builtin.fail: {msg: 'x{{ canary }}y'}"
FILES = {
    "filter_plugins/boom.py": """
class FilterModule:
    def filters(self):
        return {"boom": boom}


def boom(value):
    raise RuntimeError("no " + str(value))
""",
    "action_plugins/boomact.py": """
import sys

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        word = self._task.args["word"]
        print("printed", word)
        sys.stderr.write("written " + word)
        raise KeyError(word)
""",
    "library/boomact.py": "#!/usr/bin/python\n",
    "library/boomer.py": """#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule

raise ValueError("bad " + AnsibleModule(argument_spec={"word": {"type": "str"}}).params["word"])
""",
    "callbacks/loud.py": """
import sys

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_NAME = "loud"
    CALLBACK_TYPE = "aggregate"

    def v2_runner_on_failed(self, result, ignore_errors=False):
        text = str(result._result) + str(result._task.args)
        print("out", text)
        sys.stderr.write("err " + text)
        raise RuntimeError("loud " + text)
""",
    "ansible.cfg": "[defaults]\ncallbacks_enabled = loud\ncallback_plugins = callbacks\n",
}


def forms(value: str) -> set[str]:
    """The value as it is, and as JSON, HTML, URLs, Python, hexadecimal and base64 write it, wherever that begins."""
    data = value.encode()
    shifted = (base64.b64encode(b"x" * n + data).decode()[(0, 2, 3)[n] :].rstrip("=")[:-1] for n in range(3))
    quoted = (
        json.dumps(value)[1:-1],
        html.escape(value),
        quote(value),
        quote(value, safe=""),
        repr(value)[1:-1],
    )
    return {value, data.hex(), *quoted, *shifted}


def masked(last: str) -> str:
    """What stands in the reason for the value.

    Before ansible-core 2.19 an include of such a name breaks. From 2.22 on it masks vaulted values itself, but in no other
    form, and says so much of an include that orch's limit of a reason cuts the mask.
    """
    if series() < (2, 19) and last == INCLUDED:
        return "not enough values to unpack"
    if series() >= (2, 22):
        return "[vaulted" if last == INCLUDED else "$REDACTED$"
    return "[vaulted:"


@pytest.mark.parametrize(
    ("ways", "last"), [(WAYS[:9], INCLUDED), (WAYS[9:], FAILED)], ids=["texts", "plugins and encodings"]
)
def test_nothing_that_is_kept_of_a_run_holds_the_canary(
    tmp_path: Path, ways: tuple[str, ...], last: str
) -> None:
    project = tmp_path / "project"
    tasks = "".join(
        f"    - name: T{n}\n      ignore_errors: true\n      {way}\n" for n, way in enumerate(ways)
    )
    made = {
        **FILES,
        "deploy.yml": f"- hosts: all\n  gather_facts: false\n  tasks:\n{tasks}    - name: Last\n      {last}\n",
        "group_vars/all.yml": VARIABLES,
        "vault.txt": PASSWORD,
    }
    for name, content in made.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content)
    playbooks = AnsiblePlaybooks(
        tmp_path / "attempts", warm=WarmStart(30.0, 60.0, extent="cold", choice=CHOICE), choice=CHOICE
    )
    playbooks.start(
        request("a1", "deploy.yml", project=project, vault_password_file=str(project / "vault.txt"))
    )
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    (host,) = outcome.hosts
    assert (host.result, host.task) == ("not_done", "Last"), host
    assert masked(last) in host.reason
    kept = {path: path.read_bytes() for path in (tmp_path / "attempts").rglob("*") if path.is_file()}
    kept[Path("seen")] = "".join(seen.model_dump_json() for seen in playbooks.tasks_seen("a1")).encode()
    assert {path.stat().st_mode & 0o077 for path in kept if path.is_absolute()} == {0}, (
        "nobody else may read them"
    )
    leaks = [
        (path.name, form) for path, data in kept.items() for form in forms(CANARY) if form.encode() in data
    ]
    assert leaks == []
