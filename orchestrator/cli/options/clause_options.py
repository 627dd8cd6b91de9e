"""Which maps of clauses are asked, and the files in which answers are written."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.domain.rules.clause_map import ClauseMap
from orchestrator.errors import PlanFault

ALL = "all"
map_option = click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="NAME",
    help="The map of clauses, NAME or NAME@VERSION, or `all`; may be repeated [default: iso20000-2018].",
)
html_option = click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page that needs nothing else."
)


def maps_asked(names: tuple[str, ...]) -> tuple[ClauseMap, ...]:
    """The maps of these names, each once. Raises NotFound, PlanFault with every fault of the project's own."""
    from orchestrator.adapters.files.clause_maps import USUAL, known_maps, map_named

    if ALL in names:
        sound, faults = known_maps(Path())
        if faults:
            raise PlanFault(list(faults))
        newest = {loaded.noun.map: loaded.noun for loaded in sound}
        return tuple(newest.values())
    chosen = [map_named(Path(), name).noun for name in names or (USUAL,)]
    return tuple({each.named: each for each in chosen}.values())
