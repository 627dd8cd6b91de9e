"""A simulated disk: room and ballast are numbers, and what is full is full but for the ballast that is thrown off."""

from collections.abc import Callable

from orchestrator.engine.ports import Storage

DISK = 1 << 30
SLICE = 4 << 20
"""Bytes of ballast that are thrown off at once."""
RESERVE = 1 << 20


class SimulatedStorage(Storage):
    """Ballast by deployment. While `full`, others have it all; what is thrown off is `spare` until it is written."""

    def __init__(self, thrown: Callable[[], None] = lambda: None) -> None:
        self.full = False
        self.spare = 0
        self.ballast: dict[str, int] = {}
        self._thrown = thrown

    @property
    def place(self) -> str:
        return "a simulated disk"

    @property
    def reserve(self) -> int:
        return RESERVE

    def fill(self, *, full: bool) -> None:
        """Somebody fills the disk, or makes room there."""
        self.full, self.spare = full, 0

    def room(self) -> int:
        return 0 if self.full else DISK - sum(self.ballast.values())

    def written(self, size: int, deployment: str) -> bool:
        """Whether so many bytes found room: with relief, as the store asks for it."""
        if not self.full:
            return True
        while self.spare < size:
            if not self.relieve(deployment):
                return False
        self.spare -= size
        return True

    def relieve(self, deployment: str) -> bool:
        """Throw off a slice: of this deployment, else of another."""
        own_first = sorted(self.ballast, key=lambda name: name != deployment)
        name = next((name for name in own_first if self.ballast[name]), None)
        return name is not None and bool(self._throw_off(name, SLICE))

    def lay_in(self, deployment: str, size: int) -> int:
        if not self.full:
            self.ballast[deployment] = max(size, self.ballast.get(deployment, 0))
        return self.ballast.get(deployment, 0)

    def release(self, deployment: str) -> int:
        return self._throw_off(deployment, self.ballast.get(deployment, 0) // 2)

    def _throw_off(self, deployment: str, size: int) -> int:
        held = self.ballast.get(deployment, 0)
        given = min(size, held)
        self.ballast[deployment] = held - given
        self.spare += given
        if given:
            self._thrown()
        return given

    def give_back(self, deployment: str) -> None:
        self.ballast.pop(deployment, None)
