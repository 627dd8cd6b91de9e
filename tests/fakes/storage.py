"""A disk of so many bytes, in memory."""

from orchestrator.engine.ports import Storage

SLICE = 4 << 20


class FakeStorage(Storage):
    """`used` is what others wrote; what is held back is used too. `reserve` as given."""

    def __init__(self, size: int = 1 << 30, reserve: int = 64 << 20) -> None:
        self.size = size
        self.used = 0
        self.held: dict[str, int] = {}
        self._reserve = reserve

    @property
    def place(self) -> str:
        return "/fake"

    @property
    def reserve(self) -> int:
        return self._reserve

    def room(self) -> int:
        return max(0, self.size - self.used - sum(self.held.values()))

    def lay_in(self, deployment: str, size: int) -> int:
        while self.held.get(deployment, 0) < size and self.room() - SLICE >= self.reserve:
            self.held[deployment] = self.held.get(deployment, 0) + SLICE
        return self.held.get(deployment, 0)

    def release(self, deployment: str) -> int:
        given_up = self.held.get(deployment, 0) // SLICE // 2 * SLICE
        if given_up:
            self.held[deployment] -= given_up
        return given_up

    def give_back(self, deployment: str) -> None:
        self.held.pop(deployment, None)
