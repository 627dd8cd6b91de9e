"""An entry of the communication plan in words."""

from typing import Any

import pytest

from orchestrator.domain.plan.communication import Communication
from orchestrator.policy.telling.words.message_words import entry_words


@pytest.mark.parametrize(
    ("notify", "words"),
    [
        (None, "by mail: start"),
        ({"by": "hook", "at": ["end"]}, "by mail: start; orch sends by hook: end"),
        (
            {"by": "house-mail", "to": ["a@x.test", "b@x.test"], "at": ["end", "review due"]},
            "by mail: start; orch sends by house-mail to a@x.test, b@x.test: end, review due",
        ),
    ],
)
def test_an_entry_in_words(notify: dict[str, Any] | None, words: str) -> None:
    tree = {"audience": "service desk", "channel": "mail", "when": "start", "notify": notify}
    assert entry_words(Communication.model_validate(tree)) == words
