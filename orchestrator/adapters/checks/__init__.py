"""Checks that are asked from this machine: HTTP, TCP, and the user's own testinfra files."""

from orchestrator.adapters.checks.controller import ControllerChecks

__all__ = ["ControllerChecks"]
