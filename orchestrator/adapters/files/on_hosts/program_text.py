"""The text of the program that keeps and puts back."""

from __future__ import annotations

from pathlib import Path


def program_text() -> str:
    """As it is written into a tree."""
    return (Path(__file__).parent / "what_was_here.py").read_text(encoding="utf-8")
