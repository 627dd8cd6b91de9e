"""The texts that deploy with a copy kept, and take the release back: one inverse for each change, one mark for each gap."""

from __future__ import annotations

import shlex

from orchestrator.domain.adoption.tree_reading import DECLARED_GAP, Change, Gap, ThingKind
from orchestrator.policy.adoption.proposal import Proposal
from orchestrator.policy.adoption.yaml_words import comment, entries, word

KEEP, NOTE = "Keep what is here before", "Note what is here after"
_LISTS: tuple[tuple[str, ThingKind, str], ...] = (
    (
        "files",
        "file",
        "Files and links: one that was not here is removed, one that was is put back as it was.",
    ),
    (
        "folders",
        "folder",
        "Folders: one that was not here goes with all that is in it; of one that was, mode and owner.",
    ),
    ("trees", "tree", "Folders with all that is in them."),
    ("units", "unit", "Units of systemd: stopped, started, enabled or disabled as they were."),
    ("users", "user", "Accounts: one that was not here is removed, one that was is changed back."),
    ("groups", "group", "Groups: one that was not here is removed."),
    ("kernel", "sysctl", "Kernel parameters: set to the value that they had."),
)
_STEPS: tuple[tuple[str, str, tuple[ThingKind, ...]], ...] = (
    ("stop", "Stop what did not run before", ()),
    ("packages", "Remove the packages that came", ("package",)),
    ("paths", "Put back files, links and folders", ()),
    ("kernel", "Set kernel parameters back", ("sysctl",)),
    ("accounts", "Put back accounts", ("user", "group")),
    ("start", "Start what ran before", ("unit",)),
)
_DID = {
    "stop": "^(stopped|disabled)",
    "packages": "^(removed|restored)",
    "paths": "^(removed|restored)",
    "kernel": "^restored",
    "accounts": "^(removed|restored)",
    "start": "^(started|restarted|enabled|disabled)",
    "forget": "^restored",
}


def changes_text(proposal: Proposal) -> str:
    """The list that deploy and backout share, each entry with the task that it comes from."""
    lines = [
        f"# What {proposal.choice.playbook} changes, read by `orch init`. Each entry names the task that it comes from.",
        f"# {proposal.deploy_path} keeps all of it before the deployment, and {proposal.backout_path} puts it back.",
        "# Correct it freely.",
        "changes:",
    ]
    for key, kind, meaning in _LISTS:
        lines.append(f"  # {meaning}")
        changes = proposal.reading.named(kind)
        lines.append(f"  {key}:" if changes else f"  {key}: []")
        for change in changes:
            lines += _entry(change)
    packages = proposal.reading.named("package")
    lines.append(
        "  # Whether packages count: those that the deployment brings are removed again, whichever they are."
    )
    lines += [f"  # {comment(each.name)}: {_from(each)}" for each in packages if each.name != "*"]
    lines.append(f"  packages: {'true' if packages else 'false'}")
    return "\n".join(lines) + "\n"


def _entry(change: Change) -> list[str]:
    return [f"    # {_from(change)}", f"    - {word(change.name)}"]


def _from(change: Change) -> str:
    return comment(f"{change.origin.place} {change.origin.module}: {change.origin.task}")


def deploy_text(proposal: Proposal) -> str:
    """A playbook that keeps, runs the tree's own unchanged, and notes what came; keeps and notes also where a plan has tags."""
    choice, path = proposal.choice, proposal.from_deploy
    program = "{{ playbook_dir }}/" + path(proposal.program_path)
    keep = program_word(program, "keep", choice.name, " {{ changes | to_json | quote }}")
    return f"""\
# Deploys {choice.name}: keeps what is on the host, runs {choice.playbook} as it is, and notes what came with it.
# Written by `orch init`, for orch alone; {choice.playbook} runs by itself as before.
- name: Keep what {choice.playbook} is going to change
  hosts: {word(proposal.reading.hosts)}
{_login(proposal)}  become: true
  gather_facts: false
  tags: [always]
  vars_files: [{path(proposal.changes_path)}]
  tasks:
    - name: {KEEP}
      ansible.builtin.script:
        cmd: {keep}
{_with_python("kept", "^kept")}
- name: Deploy {choice.name}
  import_playbook: {word(choice.playbook.rpartition("/")[2])}

- name: Note what came with {choice.name}
  hosts: {word(proposal.reading.hosts)}
{_login(proposal)}  become: true
  gather_facts: false
  tags: [always]
  tasks:
    - name: {NOTE}
      ansible.builtin.script:
        cmd: {program_word(program, "note", choice.name)}
{_with_python("noted", "^noted")}"""


def role_text(proposal: Proposal) -> str:
    """The playbook of a repository that is one role and has none."""
    return f"""\
# Applies the role of this folder to {proposal.reading.hosts}. Written by `orch init`.
- name: Apply {proposal.choice.name}
  hosts: {word(proposal.reading.hosts)}
  become: true
  roles:
    - role: "{{{{ playbook_dir }}}}"
"""


def _login(proposal: Proposal) -> str:
    return f"  remote_user: {word(proposal.reading.remote_user)}\n" if proposal.reading.remote_user else ""


def _with_python(register: str, did: str) -> str:
    return (
        "        executable: \"{{ ansible_python_interpreter | default('/usr/bin/python3') }}\"\n"
        f"      register: {register}\n"
        f"      changed_when: {register}.stdout is search('{did}', multiline=true)\n"
    )


def backout_text(proposal: Proposal) -> str:
    """The backout playbook: a step for each kind of change, then each gap as a task that fails."""
    name, reading = proposal.choice.name, proposal.reading
    head = f"""\
# Takes {name} back: every host as {proposal.deploy_path} found it, also where the deployment ended half-way or never began.
# Written by `orch init` from the tasks of {proposal.choice.playbook}. What proves it is the comparison with the baseline.
- name: Take {name} back
  hosts: {word(reading.hosts)}
{_login(proposal)}  become: true
{_FACTS if any(gap.when for gap in reading.gaps) else "  gather_facts: false"}
  tasks:
"""
    has = {change.kind for change in reading.changes}
    steps = [step for step in _STEPS if not step[2] or has & set(step[2])]
    tasks = [_step(name, verb, title) for verb, title, _ in steps]
    last = _step(name, "forget", "Forget what was kept")
    gaps = "\n".join(_gap(name, gap) for gap in reading.gaps)
    return head + "\n".join(tasks) + ("\n" + _GAPS + gaps if gaps else "") + "\n" + last


_FACTS = """\
  # What a host is decides which of the gaps below are its own.
  gather_facts: true
  gather_subset: ["!all", min]"""
_GAPS = """\
    # What follows is not undone yet. Each task stands for one of the deployment whose text does not say how: write its inverse
    # in its place, or remove it where nothing has to be undone. As long as one is left, the backout fails when it comes to it.
"""


def _step(name: str, verb: str, title: str) -> str:
    program = "{{ playbook_dir }}/files/what_was_here.py"
    return f"""\
    - name: {title}
      ansible.builtin.script:
        cmd: {program_word(program, verb, name)}
{_with_python("done", _DID[verb])}"""


def program_word(program: str, verb: str, name: str, more: str = "") -> str:
    """The command line of one step, in quotes."""
    return f'"{program} {verb} {name} {{{{ orch.deployment | quote }}}}{more}"'


def _gap(name: str, gap: Gap) -> str:
    title = f"{DECLARED_GAP}undo {gap.origin.task} ({gap.origin.place})"
    tests = [*([f"'{gap.origin.on}' in group_names"] if gap.origin.on else []), *gap.when]
    condition = "      when:\n" + entries(tests, 8) if tests else ""
    why = word(_no_template(f"{gap.origin.module} at {gap.origin.place}: {gap.why}."))
    act = f"      ansible.builtin.fail:\n        msg: {why}\n"
    if gap.server is not None:
        program = "{{ playbook_dir }}/files/what_was_here.py"
        asked = f" {shlex.quote(gap.server.packages)} {' '.join(gap.server.folders)}"
        act = f"""\
      # {comment(gap.why)}: fails where that server was here before, or its data is still here.
      ansible.builtin.script:
        cmd: {program_word(program, "went", name, asked)}
{_with_python("done", "^went")}"""
    return f"    - name: {word(_no_template(title))}\n{act}{condition}"


def _no_template(text: str) -> str:
    return text.replace("{{", "((").replace("}}", "))").replace("{%", "(%").replace("%}", "%)")
