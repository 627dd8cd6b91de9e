"""`orch done`: the work that hangs on a removal or transfer, and the word that a piece of it is done."""

from __future__ import annotations

import json

import click

from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.wiring import ports_to_look
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.deployment_lookup import find_to_change
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.duties import say_done
from orchestrator.errors import UsageFault
from orchestrator.policy.course.duties import duty_sentences, work_of


@click.command()
@click.argument("deployment")
@click.argument("number", type=int, required=False)
@click.option("--note", type=WORDS, metavar="TEXT", help="What shows that it is done, for the record.")
@json_option
@by_option
@speaking_key_option
def done(deployment: str, number: int | None, note: str | None, as_json: bool, by: str) -> None:  # noqa: FBT001
    """List the work that hangs on a removal or transfer; with NUMBER and --note, say that this piece is done."""
    ports = ports_to_look()
    if (number is None) != (note is None):
        raise UsageFault("NUMBER and --note belong together: what is done, and what shows it.")
    d = find_to_change(ports, deployment)
    if number is not None and note is not None:
        d = say_done(ports, d.id, number, by=by, note=note)
    if as_json:
        click.echo(json.dumps(_answer(d)))
        return
    _list(ports, d)


def _list(ports: Ports, d: Deployment) -> None:
    sentences = [*duty_sentences(d, ports.clock.now())]
    for number, sentence in enumerate(sentences, 1):
        click.echo(f"{number}. {plain(sentence, 600)}")
    if not sentences:
        click.echo(f"No work hangs on {d.id}.")


def _answer(d: Deployment) -> dict[str, object]:
    done_at = {duty.path: duty for duty in d.follow_up.duties}
    return {
        "kind": "due_work",
        "deployment": d.id,
        "work": [
            {
                **work.model_dump(mode="json"),
                "done": done_at[work.path].model_dump(mode="json") if work.path in done_at else None,
            }
            for work in work_of(d)
        ],
    }
