"""Balancers that are asked on hosts over ssh, by programs of this machine, or over HTTP."""

from orchestrator.adapters import process
from orchestrator.adapters.balancers.balancers import ProgramBalancers
from orchestrator.adapters.balancers.here import RanThere
from orchestrator.adapters.checks.http_secrets import secrets_of
from orchestrator.adapters.checks.network import Asking, ask_http_of_project
from orchestrator.adapters.ssh import Logins, SshTargets
from orchestrator.adapters.ssh.on_target import network
from orchestrator.engine.balancing_ports import Balancers
from orchestrator.engine.redaction import Redaction


def balancers_of(redaction: Redaction) -> Balancers:
    """`redaction`: whose passwords the logins on hosts have."""
    hosts = SshTargets(secrets_of=secrets_of, logins=Logins(redaction.become, password_of=redaction.login))
    asking = Asking(network.ask_http, network.ask_tcp)
    return ProgramBalancers(
        lambda target, program, seconds: RanThere(*hosts.run_program(target, program, seconds)),
        process.run,
        lambda check, target, project: ask_http_of_project(check, target, project, asking),
    )
