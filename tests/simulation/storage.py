"""A simulated disk: room and ballast are numbers, and what is full is full."""

from orchestrator.engine.ports import Storage

DISK = 1 << 30


class SimulatedStorage(Storage):
    """Ballast by deployment; while `full`, only what was held back is left."""

    def __init__(self) -> None:
        self.full = False
        self.ballast: dict[str, int] = {}

    @property
    def place(self) -> str:
        return "a simulated disk"

    @property
    def reserve(self) -> int:
        return 1 << 20

    def room(self) -> int:
        return 0 if self.full else DISK - sum(self.ballast.values())

    def lay_in(self, deployment: str, size: int) -> int:
        if not self.full:
            self.ballast[deployment] = max(size, self.ballast.get(deployment, 0))
        return self.ballast.get(deployment, 0)

    def release(self, deployment: str) -> int:
        held = self.ballast.get(deployment, 0)
        self.ballast[deployment] = held // 4
        return held - held // 4

    def give_back(self, deployment: str) -> None:
        self.ballast.pop(deployment, None)
