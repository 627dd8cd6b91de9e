"""Every verb of the command line: its module, and its line in `orch --help`.

The help text is here and not in the verb's module, so that `orch --help` imports no verb.
"""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """One subcommand: its name, `module:attribute`, and its line in the help."""

    name: str
    target: str
    help: str


VERBS = (
    Verb(
        "init",
        "orchestrator.cli.verbs.planning.init:init",
        "Write a plan and a backout for an existing Ansible tree.",
    ),
    Verb("help", "orchestrator.cli.verbs.help_:help_", "Show the help of a command."),
    Verb(
        "completion",
        "orchestrator.cli.verbs.completion:completion",
        "Complete lines at a TAB, in bash, zsh and fish.",
    ),
    Verb("demo", "orchestrator.cli.verbs.demo:demo", "Show a good and a bad release, on real hosts."),
    Verb(
        "plan", "orchestrator.cli.verbs.planning.plan:plan", "Check a release plan and show what it would do."
    ),
    Verb(
        "gate",
        "orchestrator.cli.verbs.planning.gate:gate",
        "Try the metrics of a gate, before a deployment does.",
    ),
    Verb(
        "change",
        "orchestrator.cli.verbs.planning.change:change",
        "The change ticket of a plan: open, check, show, deliver.",
    ),
    Verb("deploy", "orchestrator.cli.verbs.driving.deploy:deploy", "Deploy a release plan, wave by wave."),
    Verb(
        "rehearse",
        "orchestrator.cli.verbs.driving.rehearse:rehearse",
        "Rehearse a plan elsewhere, and certify it.",
    ),
    Verb(
        "approve",
        "orchestrator.cli.verbs.planning.approve:approve",
        "Approve a deployment in a role, signed with your key.",
    ),
    Verb(
        "reject",
        "orchestrator.cli.verbs.planning.approve:reject",
        "Reject a deployment in a role, signed with your key.",
    ),
    Verb(
        "sign-off",
        "orchestrator.cli.verbs.planning.approve:sign_off",
        "Accept the result of a deployment, in a role.",
    ),
    Verb(
        "review",
        "orchestrator.cli.verbs.planning.approve:review",
        "Record the review of an emergency, in a role.",
    ),
    Verb(
        "done",
        "orchestrator.cli.verbs.planning.done:done",
        "Show and settle the work that hangs on a removal or transfer.",
    ),
    Verb(
        "rollback", "orchestrator.cli.verbs.driving.rollback:rollback", "Back out a deployment and prove it."
    ),
    Verb(
        "baseline", "orchestrator.cli.verbs.viewing.baseline:baseline", "Capture, show and compare baselines."
    ),
    Verb(
        "step",
        "orchestrator.cli.verbs.driving.step:step",
        "Say how a step went that people do by hand.",
    ),
    Verb(
        "objectives",
        "orchestrator.cli.verbs.planning.objectives:objectives",
        "Show whether releases brought about what they were to.",
    ),
    Verb(
        "pir",
        "orchestrator.cli.verbs.planning.pir:pir",
        "Review a release: what came of it, and what is to be done.",
    ),
    Verb(
        "actions",
        "orchestrator.cli.verbs.planning.actions:actions",
        "Show what reviews agreed to do, until it is done.",
    ),
    Verb(
        "incident",
        "orchestrator.cli.verbs.planning.incident:incident",
        "Write down incidents, and say what they came of.",
    ),
    Verb("status", "orchestrator.cli.verbs.viewing.status:status", "Show where a deployment stands."),
    Verb(
        "watch",
        "orchestrator.cli.verbs.viewing.watch:watch",
        "Follow a deployment that somebody else drives.",
    ),
    Verb("list", "orchestrator.cli.verbs.viewing.list_:list_", "List deployments, newest first."),
    Verb("record", "orchestrator.cli.verbs.viewing.record:record", "Show the record of a deployment."),
    Verb(
        "release", "orchestrator.cli.verbs.viewing.release:release", "One release through its environments."
    ),
    Verb(
        "evidence",
        "orchestrator.cli.verbs.evidence.evidence:evidence",
        "What is held of what standards ask for, and gaps.",
    ),
    Verb("report", "orchestrator.cli.verbs.viewing.report:report", "Measures of a period, with trends."),
    Verb(
        "assess",
        "orchestrator.cli.verbs.viewing.assess:assess",
        "Assess the capability of deployment management, by levels.",
    ),
    Verb(
        "outputs",
        "orchestrator.cli.verbs.viewing.outputs:outputs",
        "Show or copy what runs left for people.",
    ),
    Verb("resume", "orchestrator.cli.verbs.driving.signals:resume", "Continue where a deployment stopped."),
    Verb(
        "pause",
        "orchestrator.cli.verbs.driving.signals:pause",
        "Pause before the next step; let the present run finish.",
    ),
    Verb(
        "hold",
        "orchestrator.cli.verbs.driving.signals:hold",
        "Hold a deployment for a person, with a reason.",
    ),
    Verb(
        "confirm",
        "orchestrator.cli.verbs.driving.signals:confirm",
        "Confirm the gate at which a deployment waits.",
    ),
    Verb(
        "retry",
        "orchestrator.cli.verbs.driving.signals:retry",
        "Retry the failed step of a held deployment.",
    ),
    Verb(
        "exclude",
        "orchestrator.cli.verbs.driving.signals:exclude",
        "Leave a host out of the rest of a deployment.",
    ),
    Verb("abort", "orchestrator.cli.verbs.driving.signals:abort", "Stop the present run and back out."),
    Verb(
        "schedule",
        "orchestrator.cli.verbs.planning.schedule:schedule",
        "The schedule of change: which deployment runs when.",
    ),
    Verb(
        "run-due",
        "orchestrator.cli.verbs.driving.run_due:run_due_",
        "Start the scheduled deployments that are due.",
    ),
    Verb(
        "worker",
        "orchestrator.cli.verbs.driving.worker:worker",
        "Drive what the queue has, or be a node of a zone.",
    ),
    Verb(
        "node",
        "orchestrator.cli.verbs.driving.node:node",
        "Nodes of zones: invite, enrol, list, drain, remove.",
    ),
    Verb(
        "stop-all",
        "orchestrator.cli.verbs.driving.stop_all:stop_all",
        "Stop every deployment in an emergency, or lift the stop.",
    ),
    Verb("locks", "orchestrator.cli.verbs.viewing.locks:locks", "Show which deployment holds which machine."),
    Verb(
        "feed",
        "orchestrator.cli.verbs.viewing.feed:feed",
        "Results and planned dates as Atom and JSON, for others.",
    ),
    Verb(
        "messages",
        "orchestrator.cli.verbs.viewing.messages:messages",
        "Messages to people: what was sent, what is owed.",
    ),
    Verb(
        "cmdb",
        "orchestrator.cli.verbs.viewing.cmdb:cmdb",
        "Configuration items, and audits of hosts.",
    ),
    Verb("model", "orchestrator.cli.verbs.planning.model:model", "List, show and check deployment models."),
    Verb("policy", "orchestrator.cli.verbs.planning.policy:policy", "List, show and check release policies."),
    Verb(
        "library",
        "orchestrator.cli.verbs.planning.library:library",
        "Media libraries: list, check, fetch, verify, sign.",
    ),
    Verb(
        "environment",
        "orchestrator.cli.verbs.planning.environment:environment",
        "List, show and check environments, and release machines.",
    ),
    Verb(
        "keys",
        "orchestrator.cli.verbs.planning.keys:keys",
        "Make, trust, list and revoke people's keys.",
    ),
    Verb(
        "trust",
        "orchestrator.cli.verbs.planning.trust:trust",
        "Whom the house trusts: the keyring that stewards sign.",
    ),
    Verb(
        "people",
        "orchestrator.cli.verbs.serving.people:people",
        "People of the service: who may come in, with which role.",
    ),
    Verb(
        "serve",
        "orchestrator.cli.verbs.serving.serve:serve",
        "Serve this home to browsers and programs.",
    ),
    Verb(
        "settings",
        "orchestrator.cli.verbs.planning.settings:settings",
        "Settings of the project (orch.toml), and where each came from.",
    ),
    Verb(
        "doctor",
        "orchestrator.cli.verbs.viewing.doctor:doctor",
        "What this machine has, and what each lack means.",
    ),
    Verb(
        "store",
        "orchestrator.cli.verbs.viewing.store:store",
        "The version of the store's tables, and their upgrade.",
    ),
    Verb("lab", "orchestrator.cli.verbs.lab:lab", "Real hosts on this machine, to try things and to test."),
)
