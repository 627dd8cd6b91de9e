"""What each finding of `orch doctor` means, and the command that helps."""

from __future__ import annotations

import sys
from typing import NamedTuple

from orchestrator.bootstrap.doctor.finding import NEEDED_SUBJECTS, Finding, Lack, Subject
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.plain_text import plain

HEADINGS = ("what", "state", "found", "what it means", "command")
_STYLES = {"ok": "green", "warning": "yellow", "missing": "red"}
_LONGEST = 600

TITLES: dict[Subject, str] = {
    "orch": "orch",
    "python": "Python of orch",
    "settings": "settings",
    "home": "home",
    "space": "disk space",
    "house": "house",
    "store": "store",
    "ansible": "Ansible",
    "collections": "collections",
    "ansible_runner": "ansible-runner",
    "openssh": "OpenSSH",
    "ssh_passwords": "passwords of ssh",
    "acceleration": "acceleration",
    "mitogen": "mitogen",
    "agent": "ssh agent",
    "host_keys": "host keys",
    "git": "git",
    "lab": "lab",
    "containers": "containers",
    "execution_environment": "execution environment",
    "isolation": "isolation of runs",
    "timer": "timer",
    "locale": "locale",
    "clock": "clock",
    "pdf": "PDF",
    "apprise": "apprise",
}


class Meaning(NamedTuple):
    """What a lack means, and the command that helps; `{0}` is the place or the package that it is about."""

    words: str
    command: str = ""


MEANINGS: dict[Lack, Meaning] = {
    "no_answer": Meaning("It did not answer in time, so nothing is known of it."),
    "settings_faulty": Meaning(
        "Without settings that can be read, no command starts that needs one.", "orch settings check"
    ),
    "home_unusable": Meaning("Without a home of your own, nothing can be deployed."),
    "home_not_writable": Meaning("Without a home that you can write, nothing can be deployed."),
    "home_open": Meaning("Others on this machine can read or change what is recorded.", "chmod go= {0}"),
    "space_low": Meaning("Without room for a backout, nothing new starts.", "df -h {0}"),
    "house_unusable": Meaning("Without rules that only root can change, nothing can be deployed."),
    "store_unusable": Meaning("Without a store that opens, nothing can be deployed or looked at."),
    "ansible_unusable": Meaning("Without it, no playbook runs."),
    "ansible_passed_over": Meaning("Another Ansible comes first, and cannot be used."),
    "runner_missing": Meaning("Without it, no playbook runs.", "{1} -m pip install ansible-runner"),
    "acceleration_stock": Meaning(
        "Runs of plans with `accelerate: orch` go Ansible's own way, which is slower and proves the same."
    ),
    "mitogen_missing": Meaning(
        "Without it, plans with `accelerate: mitogen` are refused; all others run as ever.",
        "{1} -m pip install mitogen",
    ),
    "openssh_missing": Meaning("Without it, no host is reached.", "apt-get install openssh-client"),
    "openssh_old": Meaning("Older than 8.5: a KnownHostsCommand of your ssh_config is not undone in runs."),
    "sshpass_missing": Meaning(
        "An Ansible before 2.19 gives no password to ssh without it; plans whose hosts have ansible_password are refused.",
        "apt-get install sshpass",
    ),
    "agent_absent": Meaning(
        "Without one, keys with a passphrase serve neither runs nor signatures.",
        'eval "$(ssh-agent)"; ssh-add',
    ),
    "agent_empty": Meaning("Keys with a passphrase serve neither runs nor signatures.", "ssh-add"),
    "host_keys_absent": Meaning(
        "Without pinned keys, hosts are refused; compare each key with the host's own before you trust it.",
        "ssh-keyscan HOST >> ~/.ssh/known_hosts",
    ),
    "git_missing": Meaning(
        "Without it, no signed commit counts as a word, no anchor is in git, and no clone is known as one.",
        "apt-get install git",
    ),
    "lab_lacking": Meaning(
        "Without it, there are no hosts on this machine to try and rehearse on.", "orch lab up"
    ),
    "containers_missing": Meaning("Without one, nothing runs in an image.", "apt-get install podman"),
    "containers_silent": Meaning(
        "It starts nothing for this user, so nothing runs in an image: its service is down, or what it says.",
        "podman info",
    ),
    "containers_numberless": Meaning(
        "podman has no numbers in /etc/subuid and /etc/subgid for other accounts of a container: most images do not unpack "
        "for this user. As root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 NAME.",
        "podman system migrate",
    ),
    "image_unusable": Meaning(
        "Without it, no playbook runs of plans that name no image of their own.", "orch settings check"
    ),
    "isolation_impossible": Meaning(
        "Runs without an image see orch's home, and the record says so: the kernel gives this user no namespaces.",
        "sysctl user.max_user_namespaces",
    ),
    "isolation_unwanted": Meaning(
        "Runs without an image see orch's home, and the record says so.", "unset ORCH_OPEN_RUNS"
    ),
    "isolation_home_in_use": Meaning(
        "Runs without an image see orch's home, for the home of its user lies there: name a folder of its own.",
        "export ORCH_HOME=~/.local/share/orch",
    ),
    "timer_missing": Meaning(
        "Without it, scheduled deployments start only while somebody runs this; docs/schedule.md has the timer.",
        "orch run-due --watch",
    ),
    "locale_not_utf8": Meaning("Names and words beyond ASCII may not be shown.", "export LC_ALL=C.UTF-8"),
    "clock_adrift": Meaning(
        "Windows, soak times and signatures go by a clock that nobody corrects.", "timedatectl set-ntp true"
    ),
    "clock_unknown": Meaning(
        "Whether anything keeps the clock right cannot be seen from here.", "timedatectl status"
    ),
    "pdf_missing": Meaning("Without it, records are pages and text, but no PDF.", "{1} -m pip install typst"),
    "apprise_missing": Meaning(
        "Without it, messages go by mail and webhook only.", "{1} -m pip install apprise"
    ),
}


def row_of(finding: Finding) -> tuple[str, str, str, str, str]:
    """The finding as a row for people: nothing of it can steer a terminal."""
    words, command = meaning_of(finding)
    return (
        TITLES[finding.subject],
        finding.state,
        plain(finding.value, _LONGEST),
        plain(words, _LONGEST),
        plain(command, _LONGEST),
    )


def style_of(finding: Finding) -> dict[str, str]:
    """The colour of its state."""
    return {"state": _STYLES[finding.state]}


def meaning_of(finding: Finding) -> tuple[str, str]:
    """What it means, with what was said of it; and the command that helps. Both empty where all is well."""
    if finding.lack is None:
        return "", ""
    meaning = MEANINGS[finding.lack]
    command = meaning.command.format(command_word(finding.detail), command_word(sys.executable))
    about = "" if "{0}" in meaning.command or not finding.detail else f" {finding.detail}"
    return f"{meaning.words}{about}", command


def as_json(finding: Finding) -> dict[str, str | bool | None]:
    """The finding for programs: codes, values, and the same words."""
    words, command = meaning_of(finding)
    return {
        "subject": finding.subject,
        "state": finding.state,
        "needed": finding.subject in NEEDED_SUBJECTS,
        "value": finding.value,
        "lack": finding.lack,
        "meaning": words,
        "command": command,
    }
