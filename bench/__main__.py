"""`python -m bench`: everything in one run, or the parts that are named."""

import sys
from pathlib import Path
from typing import Any

import click

from bench.contenders import CONTENDERS, Contender
from bench.run import PARTS, Bench
from bench.site import BenchFault
from orchestrator.errors import OrchError


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--hosts", default="10,30", help="Fleets of the comparison, by number of light lab hosts.")
@click.option("--small", default=3, help="A third, small fleet for the slope of the cost of governance.")
@click.option("--simulated", default="1000,10000", help="Numbers of simulated hosts.")
@click.option("--rounds", default=5, help="Interleaved rounds of the comparison.")
@click.option("--only", default="", help="Contenders, by name; all where none is named.")
@click.option(
    "--lab", default="dev-bench", help="How the names of the labs begin; they are taken down at the end."
)
@click.option("--out", default=".bench", help="The folder that bench.json and bench.svg go to.")
def main(parts: tuple[str, ...], **options: Any) -> None:
    """Measure, print tables, and write bench.json and bench.svg. PARTS: all where none is named."""
    bench = Bench(
        fleets=_numbers(options["hosts"]),
        small=options["small"],
        simulated=_numbers(options["simulated"]),
        rounds=options["rounds"],
        contenders=_named(options["only"]),
        lab=options["lab"],
        out=Path(options["out"]).absolute(),
        say=click.echo,
    )
    try:
        bench.run(parts or PARTS)
    except (BenchFault, OrchError) as fault:
        click.echo(f"The benchmark ended early: {fault}", err=True)
        sys.exit(1)


def _named(only: str) -> list[Contender]:
    wanted = [name for name in only.split(",") if name]
    names = [each.name for each in CONTENDERS]
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise click.UsageError(
            f"--only: no contender is called {', '.join(unknown)}; there are {', '.join(names)}."
        )
    return [each for each in CONTENDERS if not wanted or each.name in wanted]


def _numbers(text: str) -> list[int]:
    try:
        return [int(each) for each in text.split(",")]
    except ValueError:
        raise click.UsageError(
            f"`{text}`: numbers with commas between are expected, such as 10,30."
        ) from None


if __name__ == "__main__":
    main()
