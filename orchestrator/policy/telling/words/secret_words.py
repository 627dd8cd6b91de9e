"""Shapes of well-known secrets, in words."""

from collections.abc import Mapping

from orchestrator.domain.text.secret_search import ShapeCode

SHAPE_WORDS: Mapping[ShapeCode, str] = {
    "private_key": "a private key",
    "aws_key": "the id of an AWS key",
    "github_token": "a token of GitHub",
    "gitlab_token": "a token of GitLab",
    "slack_token": "a token of Slack",
    "json_web_token": "a signed JSON web token",
}


def shape_words(shape: ShapeCode) -> str:
    """What something looks like."""
    return f"it looks like {SHAPE_WORDS[shape]}"
