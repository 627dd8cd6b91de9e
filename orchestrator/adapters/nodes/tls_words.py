"""Why a server's TLS does not do for a node, in words that say what to do."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from orchestrator.domain.text.plain_text import plain

_EXPIRED, _NOT_YET = 10, 9
_NAMES = frozenset({62, 64})
_UNKNOWN = frozenset({2, 7, 18, 19, 20, 21, 24})
"""Numbers of X.509 verification, as OpenSSL has them (x509_vfy.h)."""


def tls_words(server: str, fault: BaseException, authorities: str) -> str | None:
    """A sentence about the TLS at fault, with the next move; None where TLS is not.

    `server`: its address; `authorities`: the file that the node knows, or that it knows this machine's.
    """
    tls = next((each for each in _chain(fault) if isinstance(each, ssl.SSLError)), None)
    if tls is None:
        return None
    if not isinstance(tls, ssl.SSLCertVerificationError):
        return (
            f"{server} answers, but not in TLS as this node speaks it ({plain(tls.reason or str(tls), 100)}). See that the "
            "address is that of a service with --tls-cert, or of the proxy before it."
        )
    code = tls.verify_code
    if code == _EXPIRED:
        return (
            f"The certificate of {server} has expired. Renew it where TLS is spoken, on the server or its proxy; this node "
            "goes on by itself then. If it is valid there, correct this machine's clock."
        )
    if code == _NOT_YET:
        return (
            f"The certificate of {server} is not valid yet: correct this machine's clock, or the certificate."
        )
    if code in _NAMES:
        return (
            f"The certificate of {server} is of another name. Have one made with this name, or enrol the node at the name that "
            "it has."
        )
    if code in _UNKNOWN:
        return (
            f"The certificate of {server} is of no authority that this node knows ({authorities}). If the server has changed "
            "its authority, put the new one's certificate into that file and start the node again; if it has not, somebody "
            "stands between."
        )
    return f"The certificate of {server} does not count: {plain(tls.verify_message, 150)}."


def _chain(fault: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = fault
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
