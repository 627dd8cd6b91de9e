"""How this machine asks HTTP and TCP in tests: as the composition root has it."""

from orchestrator.adapters.checks.network import Asking
from orchestrator.adapters.ssh.on_target import network

HERE = Asking(network.ask_http, network.ask_tcp)
