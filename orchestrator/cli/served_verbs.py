"""What each verb is with `--server`: served by routes of the API, without need of a server, or to be run elsewhere, and why.

A test walks the whole command line: a verb that is in none of these tables, or in two, fails it.
"""

from __future__ import annotations

from collections.abc import Mapping

EVENTS = "GET /api/v1/deployments/{deployment}/events"
BRIEFS = "GET /api/v1/briefs"
HOUSE = "GET /api/v1/house/events"
WORDS = "POST /api/v1/deployments/{deployment}/words"
APPROVALS = "POST /api/v1/deployments/{deployment}/approvals"
HOUSE_WORDS = "POST /api/v1/house/words"
FILES = "GET /api/v1/deployments/{deployment}/files/{file}"
UPDATES = "GET /api/v1/cmdb/updates"

SERVED: Mapping[str, tuple[str, ...]] = {
    "plan list": ("GET /api/v1/plans",),
    "plan check": ("POST /api/v1/plan-checks",),
    "plan show": ("POST /api/v1/plan-previews",),
    "deploy": ("POST /api/v1/deployments", EVENTS),
    "rollback": ("POST /api/v1/deployments/{deployment}/backouts", EVENTS),
    "schedule add": ("POST /api/v1/schedule",),
    "schedule list": (BRIEFS, EVENTS),
    "schedule conflicts": (BRIEFS, EVENTS),
    "schedule impact": (BRIEFS, EVENTS),
    "schedule withdraw": (WORDS,),
    **dict.fromkeys(("approve", "reject", "sign-off", "review"), (EVENTS, APPROVALS)),
    **dict.fromkeys(("resume", "pause", "hold", "confirm", "retry", "exclude", "abort"), (EVENTS, WORDS)),
    **dict.fromkeys(("step done", "step failed", "step not-begun"), (EVENTS, WORDS)),
    "step show": (EVENTS,),
    "objectives": (EVENTS, WORDS),
    **dict.fromkeys(
        ("pir open", "pir answer", "pir satisfaction", "pir action", "pir close"), (EVENTS, WORDS)
    ),
    "pir show": (EVENTS,),
    "actions": (BRIEFS, EVENTS),
    "actions done": (EVENTS, WORDS),
    "done": (EVENTS, WORDS),
    "incident add": (HOUSE, HOUSE_WORDS),
    "incident list": (HOUSE, BRIEFS, EVENTS),
    "incident link": (HOUSE, EVENTS, WORDS),
    "list": (BRIEFS, HOUSE),
    "status": (EVENTS,),
    "watch": (EVENTS,),
    "record show": (EVENTS, FILES),
    "record seal": (FILES,),
    **dict.fromkeys(("record archive", "record hold", "record release"), (EVENTS, WORDS)),
    "release list": (BRIEFS, EVENTS),
    "release show": (BRIEFS, EVENTS),
    "report": (BRIEFS, EVENTS, HOUSE),
    "locks": ("GET /api/v1/locks",),
    "cmdb list": (UPDATES, HOUSE),
    "cmdb show": (UPDATES, HOUSE),
    "cmdb audits": (HOUSE,),
    "cmdb accept": (HOUSE, HOUSE_WORDS, "GET /api/v1/baselines/{digest}"),
    "baseline show": (EVENTS, "GET /api/v1/baselines/{digest}"),
    "node list": ("GET /api/v1/nodes",),
    "environment list": ("GET /api/v1/environments",),
    "environment show": ("GET /api/v1/environments",),
    "messages list": (BRIEFS, EVENTS),
    "record due": (BRIEFS, EVENTS),
}
"""Verbs that look and decide at the server, with the routes that they ask."""

_SCHEMAS = ("plan", "cmdb", "environment", "library", "messages", "model", "people", "policy", "settings")
HERE: frozenset[str] = frozenset(
    {
        "help",
        "completion install",
        "completion show",
        "completion uninstall",
        "evidence verifier",
        "record verifier",
        "keys new",
        "keys public",
        *(f"{group} schema" for group in _SCHEMAS),
    }
)
"""Verbs that need neither a home nor a server: with `--server` they do what they do without it."""

_FILES = "it reads and writes files of a project or of the house, which are changed where they lie"
_PEOPLE = (
    "whoever could change people by a token could give themselves everything: it is done in the browser (People), by "
    "POST /api/v1/people-changes with a login of one's own, or where the home is"
)
_HOSTS = "it asks hosts, which the machine of the home reaches"
_STORE = "it is about the store itself, which only its machine may change"
_LAB = "it is about hosts on this very machine"
_TRUST = "whom the house trusts is decided by its stewards, over files that they sign, and never by what a server says"
_SIGNED_RULES = "a rule is approved over its own file, which whoever signs has to have read"
_DRIVES = "it drives on the machine that it is started on"
_TICKET = "it speaks with the ticket system by the access that the machine of the home has"
_WHOLE = "it reads attachments and seals, which stay where the home is"
_CRITERIA = "its criteria are a file of the house"
_DOCUMENTS = "how a rule stands as a document is judged over its file; GET /api/v1/policies, GET /api/v1/models say the rest"
ELSEWHERE: Mapping[str, str] = {
    "init": _FILES,
    "demo": _LAB,
    "gate try": _HOSTS,
    **dict.fromkeys(
        ("change check", "change deliver", "change open", "change show", "change text", "change update"),
        _TICKET,
    ),
    "rehearse": "its two parts and its certificate are one command, which signs at its end with a key that stays with you",
    "baseline capture": _HOSTS,
    "baseline diff": _HOSTS,
    "incident listen": _DRIVES,
    "record accept": "a record that is not what was sealed is looked at where its store is",
    "record anchor": _STORE,
    "record attachments": _WHOLE,
    "record certificate": _WHOLE,
    "record dispose": _STORE,
    "record key": _STORE,
    "record verify": "a record proves itself without the server that it came from: verify the file that orch record seal took",
    **dict.fromkeys(
        (
            "evidence export",
            "evidence gaps",
            "evidence maps",
            "evidence period",
            "evidence show",
            "evidence verify",
        ),
        _WHOLE,
    ),
    **dict.fromkeys(
        ("assess answer", "assess history", "assess keep", "assess questions", "assess show"), _CRITERIA
    ),
    "outputs": _WHOLE,
    "schedule export": "the calendar of the server is its own file: GET /calendar.ics, with the same token",
    "run-due": _DRIVES,
    "worker": _DRIVES,
    "node drain": _PEOPLE.replace("people by a token", "nodes by a token"),
    "node enrol": _TRUST,
    "node invite": _TRUST,
    "node rekey": _TRUST,
    "node remove": _TRUST,
    "stop-all": "it ends what runs on the machine of the home too, and looks that nothing is left",
    "feed": "it writes files for a web server beside the home",
    "messages check": _FILES,
    "messages send": _STORE,
    "cmdb audit": _HOSTS,
    "cmdb check": _FILES,
    "cmdb deliver": _STORE,
    "cmdb due": _STORE,
    "cmdb export": _FILES,
    "cmdb import": _FILES,
    "cmdb rebuild": _STORE,
    "cmdb relate": _FILES,
    "model approve": _SIGNED_RULES,
    "policy adopt": _SIGNED_RULES,
    "policy approve": _SIGNED_RULES,
    "policy withdraw": _SIGNED_RULES,
    **dict.fromkeys(("model check", "model list", "model show", "model stats"), _DOCUMENTS),
    **dict.fromkeys(("policy check", "policy list", "policy show"), _DOCUMENTS),
    **dict.fromkeys(
        ("library check", "library fetch", "library list", "library prune", "library sign", "library verify"),
        _FILES,
    ),
    **dict.fromkeys(("environment check", "environment release"), _FILES),
    **dict.fromkeys(("keys list", "keys revoke", "keys trust"), _TRUST),
    **dict.fromkeys(
        (
            "trust adopt",
            "trust init",
            "trust propose",
            "trust release",
            "trust show",
            "trust sign",
            "trust verify",
        ),
        _TRUST,
    ),
    **dict.fromkeys(
        (
            "people add",
            "people check",
            "people disable",
            "people group",
            "people link",
            "people list",
            "people password",
            "people role",
            "people token list",
            "people token new",
            "people token revoke",
        ),
        _PEOPLE,
    ),
    "serve": _DRIVES,
    "settings check": _FILES,
    "settings show": _FILES,
    "doctor": _LAB,
    **dict.fromkeys(("store backup", "store move", "store restore", "store show", "store upgrade"), _STORE),
    **dict.fromkeys(("lab down", "lab fault", "lab ssh", "lab status", "lab up"), _LAB),
}
"""Verbs that are run where the home is, or on this machine, without `--server`; each with the reason."""


def refusal_of(verb: str) -> str | None:
    """Why this verb is not for a server, and what to run instead; None for one that is."""
    reason = ELSEWHERE.get(verb)
    if reason is None:
        return None
    return f"orch {verb} is not asked of a server: {reason}. Run it there, or here, without --server: orch {verb} --help"
