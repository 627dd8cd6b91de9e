"""Hosts of a lab as targets, and what a test puts onto them."""

from orchestrator.adapters.ssh import SshTargets
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.domain.plan.target import Target
from orchestrator.lab.fleet import Lab

UNIT = """[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
"""


def targets_of(lab: Lab) -> list[Target]:
    return [
        Target(
            host=host.name,
            address=str(host.address),
            user="deploy",
            private_key=str(lab.key),
            known_hosts=str(lab.known_hosts),
        )
        for host in lab.hosts
    ]


def run(lab: Lab, host: str, command: str) -> None:
    ended = lab.ssh(host, command)
    assert ended.code == 0, ended.err


def captured_of(targets: list[Target], scope: BaselineScope) -> list[Baseline]:
    """The baselines of hosts that all answer."""
    captures = SshTargets().capture(targets, scope)
    baselines = [captures[target.host] for target in targets]
    assert all(isinstance(each, Baseline) for each in baselines), baselines
    return [each for each in baselines if isinstance(each, Baseline)]
