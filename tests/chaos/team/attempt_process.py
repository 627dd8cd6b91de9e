"""An attempt as a process: it acts on hosts that are kept in files. Standard library alone, so that it begins in a moment.

Arguments: the folder of the fleet, the folder of the attempt. Lines of the act log: ATTEMPT HOST PURPOSE WHAT TIME.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def main(root: Path, folder: Path) -> None:
    """Claim the attempt; act on each of its hosts; leave the outcome."""
    if not _claimed_by_us(folder):
        return
    request = json.loads((folder / "request.json").read_bytes())
    started = datetime.now(UTC).isoformat()
    results = [_on_host(root, request, host) for host in request["hosts"]]
    outcome = {
        "attempt": request["attempt"],
        "hosts": results,
        "exit_code": 0,
        "started_at": started,
        "ended_at": datetime.now(UTC).isoformat(),
        "changes": [],
        "outrun_on": [each["host"] for each in results if "found_epoch" in each],
    }
    draft = folder / ".end"
    draft.write_text(json.dumps(outcome))
    draft.replace(folder / "end.json")


def _claimed_by_us(folder: Path) -> bool:
    """Once for ever; a claim is whole or not there."""
    started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    draft = folder / f".claim-{os.getpid()}"
    draft.write_text(json.dumps({"pid": os.getpid(), "started": started, "boot": boot}))
    try:
        os.link(draft, folder / "claim.json")
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _on_host(root: Path, request: dict[str, Any], host: str) -> dict[str, Any]:
    held, epoch = _read(root, host), request["epoch"]
    if held["epoch"] > epoch:
        _act(root, request, host, "refused")
        reason = f"refused by the host: it has seen run {held['epoch']}"
        return {"host": host, "result": "not_done", "reason": reason, "found_epoch": held["epoch"]}
    _write(root, host, {**held, "epoch": epoch})
    _act(root, request, host, "begins")
    deploys, playbook = request["purpose"] == "deploy", Path(request["playbook"])
    if not playbook.read_text().startswith("- "):
        return {"host": host, "result": "not_done", "reason": f"{playbook} is no playbook"}
    if deploys:
        _change(root, host, "half")
    time.sleep(float(request["variables"]["seconds"]))
    if deploys and host == request["variables"].get("fails_on"):
        _act(root, request, host, "ends")
        return {"host": host, "result": "not_done", "reason": "task 'Start' failed"}
    _change(root, host, "new" if deploys else "old")
    _act(root, request, host, "ends")
    return {"host": host, "result": "done", "reason": "1 task ok", "ok": 1}


def _change(root: Path, host: str, content: str) -> None:
    held = _read(root, host)
    version = held["version"] if content == "half" else {"new": "2.0", "old": "1.0"}[content]
    _write(root, host, {**held, "version": version, "files": {"/etc/app": content}})


def _read(root: Path, host: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((root / "hosts" / f"{host}.json").read_bytes())
    return held


def _write(root: Path, host: str, held: dict[str, Any]) -> None:
    path = root / "hosts" / f"{host}.json"
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(held))
    draft.replace(path)


def _act(root: Path, request: dict[str, Any], host: str, what: str) -> None:
    line = f"{request['attempt']} {host} {request['purpose']} {what} {time.time()}\n"
    descriptor = os.open(root / "acts.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(descriptor, line.encode())
    os.close(descriptor)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
