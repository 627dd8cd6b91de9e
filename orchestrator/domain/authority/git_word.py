"""A decision in a commit or a tag that a person signed with an ssh key: its form, and the statement that it makes.

Sources: git's signature format (gitformat-signature(5)), trailers (git-interpret-trailers(1)); docs/adr/0070.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.authority.ssh_form import BEGIN, ssh_signature, unarmoured
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.text.model_base import NotInForm, Noun
from orchestrator.domain.text.plain_text import plain
from orchestrator.domain.text.validation_error import wrong

NAMESPACE = "git"
"""The purpose in git's own ssh signatures."""
COUNTS_FOR = timedelta(days=366)
"""From the time of the commit; the policy's `valid_for` ends it earlier."""
LARGEST = 32 * 1024
GitDecision = Literal["approve", "reject"]
TRAILERS: dict[GitDecision, str] = {"approve": "Orch-Approve", "reject": "Orch-Reject"}
_DECISIONS: dict[str, GitDecision] = {name.lower(): decision for decision, name in TRAILERS.items()}
_WORD = re.compile(r"([0-9a-f]{64})(?: for ([A-Za-z0-9][A-Za-z0-9._-]{0,99}))? as (\S.*)")
_TRAILER = re.compile(r"([A-Za-z0-9-]+): ?(.*)")
_TIME = re.compile(r".*> (\d{1,10}) [+-]\d{4}")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_SIGNATURES = ("gpgsig", "gpgsig-sha256")
_OTHERS = ("-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----", "-----BEGIN SIGNED MESSAGE-----")
_LONGEST_REASON = 200


class GitObject(Noun):
    """A commit or an annotated tag, whole, as git keeps it; `name` is its object id."""

    type: Literal["commit", "tag"]
    name: Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]
    content: Annotated[str, Field(max_length=LARGEST)]

    @model_validator(mode="after")
    def _under_its_name(self) -> "GitObject":
        raw = self.content.encode()
        # It names the object as git does; what makes it count is the signature.
        hashed = hashlib.new("sha1" if len(self.name) == 40 else "sha256", usedforsecurity=False)
        hashed.update(f"{self.type} {len(raw)}\0".encode() + raw)
        if hashed.hexdigest() != self.name:
            raise wrong("an object under its own id", "read it from git again", at="name")
        return self


@dataclass(frozen=True, slots=True)
class GitWord:
    """One decision in the trailers of a message; `subject` is the deployment, if the line names one."""

    decision: GitDecision
    digest: str
    subject: str | None
    role: str

    @property
    def line(self) -> str:
        """The line that is signed."""
        subject = f" for {self.subject}" if self.subject is not None else ""
        return f"{TRAILERS[self.decision]}: {self.digest}{subject} as {self.role}"


@dataclass(frozen=True, slots=True)
class GitParts:
    """What is signed, the signature in base64, the message, and when it was made."""

    payload: bytes
    signature: str
    message: str
    made_at: datetime

    @property
    def words(self) -> tuple[GitWord, ...]:
        """The decisions in the last paragraph of the message. Raises NotInForm where one has another form."""
        return tuple(_words(self.message))

    @property
    def reason(self) -> str:
        """The first line of the message."""
        return plain(self.message.strip().partition("\n")[0], _LONGEST_REASON)

    def nonce(self, word: GitWord) -> str:
        """The same for one signed line, whatever signature is on it: the line counts once."""
        return hashlib.sha256(b"orch git word 1\n" + word.line.encode() + b"\n" + self.payload).hexdigest()[
            :32
        ]


def git_parts(git: GitObject) -> GitParts:
    """The parts of a signed object. Raises NotInForm where it is not signed, or in a way that does not count."""
    if "\0" in git.content or "\r" in git.content:
        # Much that shows a message ends it at the one, and writes over it at the other.
        raise NotInForm(
            "a message whose whole text shows", "sign another one, without NUL and carriage returns"
        )
    return _commit_parts(git.content) if git.type == "commit" else _tag_parts(git.content)


def word_for(parts: GitParts, decision: GitDecision, role: str, subject: str, digest: str) -> GitWord:
    """The word in this role on this deployment, best on this digest. Raises NotInForm where there is none, or both."""
    words = [word for word in parts.words if same_role(word.role, role) and word.subject in (None, subject)]
    fitting = [word for word in words if word.decision == decision]
    if not fitting:
        line = f"`{TRAILERS[decision]}: {digest} as {role}`"
        raise NotInForm(
            f"the line {line} in the last paragraph of its message", "sign a commit or a tag that has it"
        )
    best = next((word for word in fitting if word.digest == digest), fitting[0])
    if any(word.digest == best.digest and word.decision != decision for word in words):
        raise NotInForm(
            "one decision of a role", "it approves and rejects; sign another that says one of them"
        )
    return best


def _commit_parts(content: str) -> GitParts:
    headers, _, message = content.partition("\n\n")
    fields = _fields(headers)
    signatures = [lines for name, lines in fields if name in _SIGNATURES]
    if fields[0][0] != "tree" or len(signatures) > 1:
        raise NotInForm("a commit with one signature", "sign another commit")
    kept = [line for name, lines in fields if name not in _SIGNATURES for line in lines]
    payload = "\n".join(kept) + content[len(headers) :]
    armour = "\n".join(line.partition(" ")[2] for line in signatures[0]) if signatures else ""
    return GitParts(
        payload.encode(), _ssh_signature(armour, "git commit -S"), message, _made_at(fields, "committer")
    )


def _tag_parts(content: str) -> GitParts:
    headers, _, rest = content.partition("\n\n")
    fields = _fields(headers)
    if fields[0][0] != "object" or any(name in _SIGNATURES for name, _ in fields):
        raise NotInForm("a tag with its signature at its end", "sign another tag")
    begins = [match.start() for match in re.finditer(f"^{BEGIN}$", rest, re.MULTILINE)]
    others = [line for line in rest.splitlines() if line in _OTHERS]
    if len(begins) > 1 or (begins and others):
        raise NotInForm("a tag with one signature", "sign another tag")
    armour = rest[begins[0] :] if begins else "\n".join(others)
    message = rest[: begins[0]] if begins else rest
    payload = f"{headers}\n\n{message}".encode()
    return GitParts(payload, _ssh_signature(armour, "git tag -s"), message, _made_at(fields, "tagger"))


def _fields(headers: str) -> list[tuple[str, list[str]]]:
    """Each header with its lines; a line that begins with a space continues the one before."""
    fields: list[tuple[str, list[str]]] = []
    for line in headers.split("\n"):
        if line.startswith(" ") and fields:
            fields[-1][1].append(line)
        else:
            fields.append((line.partition(" ")[0], [line]))
    return fields


def _ssh_signature(armour: str, command: str) -> str:
    if armour.startswith(_OTHERS):
        raise NotInForm(
            "a signature by an ssh key, and this one is OpenPGP or X.509",
            f"sign with an ssh key: git config gpg.format ssh, then {command}",
        )
    if not armour:
        raise NotInForm("a signature, and it has none", f"git config gpg.format ssh, then {command}")
    encoded = unarmoured(armour)
    ssh_signature(encoded)
    return encoded


def _made_at(fields: list[tuple[str, list[str]]], who: str) -> datetime:
    people = [lines for name, lines in fields if name == who]
    match = _TIME.fullmatch(people[0][0]) if len(people) == 1 else None
    if match is None:
        raise NotInForm("one time at which it was made", "sign another one")
    return datetime.fromtimestamp(int(match[1]), UTC)


def _words(message: str) -> Iterator[GitWord]:
    for name, value in _trailers(message):
        decision = _DECISIONS.get(name.lower())
        if decision is None:
            continue
        match = _WORD.fullmatch(value)
        if match is None or plain(match[3], len(match[3])) != match[3]:
            form = f"{TRAILERS[decision]}: DIGEST as ROLE"
            raise NotInForm(f"`{form}`, the digest of 64 digits", "sign another one that has this form")
        yield GitWord(decision, match[1], match[2], match[3])


def _trailers(message: str) -> list[tuple[str, str]]:
    """The trailers of a message: its last paragraph, if every line of it is one or continues one."""
    paragraphs = _BLANK_LINE.split(message.strip())
    trailers: list[tuple[str, str]] = []
    for line in paragraphs[-1].split("\n"):
        match = _TRAILER.fullmatch(line.rstrip())
        if line.startswith((" ", "\t")) and trailers:
            name, value = trailers.pop()
            trailers.append((name, f"{value} {line.strip()}"))
        elif match is None:
            return []
        else:
            trailers.append((match[1], match[2].strip()))
    return trailers
