"""What was found of one subject, as a code with values."""

from typing import Literal, NamedTuple, get_args

Subject = Literal[
    "orch",
    "python",
    "settings",
    "home",
    "space",
    "house",
    "store",
    "ansible",
    "collections",
    "ansible_runner",
    "openssh",
    "ssh_passwords",
    "acceleration",
    "mitogen",
    "agent",
    "host_keys",
    "git",
    "lab",
    "containers",
    "execution_environment",
    "isolation",
    "timer",
    "locale",
    "clock",
    "pdf",
    "apprise",
]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
NEEDED_SUBJECTS: frozenset[Subject] = frozenset(
    {
        *("settings", "home", "space", "house", "store", "ansible", "ansible_runner", "openssh"),
        "execution_environment",
    }
)
"""Every deployment needs these: where one of them is missing, none can run."""

State = Literal["ok", "missing", "warning"]
Lack = Literal[
    "no_answer",
    "settings_faulty",
    "home_unusable",
    "home_not_writable",
    "home_open",
    "space_low",
    "house_unusable",
    "store_unusable",
    "ansible_unusable",
    "ansible_passed_over",
    "runner_missing",
    "acceleration_stock",
    "mitogen_missing",
    "openssh_missing",
    "openssh_old",
    "sshpass_missing",
    "agent_absent",
    "agent_empty",
    "host_keys_absent",
    "git_missing",
    "lab_lacking",
    "containers_missing",
    "containers_silent",
    "containers_numberless",
    "image_unusable",
    "isolation_impossible",
    "isolation_unwanted",
    "isolation_home_in_use",
    "timer_missing",
    "locale_not_utf8",
    "clock_adrift",
    "clock_unknown",
    "pdf_missing",
    "apprise_missing",
]
"""What is wrong with a subject; `cli/views/doctor_view.py` says what each means and which command helps."""


class Finding(NamedTuple):
    """`value`: what is there, such as a version or a place. `detail`: a sentence of whoever refused it."""

    subject: Subject
    state: State
    value: str = ""
    lack: Lack | None = None
    detail: str = ""
