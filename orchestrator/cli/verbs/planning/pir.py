"""`orch pir`: the review after a deployment, with its questions, satisfaction and actions."""

from __future__ import annotations

import json
from typing import get_args

import click

from orchestrator.cli.options.common_options import by_option, json_option, readable_name
from orchestrator.cli.options.option_values import words_given
from orchestrator.cli.options.schedule_times import moment_of_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.views.review_lines import review_answer, review_lines
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.deployment_lookup import find, find_to_change
from orchestrator.engine.lookup.known_incidents import proposed_incidents
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import post_review
from orchestrator.errors import UsageFault

QUESTIONS = tuple(name for name in get_args(e.ReviewQuestion) if name != "no_action")


@click.group()
def pir() -> None:
    """Post-implementation reviews: what came of a release, and what is to be done about it."""


@pir.command("open")
@click.argument("deployment")
@click.option("--due", metavar="TIME", help="When it is to be closed [default: as the policy says].")
@by_option
@speaking_key_option
def open_(deployment: str, due: str | None, by: str) -> None:
    """Begin the review of DEPLOYMENT."""
    ports = ports_of_home()
    moment = moment_of_option(due, ports.clock.now(), "UTC", "--due") if due is not None else None
    d = post_review.begin(ports, find_to_change(ports, deployment), due=moment, by=by)
    _show(ports, d)


@pir.command()
@click.argument("deployment", required=False)
@json_option
def show(deployment: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Show the review of DEPLOYMENT [default: the newest]: the plan against what came of it, answers, and what is missing."""
    ports = ports_of_home()
    d = find(ports, deployment)
    if as_json:
        click.echo(json.dumps(review_answer(d, ports.journal.read(d.id), proposed_incidents(ports, d))))
        return
    _show(ports, d)


@pir.command()
@click.argument("deployment")
@click.argument("question", type=click.Choice(QUESTIONS))
@click.argument("answer")
@by_option
@speaking_key_option
def answer(deployment: str, question: e.ReviewQuestion, answer: str, by: str) -> None:
    """Answer a QUESTION of the review of DEPLOYMENT; a later answer replaces it."""
    ports = ports_of_home()
    event = e.PostReviewAnswered(question=question, answer=words_given(answer, "ANSWER"), by=by)
    d = post_review.say(ports, find_to_change(ports, deployment), event)
    click.echo(f"{d.id}: answered {question}.")


@pir.command()
@click.argument("deployment")
@click.argument("stakeholder")
@click.argument("score", type=click.IntRange(1, 5))
@click.option("--note", type=WORDS, default="", help="What they say.")
@by_option
@speaking_key_option
def satisfaction(deployment: str, stakeholder: str, score: int, note: str, by: str) -> None:
    """Put down how satisfied STAKEHOLDER is with DEPLOYMENT: SCORE from 1 (not at all) to 5 (fully)."""
    ports = ports_of_home()
    name = readable_name(words_given(stakeholder, "STAKEHOLDER"), "STAKEHOLDER")
    event = e.SatisfactionGiven(stakeholder=name, score=score, note=note, by=by)
    d = post_review.say(ports, find_to_change(ports, deployment), event)
    click.echo(f"{d.id}: {plain(name, 200)}, {score} of 5.")


@pir.command()
@click.argument("deployment")
@click.argument("what", required=False)
@click.option("--owner", metavar="NAME", help="Who does it.")
@click.option("--due", metavar="TIME", help="When it is to be done.")
@click.option("--none", "why_none", metavar="WHY", help="Agree that no action is needed, and why.")
@by_option
@speaking_key_option
def action(
    deployment: str, what: str | None, owner: str | None, due: str | None, why_none: str | None, by: str
) -> None:
    """Agree in the review of DEPLOYMENT that WHAT is to be done; or with --none that nothing is."""
    ports = ports_of_home()
    d = find_to_change(ports, deployment)
    if why_none is not None:
        if what or owner or due:
            raise UsageFault("--none says that no action is needed: give it alone.")
        no_action = e.PostReviewAnswered(question="no_action", answer=words_given(why_none, "--none"), by=by)
        d = post_review.say(ports, d, no_action)
        click.echo(f"{d.id}: no action is needed.")
        return
    if not what or not owner or not due:
        raise UsageFault("An action has an owner and a date: --owner NAME --due TIME.")
    moment = moment_of_option(due, ports.clock.now(), "UTC", "--due")
    agreed = e.ActionAgreed(
        what=words_given(what, "WHAT"), owner=readable_name(owner, "--owner"), due=moment, by=by
    )
    d = post_review.say(ports, d, agreed)
    click.echo(f"{d.id}: action {len(d.post_review.actions)} agreed.")


@pir.command()
@click.argument("deployment")
@click.option("--reason", type=WORDS, required=True, help="What the review comes to, for the record.")
@by_option
@speaking_key_option
def close(deployment: str, reason: str, by: str) -> None:
    """Close the review of DEPLOYMENT; its record closes with it, where nothing else is open."""
    ports = ports_of_home()
    d = post_review.close(
        ports, find_to_change(ports, deployment), reason=words_given(reason, "--reason"), by=by
    )
    _show(ports, d)


def _show(ports: Ports, d: Deployment) -> None:
    records, now = ports.journal.read(d.id), ports.clock.now()
    for line in review_lines(d, records, now, proposed_incidents(ports, d)):
        click.echo(line)
