"""Keeps what a host had before a deployment, and puts it back. Written by `orch init`; sent to the hosts by the playbooks.

    what_was_here.py keep   RELEASE DEPLOYMENT CHANGES   before the deployment: CHANGES is JSON, what it is going to change
    what_was_here.py note   RELEASE DEPLOYMENT           after it: which packages and accounts there are now
    what_was_here.py stop | packages | paths | kernel | accounts | start | forget   RELEASE DEPLOYMENT

`keep` writes /var/lib/orch-kept/RELEASE/DEPLOYMENT once and whole, or not at all. Each step of a backout compares with what
was kept and changes only what differs; killed at any moment it can be run again. Where nothing was kept, nothing began, and
there is nothing to put back. It runs on Python 3.6 and newer, as root.
"""

# ruff: noqa: ANN001, ANN201, D103, PTH, S603, S607, T201, UP032 - a program of its own, also for old Pythons

import grp
import hashlib
import json
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys

KEPT = "/var/lib/orch-kept"
MOST_PATHS = 20000
MOST_BYTES = 1 << 30
SYSTEM_ACCOUNTS = 1000


def main(arguments):
    """One act; 0 when it is done, 1 where something could not be put back."""
    verb, release, deployment = arguments[:3]
    for name in (release, deployment):
        if not re.match(r"^[A-Za-z0-9][A-Za-z0-9._~+-]{0,150}$", name):
            return failed("%r is no name: letters, digits and . _ ~ + - only" % name)
    os.umask(0o077)
    home = os.path.join(KEPT, release, deployment)
    if verb == "keep":
        return keep(home, json.loads(arguments[3]))
    if not os.path.isdir(home):
        print("nothing was kept: the deployment did not begin here")
        return 0
    with open(os.path.join(home, "state.json"), encoding="utf-8") as file:
        state = json.load(file)
    acts = {"note": note, "stop": stop, "packages": packages, "paths": paths, "kernel": kernel}
    acts.update({"accounts": accounts, "start": start, "forget": forget})
    return acts[verb](home, state)


def keep(home, changes):
    """Write down what is here, unless this deployment did so before."""
    if os.path.isdir(home):
        print("already kept in %s" % home)
        return 0
    unfinished = os.path.join(os.path.dirname(home), "." + os.path.basename(home))
    shutil.rmtree(unfinished, ignore_errors=True)
    os.makedirs(unfinished, 0o700)
    named = [os.path.expanduser(path) for path in changes.get("files", []) + changes.get("folders", [])]
    trees = [os.path.expanduser(path) for path in changes.get("trees", [])]
    items, ancestors = {}, []
    for path in sorted(set(named) | {inner for tree in trees for inner in walked(tree)}):
        items[path] = item(path)
        ancestors += missing_above(path)
    if len(items) > MOST_PATHS or sum(each.get("size", 0) for each in items.values()) > MOST_BYTES:
        shutil.rmtree(unfinished)
        return failed("too much to keep: %d paths; name less of it in the list of changes" % len(items))
    present = [path for path in sorted(items) if items[path]["type"] != "absent"]
    tar("--create", os.path.join(unfinished, "files.tar"), present)
    state = {
        "items": items,
        "trees": trees,
        "ancestors": sorted(set(ancestors)),
        "packages": installed() if changes.get("packages") else None,
        "users": users(),
        "groups": groups(),
        "passwords": {name: password(name) for name in changes.get("users", [])},
        "named_users": changes.get("users", []),
        "named_groups": changes.get("groups", []),
        "units": {name: unit(name) for name in changes.get("units", [])},
        "kernel": {name: parameter(name) for name in changes.get("kernel", [])},
        "earlier": sorted(name for name in os.listdir(os.path.dirname(home)) if not name.startswith(".")),
    }
    write(unfinished, "state.json", state)
    os.rename(unfinished, home)
    print("kept in %s" % home)
    return 0


def note(home, state):
    """Which packages and accounts the deployment brought is known only from now on, when others bring more."""
    after = {
        "packages": installed() if state["packages"] is not None else None,
        "users": users(),
        "groups": groups(),
    }
    write(home, "after.json", after)
    print("noted in %s" % home)
    return 0


def stop(home, state):
    """What did not run before stands still while its files change; what is to go leaves no link behind."""
    siblings = [name for name in os.listdir(os.path.dirname(home)) if not name.startswith(".")]
    later = [
        name
        for name in siblings
        if name not in state["earlier"] and os.path.join(os.path.dirname(home), name) != home
    ]
    if later:
        return failed("%s came after this deployment: take that back first" % ", ".join(sorted(later)))
    for name, before in state["units"].items():
        now = unit(name)
        if now is None or before is None:
            continue
        if before["ActiveState"] not in ("active", "activating") and now["ActiveState"] in (
            "active",
            "activating",
        ):
            run("systemctl", "stop", name)
            print("stopped %s" % name)
        if before["UnitFileState"] != "enabled" and now["UnitFileState"] == "enabled":
            run("systemctl", "disable", "--quiet", name)
            print("disabled %s" % name)
    return 0


def packages(home, state):
    """Remove what came with the deployment, and bring back the versions that it replaced, where they can be had."""
    before = state["packages"]
    if before is None:
        return 0
    now, after = installed(), noted(home)
    known = after["packages"] if after else now
    came = sorted(name for name in now if name not in before and name in known)
    accounts_that_came = came_with_packages(state, after) if came else ([], [])
    if came:
        remove(came)
        print("removed %s" % " ".join(came))
        for name in accounts_that_came[0]:
            run("userdel", name, check=False)
        for name in accounts_that_came[1]:
            if name in groups():
                run("groupdel", name, check=False)
    left = []
    for name in sorted(before):
        if installed_version(name) != before[name] and known.get(name) != before[name]:
            left += [] if install(name, before[name]) else ["%s %s" % (name, before[name])]
    return failed("cannot be had any more: %s" % ", ".join(left)) if left else 0


def came_with_packages(state, after):
    known_users = after["users"] if after else users()
    known_groups = after["groups"] if after else groups()
    people = [
        n
        for n, e in known_users.items()
        if n not in state["users"] and e[0] < SYSTEM_ACCOUNTS and n in users()
    ]
    teams = [n for n, e in known_groups.items() if n not in state["groups"] and e[0] < SYSTEM_ACCOUNTS]
    return people, teams


def paths(home, state):
    """Take away what was not here, and put back what differs: content, mode, owner, attributes."""
    items = state["items"]
    for tree in state["trees"]:
        for path in reversed(walked(tree)):
            if path not in items and os.path.lexists(path):
                take_away(path)
    differing = []
    for path in sorted(items, reverse=True):
        now = item(path)
        if same(items[path], now):
            continue
        if items[path]["type"] == "absent":
            take_away(path)
            continue
        if now["type"] != items[path]["type"] and now["type"] != "absent":
            take_away(path)
        differing.append(path)
    if differing:
        tar("--extract", os.path.join(home, "files.tar"), sorted(differing))
        write(home, "restored.json", sorted(differing))
    for path in differing:
        print("restored %s" % path)
    for folder in sorted(state["ancestors"], reverse=True):
        if os.path.isdir(folder) and not os.path.islink(folder) and not os.listdir(folder):
            os.rmdir(folder)
            print("removed %s" % folder)
    return 0


def kernel(home, state):
    """Set the parameters to what they were."""
    for name, value in state["kernel"].items():
        if value is not None and parameter(name) != value:
            run("sysctl", "-q", "-w", "%s=%s" % (name, value))
            print("restored %s" % name)
    return 0


def accounts(home, state):
    """Accounts that the playbook names: gone if they were not here, else as they were."""
    for name in state["named_users"]:
        before, now = state["users"].get(name), users().get(name)
        if before is None and now is not None:
            run("userdel", name)
            print("removed user %s" % name)
        elif before is not None and now is not None:
            put_back_user(name, before, now, state)
    for name in state["named_groups"]:
        if name not in state["groups"] and name in groups():
            run("groupdel", name)
            print("removed group %s" % name)
    return 0


def put_back_user(name, before, now, state):
    if before != now:
        uid, gid, comment, home, shell = before
        run(
            "usermod",
            "--uid",
            str(uid),
            "--gid",
            str(gid),
            "--comment",
            comment,
            "--home",
            home,
            "--shell",
            shell,
            name,
        )
        print("restored user %s" % name)
    was, here = state["passwords"].get(name), password(name)
    if was is not None and was != here:
        run("usermod", "--password", was, name)
        print("restored the password of %s" % name)
    present = groups()
    for group, (_, members) in state["groups"].items():
        if group in present and (name in members) != (name in present[group][1]):
            run("gpasswd", "--add" if name in members else "--delete", name, group)
            print("restored %s in %s" % (name, group))


def start(home, state):
    """Units as they were: last, so that they run what was put back."""
    if not state["units"] or shutil.which("systemctl") is None:
        return 0
    run("systemctl", "daemon-reload")
    restored = os.path.exists(os.path.join(home, "restored.json"))
    kept_at = os.stat(os.path.join(home, "state.json")).st_mtime
    for name, before in state["units"].items():
        now = unit(name)
        if before is None or now is None:
            continue
        if now["ActiveState"] == "failed" and before["ActiveState"] != "failed":
            run("systemctl", "reset-failed", name, check=False)
        if (
            before["UnitFileState"] in ("enabled", "disabled")
            and now["UnitFileState"] != before["UnitFileState"]
        ):
            run("systemctl", before["UnitFileState"][:-1], "--quiet", name)
            print("%s %s" % (before["UnitFileState"], name))
        if before["ActiveState"] == "active":
            if now["ActiveState"] != "active":
                run("systemctl", "start", name)
                print("started %s" % name)
            elif restored or since(name) > kept_at:
                run("systemctl", "restart", name)
                print("restarted %s" % name)
    return 0


def forget(home, state):
    """What was kept goes, and with it the last trace of the deployment."""
    unfinished = os.path.join(os.path.dirname(home), "." + os.path.basename(home))
    os.rename(home, unfinished)
    shutil.rmtree(unfinished)
    for folder in (os.path.dirname(home), KEPT):
        if not os.listdir(folder):
            os.rmdir(folder)
    print("restored what was here before")
    return 0


def item(path):
    """A path with all that can be put back."""
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return {"type": "absent"}
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    seen = {
        "type": kinds.get(stat.S_IFMT(status.st_mode), "other"),
        "mode": stat.S_IMODE(status.st_mode),
        "owner": [status.st_uid, status.st_gid],
        "attributes": attributes(path),
    }
    if seen["type"] == "file":
        seen.update(sha256=digest(path), size=status.st_size)
    if seen["type"] == "link":
        seen["target"] = os.readlink(path)
    return seen


def same(before, now):
    return before == now or before["type"] == now["type"] == "absent"


def attributes(path):
    try:
        return {
            n: os.getxattr(path, n, follow_symlinks=False).hex()
            for n in os.listxattr(path, follow_symlinks=False)
        }
    except OSError:
        return {}


def digest(path):
    made = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            made.update(block)
    return made.hexdigest()


def walked(tree):
    found = [tree]
    if os.path.isdir(tree) and not os.path.islink(tree):
        for folder, folders, files in os.walk(tree):
            found += [os.path.join(folder, name) for name in folders + files]
    return sorted(found)


def missing_above(path):
    above, missing = os.path.dirname(path), []
    while above not in ("", "/") and not os.path.lexists(above):
        missing.append(above)
        above = os.path.dirname(above)
    return missing


def take_away(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
    print("restored %s: it was not here" % path)


def tar(verb, archive, names):
    text = "".join("%s\0" % name.lstrip("/") for name in names)
    command = [
        "tar",
        verb,
        "--file",
        archive,
        "--directory",
        "/",
        "--no-recursion",
        "--null",
        "--files-from",
        "-",
    ]
    command += ["--numeric-owner", "--same-permissions", "--acls", "--xattrs", "--xattrs-include=*"]
    subprocess.run(command, input=text.encode("utf-8", "surrogateescape"), check=True)


def unit(name):
    if shutil.which("systemctl") is None:
        return None
    shown = run("systemctl", "show", "--property=LoadState,ActiveState,UnitFileState", name)
    return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)


def since(name):
    shown = run("systemctl", "show", "--property=ActiveEnterTimestampMonotonic", "--value", name).strip()
    with open("/proc/uptime", encoding="ascii") as file:
        up = float(file.read().split()[0])
    now = os.stat("/proc/self").st_mtime
    return now - up + int(shown or 0) / 1e6


def installed():
    """Packages with their versions; those of which only configuration is left count as well."""
    if shutil.which("dpkg-query"):
        listed = run(
            "dpkg-query", "--show", "--showformat", "${Package}:${Architecture}\t${Version}\t${Status}\n"
        )
        rows = [line.split("\t") for line in listed.splitlines()]
        return {
            row[0]: "%s %s" % (row[1], row[2].split()[-1])
            for row in rows
            if row[2].split()[-1] != "not-installed"
        }
    if shutil.which("rpm"):
        rows = [
            line.split("\t") for line in run("rpm", "-qa", "--qf", "%{NAME}.%{ARCH}\t%{EVR}\n").splitlines()
        ]
        return {row[0]: row[1] for row in rows if not row[0].startswith("gpg-pubkey")}
    return {}


def installed_version(name):
    return installed().get(name)


def remove(names):
    if shutil.which("dpkg-query"):
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        run("apt-get", "--yes", "-o", "DPkg::Lock::Timeout=120", "purge", *names)
    else:
        run(shutil.which("dnf") or "yum", "--assumeyes", "remove", *names)


def install(name, version):
    number = version.split()[0]
    if shutil.which("dpkg-query"):
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        wanted = ("apt-get", "--yes", "--allow-downgrades", "install", "%s=%s" % (name, number))
    else:
        wanted = (
            shutil.which("dnf") or "yum",
            "--assumeyes",
            "install",
            "%s-%s" % (name.rsplit(".", 1)[0], number),
        )
    done = subprocess.run(wanted, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: PLW1510
    if done.returncode == 0:
        print("restored %s %s" % (name, number))
    return done.returncode == 0


def parameter(name):
    done = subprocess.run(("sysctl", "-n", name), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: PLW1510
    return " ".join(done.stdout.decode().split()) if done.returncode == 0 else None


def users():
    return {u.pw_name: [u.pw_uid, u.pw_gid, u.pw_gecos, u.pw_dir, u.pw_shell] for u in pwd.getpwall()}


def groups():
    return {g.gr_name: [g.gr_gid, sorted(g.gr_mem)] for g in grp.getgrall()}


def password(name):
    with open("/etc/shadow", encoding="utf-8", errors="surrogateescape") as file:
        rows = [line.split(":") for line in file]
    return next((row[1] for row in rows if row[0] == name), None)


def noted(home):
    path = os.path.join(home, "after.json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write(home, name, value):
    path = os.path.join(home, name)
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + ".new", path)


def run(*command, check=True):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: PLW1510
    if check and done.returncode != 0:
        raise SystemExit("%s: %s" % (" ".join(command), done.stderr.decode("utf-8", "replace").strip()))
    return done.stdout.decode("utf-8", "surrogateescape")


def failed(sentence):
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
