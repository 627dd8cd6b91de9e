"""The faults that a lab host can suffer, and what each one looks like from outside."""

from typing import Literal

from orchestrator.lab import names
from orchestrator.lab.shell import attempt, run

# Every packet to and from the host is dropped in silence: nobody answers, nobody refuses.
CUT = """
table inet orchlab_cut {
  chain incoming { type filter hook input priority -300; policy drop; iif lo accept; }
  chain outgoing { type filter hook output priority -300; policy drop; oif lo accept; }
}
"""

# The kernel still answers (handshake, acknowledgements) and sshd's banner comes through, then nothing more:
# all that carries data is dropped on its way out. A header is 84 bytes at most where no data follows it.
HANG = """
table inet orchlab_hang {
  chain outgoing {
    type filter hook output priority -300; policy accept;
    oif lo accept
    meta l4proto != tcp accept
    @th,256,32 0x5353482d accept
    tcp flags & (fin | psh) != 0 drop
    meta length > 84 drop
  }
}
"""

_TABLES: dict[Literal["cut", "hung"], str] = {"cut": "orchlab_cut", "hung": "orchlab_hang"}


def apply_rules(lab: str, host: str, rules: str) -> None:
    """Load the rules in the host's network namespace; loading them twice has no further effect."""
    heal(lab, host)
    run(_inside(lab, host, "nft", "-f", "-"), text=rules)


def heal(lab: str, host: str) -> None:
    """Remove all of our rules."""
    for table in _loaded(lab, host):
        run(_inside(lab, host, "nft", "delete", "table", "inet", table))


def suffered(lab: str, host: str) -> list[Literal["cut", "hung"]]:
    """Which of the faults cut and hang are in force, as the namespace shows."""
    loaded = _loaded(lab, host)
    return [word for word, table in _TABLES.items() if table in loaded]


def _loaded(lab: str, host: str) -> list[str]:
    listed = attempt(_inside(lab, host, "nft", "list", "tables")).out
    return [table for table in _TABLES.values() if f"table inet {table}\n" in listed]


def _inside(lab: str, host: str, *argv: str) -> list[str]:
    return ["ip", "netns", "exec", names.namespace(lab, host), *argv]
