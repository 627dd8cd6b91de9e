"""Passkeys as public keys: whose service they sign for, which credential they are, and the key itself (WebAuthn, RFC 5280)."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Literal

from orchestrator.domain.text.model_base import NotInForm

Algorithm = Literal["es256", "ed25519", "rs256"]
"""ECDSA with P-256 and SHA-256, Ed25519, RSA with PKCS #1 v1.5 and SHA-256: what authenticators make."""
BEGINS = "webauthn"
LOCAL = "localhost"
"""The one domain that a browser lets have passkeys without TLS (W3C, Secure Contexts)."""
LONGEST_CREDENTIAL = 1023
"""Bytes of a credential id (WebAuthn, 6.1)."""
SHORTEST_RSA, LONGEST_RSA = 2048, 8192
"""Bits of an RSA key that counts; the shortest is that of NIST SP 800-131A."""
_LONGEST_DOMAIN = 253
_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_P256_LENGTH = 91
_ED25519 = bytes.fromhex("302a300506032b6570032100")
_ED25519_LENGTH = 44
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_AGAIN = "register the passkey again, and take the card that the service shows"


@dataclass(frozen=True, slots=True)
class Passkey:
    """A public key of an authenticator. `rp_id` is the domain of the service; `der` the key as SubjectPublicKeyInfo."""

    rp_id: str
    credential: bytes
    algorithm: Algorithm
    der: bytes

    @property
    def key(self) -> str:
        """Its id: SHA-256 of the DER in hexadecimal digits."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def line(self) -> str:
        """The one way to write it: `webauthn`, domain, credential id in base64url, and the DER in base64."""
        return f"{BEGINS} {self.rp_id} {in_base64url(self.credential)} {base64.b64encode(self.der).decode()}"


def passkey(line: str) -> Passkey:
    """The passkey of a line. Raises NotInForm."""
    words = line.split(" ")
    if len(words) != 4 or words[0] != BEGINS:
        raise NotInForm(f"`{BEGINS}`, the domain, the credential id and the key, a space between", _AGAIN)
    der = _der(words[3])
    return Passkey(checked_domain(words[1]), _credential(words[2]), _algorithm_of(der), der)


def passkey_of(rp_id: str, credential: bytes, der: bytes) -> Passkey:
    """The passkey of its parts, such as a registration gives. Raises NotInForm."""
    return passkey(f"{BEGINS} {rp_id} {in_base64url(credential)} {base64.b64encode(der).decode('ascii')}")


def checked_domain(text: str) -> str:
    """A domain as browsers take it for passkeys: in lower case, in ASCII, and no address. Raises NotInForm."""
    if not is_domain(text):
        raise NotInForm(
            "a domain in lower case such as orch.example.org, and no address",
            "name the domain of the service as the browser shows it; one that is not ASCII as xn--...",
        )
    return text


def is_domain(text: str) -> bool:
    """Whether it is a domain of 1 to 253 characters in lower case, and no address."""
    short = len(text) <= _LONGEST_DOMAIN
    return short and bool(_DOMAIN.fullmatch(text)) and not text.rpartition(".")[2].isdigit()


def is_at_or_below(host: str, domain: str) -> bool:
    """Whether a host is the domain or below it; below a domain of one label, such as `org`, only where that is localhost."""
    if host == domain:
        return True
    return host.endswith(f".{domain}") and ("." in domain or domain == LOCAL)


def in_base64url(content: bytes) -> str:
    """Base64url without padding (RFC 4648, 5), as browsers write it."""
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def from_base64url(text: str) -> bytes | None:
    """The bytes of base64url without padding; None for any other text, and where bits are to spare."""
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        return None
    content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # Bits that base64 does not use could make two texts of one value.
    return content if in_base64url(content) == text else None


def _credential(text: str) -> bytes:
    credential = from_base64url(text)
    if credential is None or len(credential) > LONGEST_CREDENTIAL:
        raise NotInForm(f"a credential id of 1 to {LONGEST_CREDENTIAL} bytes in base64url", _AGAIN)
    return credential


def _der(text: str) -> bytes:
    try:
        der = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        der = b""
    if not der or base64.b64encode(der).decode() != text:
        raise NotInForm("the key in base64", _AGAIN)
    return der


def _algorithm_of(der: bytes) -> Algorithm:
    if der.startswith(_P256) and len(der) == _P256_LENGTH:
        return "es256"
    if der.startswith(_ED25519) and len(der) == _ED25519_LENGTH:
        return "ed25519"
    bits = _rsa_bits(der)
    if bits is None:
        raise NotInForm("a key of ECDSA with P-256, of Ed25519 or of RSA, as SubjectPublicKeyInfo", _AGAIN)
    if not SHORTEST_RSA <= bits <= LONGEST_RSA:
        raise NotInForm(f"an RSA key of {SHORTEST_RSA} to {LONGEST_RSA} bits, and it has {bits}", _AGAIN)
    return "rs256"


def _rsa_bits(der: bytes) -> int | None:
    """The bits of an RSA key (RFC 8017, A.1.1); None where the DER is of no RSA key with a sound exponent, or has a tail."""
    whole = _content(der, _SEQUENCE)
    if whole is None or whole[1] or not whole[0].startswith(_RSA):
        return None
    bits = _content(whole[0][len(_RSA) :], _BITS)
    if bits is None or bits[1] or bits[0][:1] != b"\0":
        return None
    numbers = _content(bits[0][1:], _SEQUENCE)
    if numbers is None or numbers[1]:
        return None
    modulus = _content(numbers[0], _INTEGER)
    exponent = _content(modulus[1], _INTEGER) if modulus is not None else None
    if modulus is None or exponent is None or exponent[1]:
        return None
    value, power = int.from_bytes(modulus[0]), int.from_bytes(exponent[0])
    # An exponent of 1 makes every text its own signature; an even one is of no RSA key.
    sound = modulus[0][:1] < b"\x80" and value & 1 and power & 1 and 1 < power < 1 << 64
    return value.bit_length() if sound else None


def _content(der: bytes, tag: int) -> tuple[bytes, bytes] | None:
    """The content of the first element, if it has this tag, and what follows (X.690, 8.1, lengths as in DER)."""
    if len(der) < 2 or der[0] != tag:
        return None
    length, begins = der[1], 2
    if length >= 0x80:
        count = length - 0x80
        begins = 2 + count
        length = int.from_bytes(der[2:begins])
        if not 1 <= count <= 2 or len(der) < begins or length < 0x80 or der[2] == 0:
            return None
    if len(der) < begins + length:
        return None
    return der[begins : begins + length], der[begins + length :]
