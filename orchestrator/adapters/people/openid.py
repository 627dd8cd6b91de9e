"""OpenID Connect by Authlib, an extra: the provider is asked what it is, and each token of it is verified."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from orchestrator.adapters.extras import to_install
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.people_ports import Account, LoginProvider
from orchestrator.errors import MachineLacks, Refused

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

    from orchestrator.domain.authority.service_file import Provider

PATIENCE = 10.0
"""Seconds that the provider has for each answer."""
LARGEST = 1 << 20
"""Bytes of an answer."""
KNOWN_FOR = timedelta(minutes=10)
"""How long what the provider says of itself is believed without asking again."""
LEEWAY = 60
"""Seconds by which two clocks may differ."""
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Of signatures: with public keys alone, so that a secret of the client signs nothing."""
MOST_GROUPS = 500
_AGAIN = "Begin again at the login."


class OpenIdProvider(LoginProvider):
    """The provider that service.yml names; `secret` gives the secret of the client, where it has one."""

    def __init__(
        self, settings: Provider, secret: Callable[[], str | None], now: Callable[[], datetime]
    ) -> None:
        self._settings, self._secret, self._now = settings, secret, now
        self._lock = Lock()
        self._known: tuple[datetime, dict[str, Any], dict[str, Any]] | None = None

    @property
    def issuer(self) -> str:
        """The provider, as it names itself."""
        return self._settings.issuer

    def question(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """See the port."""
        described, _ = self._described()
        with self._client(back) as client:
            url, _ = client.create_authorization_url(
                described["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return str(url)

    def account(self, back: str, code: str, nonce: str, verifier: str) -> Account:
        """See the port."""
        described, keys = self._described()
        with self._client(back) as client:
            token = self._asked(
                lambda: client.fetch_token(
                    described["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                )
            )
            claims = self._claims(token, described, keys, nonce)
            more = self._user_info(client, described, claims)
        return self._account({**more, **claims})

    def _client(self, back: str) -> OAuth2Client:
        kind = _client_kind()
        try:
            secret = self._secret()
        except ValueError as fault:
            raise MachineLacks(f"The secret for {self._settings.name} cannot be read: {fault}.") from None
        file = self._settings.ca_file
        return kind(
            self._settings.client_id,
            secret,
            scope=" ".join(self._settings.scopes),
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            timeout=PATIENCE,
            verify=ssl.create_default_context(cafile=str(expanded(file)) if file else None),
            trust_env=False,
        )

    def _described(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the provider says of itself, and its keys (OpenID Connect Discovery, 4.3)."""
        with self._lock:
            if self._known is not None and self._now() - self._known[0] < KNOWN_FOR:
                return self._known[1:]
            issuer = self._settings.issuer
            with self._client("") as client:
                place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
                described = self._json(client, place)
                if described.get("issuer") != issuer:
                    raise self._unfit(
                        f"it calls itself {plain(str(described.get('issuer')), 200)}, and not {issuer}"
                    )
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    self._refuse_plain(described.get(name), name)
                keys = self._json(client, described["jwks_uri"])
            self._known = (self._now(), described, keys)
            return described, keys

    def _refuse_plain(self, url: object, name: str) -> None:
        own = urlsplit(self._settings.issuer)
        parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
        if parts.scheme != "https" and (parts.scheme, parts.hostname) != (own.scheme, own.hostname):
            raise self._unfit(f"its {name} is no URL with https")

    def _json(self, client: OAuth2Client, url: str) -> dict[str, Any]:
        answer = self._asked(lambda: client.request("GET", url, withhold_token=True))
        if answer.status_code != 200 or len(answer.content) > LARGEST:
            raise self._silent(f"{url} answers with status {answer.status_code}")
        try:
            whole = answer.json()
        except ValueError:
            whole = None
        if not isinstance(whole, dict):
            raise self._unfit(f"{url} gives no JSON object")
        return whole

    def _asked(self, ask: Callable[[], Any]) -> Any:
        from authlib.common.errors import AuthlibBaseError
        from httpx import HTTPError, InvalidURL

        try:
            return ask()
        except AuthlibBaseError as fault:
            raise self._unfit(f"it refuses the code ({plain(str(fault.error), 100)})") from None
        except (HTTPError, InvalidURL, OSError) as fault:
            raise self._silent(plain(str(fault), 200) or type(fault).__name__) from None
        except ValueError:
            raise self._unfit("its answer cannot be read") from None

    def _claims(
        self, token: Any, described: dict[str, Any], keys: dict[str, Any], nonce: str
    ) -> dict[str, Any]:
        """The claims of the ID token, verified (OpenID Connect Core, 3.1.3.7)."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        text = token.get("id_token") if isinstance(token, dict) else None
        if not isinstance(text, str) or len(text) > LARGEST:
            raise self._unfit("it gave no ID token")
        try:
            read = jwt.decode(text, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
            jwt.JWTClaimsRegistry(
                now=int(self._now().timestamp()),
                leeway=LEEWAY,
                iss={"essential": True, "value": described["issuer"]},
                aud={"essential": True, "value": self._settings.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(read.claims)
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            with self._lock:
                self._known = None  # keys change: the next login asks for them anew
            raise self._unfit(f"its ID token does not do: {plain(str(fault), 200)}") from None
        claims: dict[str, Any] = read.claims
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._settings.client_id:
            raise self._unfit("its ID token is for somebody else (azp)")
        return claims

    def _user_info(
        self, client: OAuth2Client, described: dict[str, Any], claims: dict[str, Any]
    ) -> dict[str, Any]:
        """What the provider says besides of the same subject (OpenID Connect Core, 5.3.2)."""
        place = described.get("userinfo_endpoint")
        if not isinstance(place, str) or self._settings.groups in claims:
            return {}
        self._refuse_plain(place, "userinfo_endpoint")
        answer = self._asked(lambda: client.request("GET", place))
        try:
            whole = answer.json() if answer.status_code == 200 and len(answer.content) <= LARGEST else {}
        except ValueError:
            whole = {}
        if not isinstance(whole, dict) or whole.get("sub") != claims["sub"]:
            return {}
        return whole

    def _account(self, claims: dict[str, Any]) -> Account:
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 300 or plain(subject, 300) != subject:
            raise self._unfit("its subject is no text of at most 300 characters")
        given = claims.get(self._settings.groups)
        groups = [given] if isinstance(given, str) else given if isinstance(given, list) else []
        texts = tuple(
            each for each in groups[:MOST_GROUPS] if isinstance(each, str) and plain(each, 300) == each
        )
        login = _text(claims.get("preferred_username")) or _text(claims.get("email")) or subject
        name = _text(claims.get("name")) or login
        return Account(self._settings.issuer, subject, name, login, texts)

    def _unfit(self, why: str) -> Refused:
        return Refused(f"{self._settings.name} did not let you in: {why}. {_AGAIN}")

    def _silent(self, why: str) -> MachineLacks:
        return MachineLacks(
            f"{self._settings.name} does not answer: {why}. Try again, or log in by another way."
        )


def _text(value: object) -> str:
    return plain(value, 200) if isinstance(value, str) else ""


def _client_kind() -> type[OAuth2Client]:
    """Authlib's client. Raises MachineLacks."""
    try:
        from authlib.deprecate import AuthlibDeprecationWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AuthlibDeprecationWarning)
            from authlib.integrations.httpx_client import OAuth2Client as Client
    except ImportError:
        raise MachineLacks(f"authlib is not installed where orch is: {to_install('serve')}") from None
    kind: type[OAuth2Client] = Client
    return kind
