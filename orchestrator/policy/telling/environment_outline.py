"""An environment as an outline: what binds there, and which machines are known as its own."""

from __future__ import annotations

from datetime import datetime

from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.environment import Environment, KnownMachine
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.calendar.windows import Calendar, freezes_at
from orchestrator.policy.telling.outline import Branch


def environment_outline(loaded: LoadedFile[Environment], now: datetime) -> Branch:
    """The whole environment; the freezes that bind at this moment are marked."""
    noun = loaded.noun
    binding = {freeze.name for freeze in freezes_at(Calendar.of_valid(freezes=noun.freezes), now)}
    freezes = [f"{f.name}{' (binds now)' if f.name in binding else ''}: {f.reason}" for f in noun.freezes]
    rehearsals = (
        "plans for others may be rehearsed here" if noun.rehearsals or not noun.live else "no rehearsals here"
    )
    return Branch(
        f"{noun.environment} ({noun.class_}): {plain(noun.title, 200)}",
        (
            Branch(f"Owner: {noun.owner}"),
            Branch(f"Inventory: {noun.inventory or 'not said'}"),
            Branch(f"Policy that must bind: {noun.policy or 'none named'}"),
            Branch(f"Rehearsals: {rehearsals}"),
            Branch("Freezes", tuple(Branch(plain(line, 300)) for line in freezes or ["none"])),
            Branch("Machines", tuple(Branch(_machine(m)) for m in noun.machines) or (Branch("none listed"),)),
            Branch(f"File: {loaded.file}"),
        ),
    )


def _machine(machine: KnownMachine) -> str:
    names = (machine.host, machine.address, machine.machine_id, machine.host_key)
    return ", ".join(plain(name, 120) for name in names if name)
