#!/usr/bin/env python3
"""Verify a sealed record of orch, or a certificate of disposal, with nothing of orch: Python 3.10 and `cryptography`.

    python3 verify_record.py RECORD [--key LINE]... [--tsa-ca FILE]

RECORD is the file, or a PDF of orch to which it is attached: then the pages themselves are not verified.
LINE is what `orch record key` prints where the record was made, given to you by another way than the record. Where you
give some, one of them must have signed it. Exit code 0: intact and whole; 1: not; 2: it cannot be read. Time stamps are
verified by `openssl ts`, if there is one, with the file of their authority.
"""

import argparse
import base64
import calendar
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

Json = dict[str, Any]

PAYLOAD_TYPE = "application/vnd.in-toto+json"
ATTACHED = re.compile(rb"/Subtype\s*/application#2Fvnd\.dsse\.envelope\.v1\+json[\s/>]")
STATEMENT, PREDICATE = "https://in-toto.io/Statement/v1", "urn:orch:sealed-record:1"
DISPOSAL = "urn:orch:disposal:1"
MOST_BYTES = 512 << 20


class Unreadable(Exception):
    """The file is no sealed record."""


class Verdict:
    """What was found: faults of integrity, faults of completeness, and what is not proved."""

    def __init__(self) -> None:
        self.integrity: list[str] = []
        self.completeness: list[str] = []
        self.unproved: list[str] = []
        self.anchored: list[str] = []
        self.disposal: list[str] = []


def sha256(content: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(content).digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf (RFC 6962, 2.1)."""
    return sha256(b"\0" + entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees (RFC 6962, 2.1)."""
    return sha256(b"\1" + left + right)


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, from the peaks of a growing tree."""
    peaks: list[bytes] = []
    for size, leaf in enumerate(leaves):
        node, number = leaf, size
        while number & 1:
            node, number = node_hash(peaks.pop(), node), number >> 1
        peaks.append(node)
    if not peaks:
        return sha256(b"")
    root = peaks.pop()
    while peaks:
        root = node_hash(peaks.pop(), root)
    return root


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """RFC 9162, 2.1.3.2; None where the proof is of no such tree."""
    if not 0 <= index < size:
        return None
    last, root = size - 1, leaf
    for beside in proof:
        if not last:
            return None
        if index & 1 or index == last:
            root = node_hash(beside, root)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            root = node_hash(root, beside)
        index, last = index >> 1, last >> 1
    return None if last else root


def first_word(line: str) -> str:
    """The key in a line of `orch record key`, which goes on with what became of it."""
    return line.split(maxsplit=1)[0] if line.strip() else line


def key_of(line: str) -> tuple[str, bytes, bytes]:
    """The name, the four bytes and the key of name+hash+base64."""
    name, digits, text = line.strip().split("+", 2)
    content = base64.b64decode(text, validate=True)
    if content[:1] != b"\1" or len(content) != 33:
        raise ValueError(f"{line} is no Ed25519 key")
    if sha256(name.encode() + b"\n" + content)[:4].hex() != digits:
        raise ValueError(f"the hash of {line} is of another key")
    return name, bytes.fromhex(digits), content[1:]


def good(public: bytes, signature: bytes, content: bytes) -> bool:
    """Whether this Ed25519 key made this signature (RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a signed note, and its lines of signature as name and bytes."""
    text, separator, lines = note.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise ValueError("no signed note")
    signatures = []
    for line in lines[:-1].split("\n"):
        dash, name, content = line.split(" ")
        if dash != "\u2014":
            raise ValueError("no line of signature")
        signatures.append((name, base64.b64decode(content, validate=True)))
    return text + "\n", signatures


def read_checkpoint(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root (c2sp.org/tlog-checkpoint)."""
    lines = text.split("\n")
    origin, size, root = lines[:3]
    return origin, int(size), base64.b64decode(root, validate=True)


def note_signers(note: str, keys: list[str]) -> set[str]:
    """Those of these keys that signed the note (c2sp.org/signed-note)."""
    text, signatures = read_note(note)
    return {
        line
        for line in keys
        for name, public_hash, public in [key_of(line)]
        for signer, content in signatures
        if signer == name and content[:4] == public_hash and good(public, content[4:], text.encode())
    }


def attached_record(pdf: bytes) -> bytes:
    """What is attached to a PDF as a DSSE envelope, as orch attaches it (ISO 32000-1, 7.11.4)."""
    if pdf.count(b"startxref") > 1:
        raise Unreadable(
            "it is a PDF that was changed after it was made: take the file out (pdfdetach -saveall)"
        )
    contents = {content for match in ATTACHED.finditer(pdf) for content in stream_at(pdf, match.start())}
    if len(contents) != 1:
        raise Unreadable(
            f"it is a PDF with {len(contents)} sealed records in orch's form: take the file out (pdfdetach -saveall)"
        )
    return contents.pop()


def stream_at(pdf: bytes, near: int) -> Iterator[bytes]:
    """The content of the stream in whose dictionary this position is."""
    begin = pdf.rfind(b" obj", max(0, near - 2000), near)
    stream = re.compile(rb"\bstream\r?\n").search(pdf, near, near + 2000)
    entries = pdf[begin : stream.start()] if begin >= 0 and stream else b""
    length = re.search(rb"/Length\s+(\d{1,10})(?!\s+\d+\s+R)", entries)
    if stream is None or length is None or b"/EmbeddedFile" not in entries:
        return
    content = pdf[stream.end() : stream.end() + int(length[1])]
    if b"/Filter" not in entries:
        yield content
    elif re.search(rb"/Filter\s*/FlateDecode", entries):
        try:
            yield zlib.decompressobj().decompress(content, MOST_BYTES + 1)
        except zlib.error:
            return


def read_record(file: str) -> tuple[Json, bytes, Json]:
    """The envelope and the statement in it."""
    content = Path(file).read_bytes()
    if len(content) <= MOST_BYTES and content.startswith(b"%PDF-"):
        content = attached_record(content)
    if len(content) > MOST_BYTES:
        raise Unreadable("it is larger than 512 MiB")
    try:
        envelope = json.loads(content)
        payload = base64.b64decode(envelope["payload"], validate=True)
        statement = json.loads(payload)
        if envelope["payloadType"] != PAYLOAD_TYPE:
            raise Unreadable(f"its payload is a {envelope['payloadType']}")
        if statement["_type"] != STATEMENT or statement["predicateType"] not in {PREDICATE, DISPOSAL}:
            raise Unreadable("its statement is of another type")
        return envelope, payload, statement
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise Unreadable(f"it is no sealed record: {type(fault).__name__} {fault}") from None


def envelope_signers(envelope: Json, payload: bytes, keys: list[str]) -> set[str]:
    """Those of these keys that signed the envelope (DSSE, version 1)."""
    kind = PAYLOAD_TYPE.encode()
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    by_name = {each["keyid"]: base64.b64decode(each["sig"]) for each in envelope["signatures"]}
    return {
        line
        for line in keys
        for name, _, public in [key_of(line)]
        if good(public, by_name.get(name, b""), signed)
    }


def check_keys(record: Json, verdict: Verdict) -> None:
    """Each key of orch but the first was introduced by one before it, or follows one that was lost."""
    before: set[str] = set()
    for own in record["keys"]:
        if before and own.get("after_loss") is True:
            name = key_of(own["key"])[0]
            verdict.unproved.append(
                f"that {name} follows the key before: that was lost, and introduced nothing"
            )
        elif before:
            signed = b"orch seal key 1\n" + canonical({"key": own["key"], "since": own["since"]})
            by = own.get("introduced_by")
            if by not in before or not good(key_of(by)[2], bytes.fromhex(own.get("signature") or ""), signed):
                verdict.integrity.append(f"key {key_of(own['key'])[0]} was introduced by no key before it")
        before.add(own["key"])


def canonical(value: object) -> bytes:
    """JSON as orch signs it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check_envelope(envelope: Json, payload: bytes, record: Json, known: set[str], verdict: Verdict) -> None:
    """A key of the record signed the envelope, and it is one that the caller knows."""
    keys = [own["key"] for own in record["keys"]]
    signers = envelope_signers(envelope, payload, keys)
    if not signers:
        verdict.integrity.append("no key of the record signed its envelope")
    elif not signers - {own["key"] for own in record["keys"] if own.get("revoked")}:
        verdict.integrity.append("the envelope is signed by a revoked key")
    if known and not signers & known:
        names = ", ".join(sorted(key_of(line)[0] for line in signers)) or "nobody"
        verdict.integrity.append(f"none of the keys that you named signed it ({names} did)")
    if not signers & known:
        verdict.unproved.append(
            "who sealed it: you gave no --key that signed it, and the record's own word proves nothing"
        )


def check_events(record: Json, verdict: Verdict) -> None:
    """Each event gives its leaf, and the leaves give the root."""
    leaves, disposed = [], 0
    for expected, row in enumerate(record["events"], start=1):
        if row["seq"] != expected:
            verdict.completeness.append(f"event {expected} is missing, or one was added there")
            return
        leaf = bytes.fromhex(row["leaf"])
        parts = [row.get(name) for name in ("salt", "at", "version", "kind", "body")]
        if all(part is None for part in parts):
            disposed += 1
        elif any(part is None for part in parts) or leaf_hash(entry_of(record["deployment"], row)) != leaf:
            verdict.integrity.append(f"event {expected} is not what was sealed")
        leaves.append(leaf)
    size, root = record["head"]["size"], record["head"]["root"]
    if len(leaves) != size:
        verdict.completeness.append(f"{len(leaves)} events, and {size} were sealed")
    elif root_of(leaves).hex() != root:
        verdict.integrity.append("the events give another root than the one that was sealed")
    if disposed:
        verdict.unproved.append(f"what {disposed} events said: they were disposed of")


def entry_of(deployment: str, row: Json) -> bytes:
    """The entry of an event's leaf."""
    head = f"orch event 1\n{deployment}\n{row['seq']}\n{row['at']}\n{row['version']}\n{row['kind']}\n"
    salt, text = bytes.fromhex(row["salt"]), str(head + row["body"])
    return salt + text.encode("utf-8", "surrogatepass")


def check_log(statement: Json, record: Json, verdict: Verdict) -> None:
    """The head is the subject, it is in the log, and the log's checkpoint is signed."""
    head, log = record["head"], record["log"]
    [subject] = statement["subject"]
    if subject["name"] != f"deployment {record['deployment']}" or subject["digest"]["sha256"] != head["root"]:
        verdict.integrity.append("the subject of the statement is of another tree")
    text, _ = read_note(log["checkpoint"])
    origin, size, root = read_checkpoint(text)
    if origin != record["origin"]:
        verdict.integrity.append(f"the checkpoint is of another store: {origin}")
    late, breaks = head.get("late", 0), head.get("breaks", 0)
    entry = (
        f"orch head 1\n{record['deployment']}\n{head['size']}\n{head['root']}\n{late}\n{breaks}\n".encode()
    )
    proof = [bytes.fromhex(each) for each in log.get("proof", [])]
    if root_from_inclusion(leaf_hash(entry), log["number"], size, proof) != root:
        verdict.integrity.append("its head is not in the log of the checkpoint")
    signers = note_signers(log["checkpoint"], [own["key"] for own in record["keys"]])
    if not signers:
        verdict.integrity.append("no key of the record signed the checkpoint")
    elif not signers - {own["key"] for own in record["keys"] if own.get("revoked")}:
        verdict.integrity.append("the checkpoint is signed by a revoked key")
    if late:
        verdict.unproved.append(
            f"its first {late} events before they were sealed: they were written before there were seals"
        )
    if breaks:
        verdict.unproved.append(f"what was there before its seal broke ({breaks} times)")
    verdict.unproved += log_breaks(log)


def log_breaks(log: Json) -> list[str]:
    """What a log that was begun anew does not prove; its checkpoint counts how often that was."""
    count = f"{log['checkpoint']}\nbreaks 0\n".partition("\nbreaks ")[2].partition("\n")[0]
    accepted = "".join(f"; {'{at} {by}: {reason}'.format(**word)!a}" for word in log.get("accepted", []))
    words = f"what the log of the store had before it was begun anew ({count[:9]} times){accepted}"
    return [words] if count.isdigit() and count != "0" else []


def check_people(record: Json, verdict: Verdict) -> None:
    """What people signed is theirs, by the keys that the record trusts; ssh signatures are for ssh-keygen -Y verify."""
    keys = {(key["key"], key["kind"]): key for key in record.get("trust", []) if key["kind"] != "sshsig"}
    rows = {row["seq"]: row for row in record["events"]}
    skipped = 0
    for signature in record.get("signatures", []):
        key = keys.get((signature["key"], signature["kind"]))
        if key is None:
            skipped += 1
            continue
        content = base64.b64decode(signature["payload"], validate=True)
        if key["kind"] == "webauthn":
            fits = passkey_good(key, signature["signature"], content)
        else:
            fits = good(bytes.fromhex(key["public"]), bytes.fromhex(signature["signature"]), content)
        if not fits or not is_said(content, rows.get(signature["event"]), signature):
            verdict.integrity.append(
                f"what {signature['person']} signed is not what event {signature['event']} says"
            )
    if skipped:
        verdict.unproved.append(
            f"{skipped} signatures of people: their keys are not in the record, or are of ssh"
        )


def passkey_good(key: Json, signature: str, content: bytes) -> bool:
    """Whether this passkey signed exactly these bytes on a page of its own service (WebAuthn, level 3, 7.2)."""
    try:
        word, domain, _, encoded = key["public"].split(" ")
        der = base64.b64decode(encoded, validate=True)
        parts = json.loads(base64.b64decode(signature, validate=True), object_pairs_hook=each_once)
        names = ("authenticatorData", "clientDataJSON", "signature")
        data, client, made = (from_base64url(parts[name]) for name in names)
        asked = json.loads(client.decode(), object_pairs_hook=each_once)
        # 37 bytes: no extensions and no key. 0x01: somebody was there; 0x04: who was verified; 0x18: the key may be copied.
        fits = (
            word == "webauthn"
            and sha256(der).hex() == key["key"]
            and asked["type"] == "webauthn.get"
            and from_base64url(asked["challenge"]) == sha256(content)
            and asked.get("crossOrigin", False) is False
            and "topOrigin" not in asked
            and is_page_of(asked["origin"], domain)
            and len(data) == 37
            and data[:32] == sha256(domain.encode())
            and data[32] in {0x05, 0x0D, 0x1D}
        )
        return fits and made_by(der, made, data + sha256(client))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def made_by(der: bytes, signature: bytes, content: bytes) -> bool:
    """Whether this key made this signature: ECDSA with P-256, Ed25519, or RSA of 2048 bits or more, with SHA-256."""
    try:
        public = load_der_public_key(der)
        if isinstance(public, EllipticCurvePublicKey) and isinstance(public.curve, SECP256R1):
            public.verify(signature, content, ECDSA(SHA256()))
        elif isinstance(public, Ed25519PublicKey):
            public.verify(signature, content)
        elif isinstance(public, RSAPublicKey) and is_strong(public):
            public.verify(signature, content, PKCS1v15(), SHA256())
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def is_strong(public: RSAPublicKey) -> bool:
    """Whether it has 2048 bits, and an exponent that is one: with 1 each text is its own signature."""
    return public.key_size >= 2048 and public.public_numbers().e > 1


def is_page_of(origin: str, domain: str) -> bool:
    """Whether a page of this origin may use passkeys of the domain: at it or below it, and with TLS but on localhost."""
    match = re.fullmatch(r"(https?)://([a-z0-9.-]+)(:[0-9]{1,5})?", origin)
    if match is None:
        return False
    host, below = match[2], "." in domain or domain == "localhost"
    local = host == "localhost" or host.endswith(".localhost")
    return (host == domain or (below and host.endswith(f".{domain}"))) and (match[1] == "https" or local)


def from_base64url(text: str) -> bytes:
    """The bytes of base64url without padding. Raises ValueError."""
    content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(content).decode().rstrip("=") != text:
        raise ValueError("no base64url")
    return content


def each_once(pairs: list[tuple[str, Any]]) -> Json:
    """An object in which no name is twice: two readers could take different ones. Raises ValueError."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def is_said(content: bytes, row: Json | None, signature: Json) -> bool:
    """Whether the event holds what was signed."""
    if row is None or row.get("body") is None:
        return row is not None
    try:
        statement, body = json.loads(content.partition(b"\n")[2]), json.loads(row["body"])
    except ValueError:
        return False
    if not isinstance(statement, dict) or statement.get("person") != signature["person"]:
        return False
    objects = list(objects_in(body))
    held = signature["form"] == "git" or any(
        all(name in each and each[name] == value for name, value in statement.items()) for each in objects
    )
    return held and any(each.get("signature") == signature["signature"] for each in objects)


def objects_in(value: object) -> Iterator[Json]:
    """Every object within a JSON value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from objects_in(each)


def check_anchors(record: Json, authority: str | None, verdict: Verdict) -> None:
    """Whether something outside has seen a checkpoint of this log, with the head that the record is of."""
    proved = False
    for anchor in record.get("anchors", []):
        place, covers = ascii(anchor["place"]), anchor_covers(record, anchor)
        if covers is None:
            verdict.integrity.append(f"anchor {place} is of another log, or signed by none of the keys")
        elif anchor["kind"] != "rfc3161":
            verdict.unproved.append(compare_words(anchor))
        else:
            worth, words = time_stamp(anchor, authority)
            proved = proved or (worth == "good" and covers)
            if worth == "good":
                verdict.anchored.append(f"{words} UTC by {place}")
            elif worth == "bad":
                verdict.integrity.append(f"the time stamp of {place} is not good: {words}")
            else:
                verdict.unproved.append(f"the time stamp of {place}: it is not verified, {words}")
    if not proved:
        verdict.unproved.append(
            "that nobody who holds orch's key made it anew: no time stamp that has all of it was verified"
        )


def anchor_covers(record: Json, anchor: Json) -> bool | None:
    """Whether the anchored log has the head of the record; None where it is not the log of the record."""
    text, _ = read_note(anchor["checkpoint"])
    own, _ = read_note(record["log"]["checkpoint"])
    origin, size, root = read_checkpoint(text)
    _, own_size, own_root = read_checkpoint(own)
    proof = [bytes.fromhex(each) for each in anchor.get("consistency", [])]
    old, new = sorted([(size, root), (own_size, own_root)], key=lambda each: each[0])
    signers = note_signers(anchor["checkpoint"], [each["key"] for each in record["keys"]])
    if origin != record["origin"] or not signers or not is_consistent(*old, *new, proof):
        return None
    return bool(size > record["log"]["number"])


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2."""
    if old == size:
        return old_root == root and not proof
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if not 0 < old < size or not hashes:
        return False
    number, last = after_ones(old - 1, size - 1)
    older = newer = hashes[0]
    for beside in hashes[1:]:
        if not last:
            return False
        if number & 1 or number == last:
            older, newer = node_hash(beside, older), node_hash(beside, newer)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            newer = node_hash(newer, beside)
        number, last = number >> 1, last >> 1
    return not last and (older, newer) == (old_root, root)


def after_ones(number: int, last: int) -> tuple[int, int]:
    """Both without the ones at the end of the first."""
    while number & 1:
        number, last = number >> 1, last >> 1
    return number, last


def compare_words(anchor: Json) -> str:
    """What to hold a repository or a file against."""
    _, size, root = read_checkpoint(read_note(anchor["checkpoint"])[0])
    commit = base64.b64decode(anchor.get("proof", "")).decode(errors="replace")
    what = f"{anchor['kind']} {anchor['place']!a}" + (f" in commit {commit!a}" if commit else "")
    return f"that {what} has the checkpoint of {size} heads: look there for {base64.b64encode(root).decode()}"


def time_stamp(anchor: Json, authority: str | None) -> tuple[str, str]:
    """Good and when, bad and why, or not verified and why: by openssl, as of the moment that the stamp says."""
    if authority is None:
        return "not verified", "name its authority with --tsa-ca"
    if shutil.which("openssl") is None:
        return "not verified", "there is no openssl here"
    with tempfile.TemporaryDirectory() as folder:
        data, answer = Path(folder, "checkpoint"), Path(folder, "answer.tsr")
        data.write_bytes(anchor["checkpoint"].encode())
        answer.write_bytes(base64.b64decode(anchor.get("proof", ""), validate=True))
        shown = openssl("-reply", "-in", str(answer), "-text").stdout
        when = re.search(r"^Time stamp: (\w{3} +\d+ [\d:]{8})(?:\.\d+)? (\d{4}) GMT$", shown, re.MULTILINE)
        if when is None:
            return "bad", "it holds none"
        at = f"{when[1]} {when[2]}"
        moment = str(calendar.timegm(time.strptime(at, "%b %d %H:%M:%S %Y")))
        ran = openssl(
            "-verify", "-data", str(data), "-in", str(answer), "-CAfile", authority, "-attime", moment
        )
        words = ran.stderr.strip().splitlines() or ["openssl does not say why"]
        return ("good", at) if ran.returncode == 0 else ("bad", words[-1])


def openssl(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run openssl ts."""
    return subprocess.run(
        ["openssl", "ts", *words],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )


def known_keys(lines: list[str]) -> set[str]:
    """The keys that the command line names. Raises Unreadable."""
    known = {first_word(line) for line in lines}
    for line in known:
        try:
            key_of(line)
        except ValueError:
            raise Unreadable(f"--key {line[:200]!a} is no line of orch record key") from None
    return known


def options_in(arguments: list[str] | None) -> argparse.Namespace:
    """The command line, read."""
    form = argparse.RawDescriptionHelpFormatter
    options = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    options.add_argument("record")
    options.add_argument("--key", action="append", default=[])
    options.add_argument("--tsa-ca")
    return options.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Verify the record that the command line names. Returns the exit code."""
    chosen, verdict = options_in(arguments), Verdict()
    try:
        known = known_keys(chosen.key)
        envelope, payload, statement = read_record(chosen.record)
        record = statement["predicate"]
        check_keys(record, verdict)
        check_envelope(envelope, payload, record, known, verdict)
        check_log(statement, record, verdict)
        if statement["predicateType"] == DISPOSAL:
            note_disposal(record, verdict)
        else:
            check_record(record, chosen.tsa_ca, verdict)
    except (Unreadable, OSError) as fault:
        print(f"{chosen.record}: {fault}", file=sys.stderr)
        return 2
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        print(f"{chosen.record}: it is no sealed record: {type(fault).__name__} {fault}", file=sys.stderr)
        return 2
    if Path(chosen.record).read_bytes()[:5] == b"%PDF-":
        verdict.unproved.append("what the pages of the PDF say: only the record attached to it was verified")
    try:
        show(record, verdict)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if verdict.integrity or verdict.completeness else 0


def check_record(record: Json, authority: str | None, verdict: Verdict) -> None:
    """All that a sealed record holds beside its head: events, signatures of people, anchors."""
    check_events(record, verdict)
    check_people(record, verdict)
    check_anchors(record, authority, verdict)
    verdict.unproved.append(f"that nothing followed event {record['head']['size']}: only the store knows")


def note_disposal(record: Json, verdict: Verdict) -> None:
    """What a certificate says of the disposal; nothing of the record is left to be checked but its head."""
    rule, days = record.get("rule") or "no policy, so the usual time", record["retention"] / 86400
    verdict.disposal = [
        f"{record['certificate']}: {record['finished']} by {record['disposed_by']}: {record['reason']}",
        f"{record['release']} {record['version']}, {record['began']} to {record['ended']}",
        f"kept by {rule}: {days:g} days, until {record['until']}",
    ]
    verdict.unproved.append("that nobody who holds orch's key made it, and that no copy is left elsewhere")


def show(record: Json, verdict: Verdict) -> None:
    """Print what was found; text of the record is escaped."""
    print(f"deployment    {record['deployment']!r}")
    print(f"integrity     {'BROKEN' if verdict.integrity else 'intact'}")
    print(f"completeness  {'BROKEN' if verdict.completeness else 'whole'}")
    print(f"events        {record['head']['size']}, root {record['head']['root']}")
    for words in verdict.disposal:
        print(f"disposed of   {words!a}"[:400])
    for words in verdict.anchored:
        print(f"anchored      {words}")
    for words in (*verdict.integrity, *verdict.completeness):
        print(f"  {words!a}"[:400])
    print("It does not prove:")
    for words in verdict.unproved:
        print(f"  {words}"[:400])


if __name__ == "__main__":
    sys.exit(main())
