"""Drivers that drive at once, in this very process, as far as a deployment goes without a person."""

from collections.abc import Callable

from orchestrator.engine.ports import Drivers


class FakeDrivers(Drivers):
    """`drive` stands for the process; it is called when the driver is begun, and has ended when `begin` returns."""

    def __init__(self, drive: Callable[[str, str], object]) -> None:
        self.drive = drive
        self.begun: list[str] = []
        self.running: set[str] = set()
        self.words = ""

    def begin(self, deployment: str, by: str) -> None:
        self.begun.append(deployment)
        self.drive(deployment, by)

    def alive(self, deployment: str) -> bool:
        return deployment in self.running

    def last_words(self, deployment: str) -> str:
        return self.words
