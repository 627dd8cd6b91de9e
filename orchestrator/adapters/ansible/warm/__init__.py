"""Warm start: Ansible is imported once, in a process from which inspectors and the workers of attempts are forked.

This is its face, and nothing outside imports past it: `WarmStart.start(folder)` has an attempt's worker forked, and says False
where nobody did, so that whoever asks starts one in the cold. Behind it: `start` (the driver's side), `protocol` (what both
sides say), `zygote` (the other side), `preload` and `mitogen_preload` (what is imported ahead), `compiled_modules` and
`carried_code` (bytecode for the hosts), `prompter` and `inspection` (what is forked).
"""

from orchestrator.adapters.ansible.warm.inspection import TookTooLong
from orchestrator.adapters.ansible.warm.line_to_player import played_over
from orchestrator.adapters.ansible.warm.start import Extent, WarmStart

__all__ = ["Extent", "TookTooLong", "WarmStart", "played_over"]
