"""Time stamps (RFC 3161): asked for over HTTP, made into questions and verified by `openssl ts`."""

import http.client
import re
import ssl
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from orchestrator.adapters.anchors.ran import Run, failure
from orchestrator.domain.seal.anchors import Checked, Laid, Silent
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import MachineLacks

LARGEST = 1 << 20
"""Bytes of an answer; one has a few thousand."""
VERIFYING = 10.0
"""Seconds in which openssl verifies a time stamp that is here."""
_OK = 200
_ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin"}
_WHEN = re.compile(r"^Time stamp: (\w{3} +\d+ \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT$", re.MULTILINE)


class Authority:
    """A time-stamp authority at a URL. `ca_file`: the authorities that count; `certificate`: further ones on the way there."""

    def __init__(self, url: str, ca_file: str, certificate: str, run: Run) -> None:
        self._url, self._run = url, run
        self._ca_file, self._certificate = ca_file, certificate

    def stamped(self, note: str, seconds: float) -> Laid | Silent:
        """A verified time stamp of the note."""
        with tempfile.TemporaryDirectory() as name:
            question, answer = Path(name, "question.tsq"), Path(name, "answer.tsr")
            data = Path(name, "note")
            data.write_bytes(note.encode())
            asked = ["ts", "-query", "-data", str(data), "-sha256", "-cert", "-out", str(question)]
            fault = self._openssl(asked, seconds)
            if fault is not None:
                return fault
            got = self._posted(question.read_bytes(), seconds)
            if isinstance(got, Silent):
                return got
            answer.write_bytes(got)
            checked = self._checked(answer, ["-queryfile", str(question)], seconds)
            if checked.worth == "good" and checked.at is not None:
                return Laid(checked.at, got)
            return Silent("nonsense", checked.detail)

    def worth(self, note: str, proof: bytes) -> Checked:
        """Whether the proof is a time stamp of the note by this authority."""
        with tempfile.TemporaryDirectory() as name:
            data, answer = Path(name, "note"), Path(name, "answer.tsr")
            data.write_bytes(note.encode())
            answer.write_bytes(proof)
            return self._checked(answer, ["-data", str(data)], VERIFYING)

    def _checked(self, answer: Path, of: list[str], seconds: float) -> Checked:
        """Verified as of the moment that it says: a certificate that has expired since was good then."""
        if not Path(self._ca_file).is_file():
            return Checked("not verified", detail=f"there is no file {self._ca_file}")
        try:
            ended = self._run(
                ["openssl", "ts", "-reply", "-in", str(answer), "-text"],
                timeout=seconds,
                environment=_ENVIRONMENT,
            )
        except MachineLacks as lacks:
            return Checked("not verified", detail=str(lacks))
        at = _moment(ended.output)
        if ended.exit_code is None:
            return Checked("not verified", detail="openssl gave no answer in time")
        if ended.exit_code or at is None:
            return Checked("bad", detail=_refusal(ended.output) or failure("openssl ts", ended).detail)
        words = ["ts", "-verify", *of, "-in", str(answer), "-CAfile", self._ca_file]
        words += ["-attime", str(int(at.timestamp()))]
        fault = self._openssl(
            [*words, *(["-untrusted", self._certificate] if self._certificate else [])], seconds
        )
        if fault is None:
            return Checked("good", at)
        return Checked("not verified" if fault.code in ("late", "lacking") else "bad", detail=fault.detail)

    def _openssl(self, words: list[str], seconds: float) -> Silent | None:
        try:
            ended = self._run(["openssl", *words], timeout=seconds, environment=_ENVIRONMENT)
        except MachineLacks as lacks:
            return Silent("lacking", str(lacks))
        return None if ended.exit_code == 0 else failure("openssl ts", ended)

    def _posted(self, question: bytes, seconds: float) -> bytes | Silent:
        parts = urlsplit(self._url)
        connection = _connection(parts, seconds)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, question, {"Content-Type": "application/timestamp-query"})
            answer = connection.getresponse()
            content = answer.read(LARGEST + 1)
        except TimeoutError:
            return Silent("late", self._url)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Silent("down", plain(f"{self._url}: {str(error) or type(error).__name__}", 300))
        finally:
            connection.close()
        if answer.status != _OK:
            return Silent("refused", f"status {answer.status}")
        if len(content) > LARGEST:
            return Silent("nonsense", f"an answer of more than {LARGEST >> 20} MiB")
        return content


def _connection(parts: SplitResult, seconds: float) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(
            host, parts.port, timeout=seconds, context=ssl.create_default_context()
        )
    return http.client.HTTPConnection(host, parts.port, timeout=seconds)


def _moment(text: str) -> datetime | None:
    stamped = _WHEN.search(text)
    if stamped is None:
        return None
    return datetime.strptime(f"{stamped[1]} {stamped[2]}", "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)


def _refusal(text: str) -> str:
    """What the authority says instead of a time stamp."""
    lines = [line.strip() for line in text.splitlines()]
    return plain("; ".join(line for line in lines if line.startswith(("Status", "Failure"))), 300)
