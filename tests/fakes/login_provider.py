"""A provider of logins in memory: it gives codes for people of a test, each good once."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from orchestrator.engine.people_ports import Account, LoginProvider
from orchestrator.errors import MachineLacks, Refused

ISSUER = "https://login.example"


class FakeLoginProvider(LoginProvider):
    """`silent`: nobody answers."""

    def __init__(self, people: Mapping[str, Mapping[str, Any]], issuer: str = ISSUER) -> None:
        self.people, self.issuer, self.silent = dict(people), issuer, False
        self._codes: dict[str, tuple[str, str, str, str]] = {}

    def question(self, back: str, state: str, nonce: str, verifier: str) -> str:
        self._refuse_silent()
        words = {"redirect_uri": back, "state": state, "nonce": nonce, "challenge": f"of {verifier}"}
        return f"{self.issuer}/auth?{urlencode(words)}"

    def code_for(self, subject: str, back: str, nonce: str, challenge: str) -> str:
        """What the provider gives a browser in which this person logged in."""
        code = f"code-{len(self._codes)}"
        self._codes[code] = (subject, back, nonce, challenge)
        return code

    def account(self, back: str, code: str, nonce: str, verifier: str) -> Account:
        self._refuse_silent()
        given = self._codes.pop(code, None)
        if given is None or given[1:] != (back, nonce, f"of {verifier}"):
            raise Refused("The provider did not let you in. Begin again at the login.")
        subject = given[0]
        claims = self.people[subject]
        login = claims.get("preferred_username", subject)
        return Account(
            self.issuer, subject, claims.get("name", login), login, tuple(claims.get("groups", ()))
        )

    def _refuse_silent(self) -> None:
        if self.silent:
            raise MachineLacks("The provider does not answer.")
