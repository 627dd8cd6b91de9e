#!/usr/bin/env python3
"""Verify an export of orch for auditors, with nothing of orch: Python 3.10 or newer and the package `cryptography`.

    python3 verify_export.py FOLDER_OR_ZIP [--key LINE]... [--tsa-ca FILE]

It needs verify_record.py beside it. LINE is what `orch record key` prints where the export was made, given to you by another
way than the export. Exit code 0: nothing was found against it; 1: something was; 2: it cannot be read.
"""

import argparse
import base64
import contextlib
import hashlib
import importlib.util
import io
import json
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Json = dict[str, Any]
PREDICATE = "urn:orch:audit-export:1"
MANIFEST, LOG = "manifest.json", "log.txt"
MOST_BYTES, MOST_FILES = 512 << 20, 20_000
ACCOUNTED = ("outside of the period", "not asked for")


def beside() -> Any:
    """The verifier of one record, which lies beside this file. It leaves no compiled copy: that would be a strange file."""
    sys.dont_write_bytecode = True
    file = Path(__file__).resolve().with_name("verify_record.py")
    spec = importlib.util.spec_from_file_location("verify_record", file)
    if spec is None or spec.loader is None or not file.is_file():
        raise SystemExit(f"{file} is missing: orch record verifier prints it")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Files:
    """The files of a folder or an archive, by name."""

    def __init__(self, place: Path) -> None:
        if not place.is_dir() and not place.is_file():
            raise ValueError("neither a folder nor an archive")
        self._archive = None if place.is_dir() else zipfile.ZipFile(place)
        self._place = place
        if self._archive is not None:
            names = [each.filename for each in self._archive.infolist() if not each.is_dir()]
        else:
            names = [
                file.relative_to(place).as_posix()
                for file in place.rglob("*")
                if file.is_symlink() or not file.is_dir()
            ]
        if len(names) > MOST_FILES or len(set(names)) < len(names):
            raise ValueError("too many files, or a name twice")
        self.names = sorted(names)

    def read(self, name: str) -> bytes:
        """The bytes of one file; of what is no regular file none."""
        if self._archive is not None:
            with self._archive.open(name) as stream:
                content = stream.read(MOST_BYTES + 1)
        else:
            file = self._place / name
            if file.is_symlink() or not file.is_file():
                return b""
            with file.open("rb") as stream:
                content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValueError(f"{name} is larger than 512 MiB")
        return content


class Verdict:
    """What was found, and what is not proved."""

    def __init__(self) -> None:
        self.findings: list[str] = []
        self.unproved: list[str] = []


def read_manifest(content: bytes) -> tuple[Json, bytes, Json]:
    """The envelope, the bytes that are signed, and the statement. Raises ValueError, KeyError, TypeError."""
    envelope = json.loads(content)
    payload = base64.b64decode(envelope["payload"], validate=True)
    statement = json.loads(payload)
    if envelope["payloadType"] != "application/vnd.in-toto+json" or statement["predicateType"] != PREDICATE:
        raise ValueError(f"{MANIFEST} is of another type")
    return envelope, payload, statement


def check_keys(
    of: Any, envelope: Json, payload: bytes, export: Json, known: set[str], verdict: Verdict
) -> None:
    """A key of the manifest signed it, each key was introduced by one before it, and the caller knows it."""
    from_record = of.Verdict()
    of.check_keys(export, from_record)
    of.check_envelope(envelope, payload, export, known, from_record)
    verdict.findings += [words.replace("the record", "the manifest") for words in from_record.integrity]
    verdict.unproved += [words.replace("the record's", "the manifest's") for words in from_record.unproved]


def check_files(statement: Json, files: Files, verdict: Verdict) -> None:
    """Each file is there as it was exported, and there is no other."""
    listed = {each["name"]: each["digest"]["sha256"] for each in statement["subject"]}
    there = {name for name in files.names if name != MANIFEST}
    for name, digest in listed.items():
        if name not in there:
            verdict.findings.append(f"{name} is missing")
        elif hashlib.sha256(files.read(name)).hexdigest() != digest:
            verdict.findings.append(f"{name} is not what was exported")
    verdict.findings += [f"{name} is not of the manifest" for name in sorted(there - listed.keys())]


Head = tuple[str, int, str, int, int]


def heads_of(text: str) -> list[Head]:
    """The heads of the log, in order. Raises ValueError."""
    heads = []
    for line in text.splitlines():
        deployment, size, root, late, breaks = line.rsplit(" ", 4)
        heads.append((deployment, int(size), root, int(late), int(breaks)))
    return heads


def check_log(of: Any, export: Json, heads: list[Head], verdict: Verdict) -> None:
    """The heads make the tree of the checkpoint, which a key signed that is not revoked."""
    leaves = [
        of.leaf_hash(("orch head 1\n" + "".join(f"{part}\n" for part in head)).encode()) for head in heads
    ]
    text, _ = of.read_note(export["checkpoint"])
    origin, size, root = of.read_checkpoint(text)
    if (origin, size, root) != (export["origin"], len(leaves), of.root_of(leaves)):
        verdict.findings.append("the heads of the log are not those of its checkpoint")
    keys = [own["key"] for own in export["keys"] if not own.get("revoked")]
    if not of.note_signers(export["checkpoint"], keys):
        verdict.findings.append("no key of the manifest signed the checkpoint of the log")


def check_population(export: Json, heads: list[Head], verdict: Verdict) -> None:
    """Each deployment of the log is in the list or named with a reason, and each of the list is in the log as it says."""
    newest = {head[0]: head for head in heads}
    listed = {each["deployment"]: each for each in export["population"]}
    others = {each["deployment"]: each["why"] for each in export.get("others", [])}
    if len(listed) < len(export["population"]):
        verdict.findings.append("a deployment is in the list twice")
    for name in newest.keys() - listed.keys() - others.keys():
        verdict.findings.append(f"the log has {name}, and the export does not account for it")
    for name, each in listed.items():
        head = newest.get(name)
        if head is None:
            verdict.findings.append(f"the list has {name}, and the log does not")
        elif (head[1], head[2]) != (each["size"], each["root"]):
            verdict.findings.append(f"the head of {name} is not the one of the log")
    outside = sum(why in ACCOUNTED for why in others.values())
    if outside:
        verdict.unproved.append(
            f"that {outside} deployments of the log are none of the period or of what was asked for: ask for their records"
        )
    lost = sum(why == "not readable" for why in others.values())
    if lost:
        verdict.unproved.append(f"what {lost} deployments were: their records could not be read")


def check_sample(export: Json, verdict: Verdict) -> None:
    """The seed draws this sample from this list."""
    draw, names = export["draw"], [each["deployment"] for each in export["population"]]
    verdict.findings += [
        f"{name} is in the sample and not in the list" for name in export["sample"] if name not in names
    ]
    if draw["way"] != "drawn":
        verdict.unproved.append("that the sample is fair: it was picked by name")
        return
    counted = {each["deployment"] for each in export["population"] if not each["rehearsal"]}
    seed = draw.get("seed", "")
    if not seed:
        verdict.unproved.append("that nobody could foresee the sample: it was drawn without a seed")

    def rank(name: str) -> tuple[str, str]:
        return hashlib.sha256(f"{seed}\n{name}".encode("utf-8", "surrogatepass")).hexdigest(), name

    if sorted(counted, key=rank)[: draw.get("size", 0)] != list(export["sample"]):
        verdict.findings.append("the seed draws another sample from this list")


def check_records(
    of: Any, export: Json, files: Files, heads: list[Head], options: list[str], verdict: Verdict
) -> None:
    """Each record proves itself, is the one that its name says, and its head is in the log."""
    newest = {head[0]: head[1] for head in heads}
    for name in export["sample"]:
        file = f"records/{name}.orch-record.json"
        if file not in files.names:
            verdict.findings.append(f"{file} is missing")
            continue
        content = files.read(file)
        code, record = of_one(of, content, options)
        if code or record is None:
            verdict.findings.append(f"{file} does not prove itself: look at it with verify_record.py")
            continue
        head, number = record["head"], record["log"]["number"]
        sealed = (
            record["deployment"],
            head["size"],
            head["root"],
            head.get("late", 0),
            head.get("breaks", 0),
        )
        if (record["deployment"], record["origin"]) != (name, export["origin"]):
            verdict.findings.append(f"{file} is of another deployment, or of another store")
        elif not 0 <= number < len(heads) or heads[number] != sealed:
            verdict.findings.append(f"the head of {name} is not in the log")
        elif newest.get(name, 0) > head["size"]:
            verdict.unproved.append(
                f"the record of {name} to its end: events followed before the log was read"
            )


def of_one(of: Any, content: bytes, options: list[str]) -> tuple[int, Json | None]:
    """What the verifier of one record says of these bytes, and the record."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "record.json")
        file.write_bytes(content)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            code = of.main([str(file), *options])
        return code, of.read_record(str(file))[2]["predicate"] if code != 2 else None


def verified(of: Any, files: Files, keys: list[str], options: list[str]) -> tuple[Json, Verdict]:
    """The export and what was found of it. Raises ValueError, KeyError, TypeError where it is none."""
    verdict = Verdict()
    if MANIFEST not in files.names:
        raise ValueError(f"there is no {MANIFEST}")
    envelope, payload, statement = read_manifest(files.read(MANIFEST))
    export = statement["predicate"]
    known = {of.first_word(line) for line in keys}
    for line in known:
        of.key_of(line)
    check_keys(of, envelope, payload, export, known, verdict)
    check_files(statement, files, verdict)
    heads = heads_of(files.read(LOG).decode("utf-8", "replace")) if LOG in files.names else []
    check_log(of, export, heads, verdict)
    check_population(export, heads, verdict)
    check_sample(export, verdict)
    check_records(of, export, files, heads, options, verdict)
    return export, verdict


def main(arguments: list[str] | None = None, load: Callable[[], Any] = beside) -> int:
    """Verify the export that the command line names. Returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("export")
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--tsa-ca")
    chosen = parser.parse_args(arguments)
    # The manifest has the digest of each record, so a key that signed the manifest vouches for them all.
    options = ["--tsa-ca", chosen.tsa_ca] if chosen.tsa_ca else []
    try:
        export, verdict = verified(load(), Files(Path(chosen.export)), chosen.key, options)
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        OSError,
        zipfile.BadZipFile,
    ) as fault:
        print(
            f"{chosen.export!a}: it is no export of orch: {type(fault).__name__} {str(fault)!a}"[:600],
            file=sys.stderr,
        )
        return 2
    show(export, verdict)
    return 1 if verdict.findings else 0


def show(export: Json, verdict: Verdict) -> None:
    """Print what was found; text of the export is escaped."""
    period = export["period"]
    print(f"export        {'NOT what was exported' if verdict.findings else 'intact and whole'}")
    print(f"period        {period['begins']!a} to {period['ends']!a}")
    print(
        f"deployments   {len(export['population'])} in the list, {len(export.get('others', []))} more in the log"
    )
    print(f"sample        {len(export['sample'])}, {export['draw']!a}"[:600])
    for words in verdict.findings:
        print(f"  {ascii(words)[1:-1]}"[:600])
    print("It does not prove:")
    for words in (
        *verdict.unproved,
        "that nobody who holds orch's key made it anew, or restored an older store: look for anchors with verify_record.py",
        "what was changed on hosts without orch, and whether a clause is met",
    ):
        print(f"  {ascii(words)[1:-1]}"[:600])


if __name__ == "__main__":
    sys.exit(main())
