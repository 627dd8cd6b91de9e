"""Places outside in which checkpoints are anchored, a file for each kind."""

from orchestrator.adapters.anchors.kinds import KnownAnchors

__all__ = ["KnownAnchors"]
