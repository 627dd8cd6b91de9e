"""Texts of messages: those that are shipped, a project's own, and templates and hosts that mean harm."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from orchestrator.adapters.report.message_templates import BODY, SUBJECT
from orchestrator.adapters.report.message_texts import SHIPPED, TemplatedTexts
from orchestrator.domain.plan.communication import MessageMoment
from orchestrator.engine.messaging_ports import MessageFacts, MessageText
from orchestrator.errors import PlanFault

FACTS: MessageFacts = {
    "deployment": "app-2.0-1",
    "release": "app",
    "version": "2.0",
    "service": "shop",
    "environment": "live",
    "purpose": "Serve the new price list.",
    "audience": "service desk",
    "moment": "wave",
    "at": "2026-03-02 21:00 UTC",
    "reason": "web1 answers 500",
    "wave": "wave 1",
    "wave_number": 1,
    "wave_count": 2,
    "hosts": ["web1", "web2"],
    "host_count": 2,
    "starts": "2026-03-02 21:00 UTC",
    "review_by": "2026-03-09 21:00 UTC",
    "state": "backed out",
    "summary": ["app 2.0 was backed out."],
    "by": "ann",
}
MOMENTS: tuple[MessageMoment, ...] = get_args(MessageMoment)


def own(project: Path, template: str, facts: MessageFacts = FACTS) -> MessageText:
    (project / "messages").mkdir(exist_ok=True)
    (project / "messages/end.j2").write_text(template)
    return TemplatedTexts().written("end", facts, project)


@pytest.mark.parametrize("moment", MOMENTS)
def test_each_moment_has_a_text_that_names_release_and_deployment(
    moment: MessageMoment, tmp_path: Path
) -> None:
    text = TemplatedTexts().written(moment, FACTS, tmp_path)
    assert "app 2.0" in text.subject
    assert "live" in text.subject
    assert "app-2.0-1" in text.body


@pytest.mark.parametrize("moment", MOMENTS)
def test_each_moment_has_a_text_where_little_is_known(moment: MessageMoment, tmp_path: Path) -> None:
    little: MessageFacts = {
        name: [] if isinstance(value, list) else 0 if isinstance(value, int) else ""
        for name, value in FACTS.items()
    }
    assert "\n\n\n" not in TemplatedTexts().written(moment, {**little, "release": "app"}, tmp_path).body


def test_no_shipped_template_is_of_no_moment() -> None:
    assert {file.stem for file in SHIPPED.iterdir()} == {moment.replace(" ", "-") for moment in MOMENTS}


def test_a_project_has_its_own(tmp_path: Path) -> None:
    assert own(tmp_path, "{{ release }} ended\n{{ state }}") == MessageText("app ended", "backed out")
    assert "app 2.0" in TemplatedTexts().written("start", FACTS, tmp_path).subject


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ hosts.__class__.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ 'a' * 10000000000 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ hosts.append('x') }}",
        "{{ nothing_of_the_kind }}",
        "{{ 1 / 0 }}",
        "{% for x in y %}",
        "{% for a in range(10000000) %}x{% endfor %}",
        "",
    ],
)
def test_a_template_that_means_harm_is_a_fault(tmp_path: Path, template: str) -> None:
    with pytest.raises(PlanFault, match=r"messages/end\.j2"):
        own(tmp_path, template)


def test_what_hosts_say_is_text(tmp_path: Path) -> None:
    hostile = "{{ 7 * 7 }}<script>\u202egnp.exe\x1b[31m"
    text = own(tmp_path, "{{ reason }}\n{{ reason }}", {**FACTS, "reason": hostile})
    assert text.subject == "{{ 7 * 7 }}<script> gnp.exe [31m"
    assert text.body.startswith("{{ 7 * 7 }}<script>")
    assert not set("\u202e\x1b") & set(text.body)


def test_lengths_are_bounded(tmp_path: Path) -> None:
    text = own(tmp_path, "{{ reason }}\n{{ reason }}", {**FACTS, "reason": "x" * 1_000_000})
    assert (len(text.subject), len(text.body)) == (SUBJECT, BODY)
