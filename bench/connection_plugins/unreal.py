"""A connection that contacts nobody: whatever is run answers at once, each host with an identity of its own."""

from __future__ import annotations

from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: unreal
short_description: A connection that contacts nobody
description: For measuring what the controller costs; commands end with 0 and their output names the host.
options: {}
"""


class Connection(ConnectionBase):  # type: ignore[misc]
    """Connected from the beginning."""

    transport = "unreal"
    has_pipelining = True

    def _connect(self) -> Connection:
        self._connected = True
        return self

    def exec_command(
        self, cmd: str, in_data: bytes | None = None, sudoable: bool = True
    ) -> tuple[int, bytes, bytes]:
        """What orch's fence asks is answered as a host without an older run; anything else with the host's name."""
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        answer = "fence ok 0 end" if "orch fence" in cmd else self._play_context.remote_addr
        return 0, f"orch {answer}\n".encode(), b""

    def put_file(self, in_path: str, out_path: str) -> None:
        """Nowhere."""

    def fetch_file(self, in_path: str, out_path: str) -> None:
        """From nowhere."""

    def close(self) -> None:
        """Nothing to close."""
        self._connected = False
