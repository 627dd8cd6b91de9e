"""The communication plan: what it may say of messages that orch sends."""

from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.domain.plan.communication import Communication

OLD = {"audience": "service desk", "channel": "mail", "when": "start"}


def test_an_entry_in_words_sends_nothing() -> None:
    assert Communication.model_validate(OLD).notify is None
    assert Communication.model_validate(OLD).when == ("start",)


def test_an_entry_names_channel_recipients_and_moments() -> None:
    notify = {"by": "house-mail", "to": ["desk@example.net"], "at": ["start", "approval wanted"]}
    entry = Communication.model_validate({**OLD, "notify": notify})
    assert entry.notify is not None
    assert entry.notify.at == ("start", "approval wanted")


@pytest.mark.parametrize(
    "change",
    [
        {"at": []},
        {"at": ["lunch"]},
        {"at": ["start", "start"]},
        {"to": ["desk@example.net", "desk@example.net"]},
        {"to": ["a@example.net, b@example.net"]},
        {"to": ["a@example.net\nBcc: b@example.net"]},
        {"to": ["Desk <a@example.net>"]},
        {"by": "two words"},
        {"password": "sesame"},
    ],
)
def test_what_it_may_not_say(change: dict[str, Any]) -> None:
    notify = {"by": "house-mail", "to": ["desk@example.net"], "at": ["start"], **change}
    with pytest.raises(ValidationError):
        Communication.model_validate({**OLD, "notify": notify})
