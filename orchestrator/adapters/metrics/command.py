"""A program on this machine that prints a number, or JSON with one."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestrator.adapters.handed_functions import RunProgram
from orchestrator.adapters.metrics.hosts import as_argument
from orchestrator.adapters.metrics.numbers import SHOWN, at_pointer, parsed, reading_of, with_sample
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.plan.metric import CommandSource
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import MachineLacks

PASSED_ON = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "USER", "LOGNAME")
MOST = 1 << 20


def command_number(
    source: CommandSource,
    targets: Sequence[Target],
    sample: str | None,
    timeout: float,
    run: RunProgram,
    project: Path,
    environment: Mapping[str, str],
) -> Reading:
    """The number that the program printed; only a program that ends with 0 has measured anything."""
    arguments = [as_argument(each, targets) for each in source.run]
    if "/" in arguments[0] and not arguments[0].startswith("/"):
        arguments[0] = str(project / arguments[0])
    try:
        ended = run(arguments, timeout=timeout, environment=environment, directory=project)
    except (OSError, ValueError, MachineLacks) as fault:
        return Reading(trouble="unusable", detail=plain(str(fault), SHOWN))
    if ended.exit_code is None:
        return Reading(trouble="no_answer", detail=f"it did not end within {timeout:g} s")
    if ended.exit_code != 0:
        words = plain(ended.errors or ended.output, SHOWN)
        return Reading(trouble="refused", detail=f"exit code {ended.exit_code}{words and ': '}{words}")
    return _number(ended.output, source.value, sample)


def _number(output: str, pointer: str, sample: str | None) -> Reading:
    text = output.strip()
    if not text or len(text) > MOST:
        return Reading(trouble="no_value", detail="it printed nothing" if not text else "it printed too much")
    if not pointer and sample is None and text[0] not in '[{"':
        return reading_of(text)
    document = parsed(text.encode("utf-8", "replace"))
    return with_sample(
        at_pointer(document, pointer), None if sample is None else at_pointer(document, sample)
    )
