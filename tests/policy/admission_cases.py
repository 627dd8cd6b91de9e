"""The table of admission: a deployment that is in order, what each row changes of it, and what then must be said.

tests/cases/admission/base.yml is the deployment in order; the other files hold the rows. Each `given` is laid over the
base, mapping by mapping; a list takes the place of a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from orchestrator.domain.authority.admission_answer import Admission, Admitted, NotAdmitted
from orchestrator.domain.authority.approval import PresentedApproval
from orchestrator.domain.authority.change_ticket import ChangeTicket, TicketLook, TicketNeed
from orchestrator.domain.authority.document_approval import PresentedDocument
from orchestrator.domain.authority.rehearsal import MeasuredWave, PresentedCertificate
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.evidence.run_software import CollectionUsed, RunSoftware
from orchestrator.domain.plan.change_request import ChangeRequest
from orchestrator.domain.plan.effective_plan import REHEARSED, EffectivePlan, Ingredient
from orchestrator.domain.plan.machines import marks_of
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.environment import Environment, EnvironmentFile
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.seal.findings import SealFinding
from orchestrator.domain.text.model_base import moment_of, seconds_of
from orchestrator.policy.authority.admission_question import NO_POLICY, OnRecord, Question, Success
from orchestrator.policy.authority.house_over_project import house_over
from orchestrator.policy.authority.known_machines import DeployedThere, MachineSeen, Place
from orchestrator.policy.authority.policy_memory import PolicyInForce
from orchestrator.policy.authority.ticket_admission import by_ticket
from orchestrator.policy.authority.ticket_need import TicketSight, machines_of
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.digests import effective_plan, rehearsed_policy
from orchestrator.policy.planning.way_changes import Ways
from tests.worlds.plans import targets_named

ROWS = Path(__file__).resolve().parents[1] / "cases" / "admission"
SHA = "0" * 64
HOME = "0d" * 16
NO_SIGNATURE = "0" * 128
"""Signatures are verified by an adapter; here each statement says itself whether its signature is good."""


@dataclass(frozen=True)
class Row:
    """One row: what is special about it, what is laid over the base, and the reasons, or none where it is admitted."""

    file: str
    what: str
    given: dict[str, Any]
    reasons: tuple[str, ...]
    grounds: tuple[str, ...]
    says: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


@cache
def rows() -> tuple[Row, ...]:
    files = sorted(path for path in ROWS.glob("*.yml") if path.stem != "base")
    return tuple(_row(path.stem, row) for path in files for row in _load(path))


def _row(file: str, row: dict[str, Any]) -> Row:
    admitted = "admitted" in row
    assert admitted != ("refused" in row), f"{row['what']}: say admitted or refused"
    unknown = row.keys() - {"what", "given", "admitted", "refused", "says"}
    assert not unknown, f"{row['what']}: {unknown}"
    expected = row["admitted"] or [] if admitted else row["refused"]
    listed = tuple([expected] if isinstance(expected, str) else expected)
    assert admitted or listed, f"{row['what']}: a refusal has reasons"
    return Row(
        file,
        row["what"],
        row.get("given") or {},
        () if admitted else listed,
        listed if admitted else (),
        row.get("says", ""),
    )


@cache
def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _load(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(_text(path))


@cache
def base() -> dict[str, Any]:
    loaded: dict[str, Any] = _load(ROWS / "base.yml")
    return loaded


def laid_over(below: Any, above: Any) -> Any:
    """Mappings are merged; anything else takes the place of what was there; null takes it away."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    merged = dict(below)
    for key, value in above.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = laid_over(merged[key], value) if key in merged else value
    return merged


def question(given: dict[str, Any]) -> Question:
    """The question that a row asks."""
    unknown = given.keys() - base().keys()
    assert not unknown, f"no such thing in base.yml: {unknown}"
    tree = laid_over(deepcopy(base()), given)
    now = moment(tree["now"])
    plan = ReleasePlan.model_validate(tree["plan"])
    policy = NO_POLICY if tree["ungoverned"] else ReleasePolicy.model_validate(tree["policy"])
    model = DeploymentModel.model_validate(tree["model"]) if tree.get("model") else None
    waves = waves_of(plan, targets_named(*tree["hosts"])).waves
    present = effective(tree, plan, policy, model)
    approved, rehearsed = _approved(given, present, policy)
    return Question(
        subject=tree["subject"],
        plan=plan,
        waves=waves,
        effective=present,
        policy=policy,
        requester=tree["requester"],
        now=now,
        model=model,
        change=ChangeRequest.model_validate(tree["change"]),
        mode=tree["mode"],
        approvals=tuple(
            approval(words, n, now, tree, present, approved) for n, words in enumerate(tree["approvals"], 1)
        ),
        certificates=tuple(
            certificate(words, n, now, tree, present, approved, rehearsed)
            for n, words in enumerate(tree["certificates"], 1)
        ),
        keyring=house_over(keyring(tree["keys"]), [keyring(tree["project_keys"])], tree["roles_of_house"]),
        used=frozenset(nonce(n) for n in tree["used"]),
        earlier_plans=_kept(approved, rehearsed) if tree["earlier_known"] else {},
        recent=tuple(now - timedelta(seconds=seconds_of(ago)) for ago in tree["recent"]),
        successes=tuple(_success(success, plan, present) for success in tree["successes"]),
        measured=tuple(MeasuredWave.model_validate(wave) for wave in tree["measured"]),
        plan_file="plans/shop.yml",
        rehearsing=tree["rehearsing"],
        place=place(tree),
        in_force=_in_force(tree, now),
        documents=documents(tree, policy, model, now),
        used_live=frozenset(tree["used_live"]),
        home=HOME,
        on_record=on_record(tree),
        channels=tree["channels"] or None,
        ways=Ways(_targets(tree)),
        software=software(tree["software"]),
        ticket=sight(tree["ticket"], now, present, waves) if tree.get("ticket") else None,
        live_uses={version: tuple(names) for version, names in tree["live_uses"].items()},
        broken={
            name: tuple(SealFinding(code, event) for code, event in damage.items())
            for name, damage in tree["broken"].items()
        },
    )


def _targets(tree: dict[str, Any]) -> tuple[Target, ...]:
    """The hosts, some of which have a password of ssh."""
    by_password = tree["password_logins"]
    return tuple(
        target.model_copy(update={"password_login": target.host in by_password})
        for target in targets_named(*tree["hosts"])
    )


def software(words: dict[str, Any]) -> RunSoftware:
    """What will run the playbooks; an empty version is not known."""
    named = words["collections"].items()
    versions = {"ansible-core": words["core"], "python": words["python"]}
    return RunSoftware(
        versions={name: version for name, version in versions.items() if version},
        collections=tuple(CollectionUsed(name=n, version=v, place="/usr/lib") for n, v in named),
    )


def sight(words: dict[str, Any], now: datetime, present: EffectivePlan, waves: Sequence[Wave]) -> TicketSight:
    """A change ticket in order, and what is odd about it; `silence` where the system gave none, or none was opened."""
    need = TicketNeed(
        system="servicenow", number="CHG0030001", effective=present.digest, machines=machines_of(waves)
    )
    ticket = {
        **need.model_dump(),
        "state": "approved",
        "seen": now - timedelta(seconds=seconds_of(words.get("age", "1s"))),
        "starts": now - timedelta(hours=1),
        "ends": now + timedelta(hours=1),
        **{name: value for name, value in words.items() if name not in ("age", "silence")},
    }
    for name in ("effective", "starts", "ends"):
        ticket[name] = None if words.get(name) is False else ticket[name]
    silence = words.get("silence")
    if silence == "not opened":
        unopened = need.model_copy(update={"number": None})
        return TicketSight(unopened, None, by_ticket(unopened, None, "start", now))
    look = TicketLook(silence or ChangeTicket.model_validate(ticket))
    return TicketSight(need, look, by_ticket(need, look.answer, "start", now))


def on_record(tree: dict[str, Any]) -> dict[str, OnRecord]:
    """The rehearsals that the certificates name, as they say, unless the row says otherwise of one."""
    known = {}
    for n, words in enumerate(tree["certificates"], 1):
        fields = {**tree["certificate"], **words}
        usual = {"release": fields["release"], "version": fields["version"], "environment": fields["in"]}
        other = tree["on_record"].get(f"rehearsal-{n}", {})
        if other != "gone":
            known[f"rehearsal-{n}"] = OnRecord(**({**usual, "rehearsal": True} | other))
    return known


def place(tree: dict[str, Any]) -> Place:
    """What is known of environments and machines; keys and machine-ids are read off their names."""
    return Place(
        files=tuple(_file(words) for words in tree["environments"]),
        seen=tuple(
            MachineSeen(
                host,
                (words := tree["machines"].get(host, {})).get("address", f"{host}.test"),
                marks_of([machine_id(words.get("id", host))], [host_key(words.get("key", host))]),
                machine_id(words.get("id", host)),
            )
            for host in tree["hosts"]
        ),
        history=tuple(
            DeployedThere(
                environment=words["to"],
                deployment=f"earlier-{n}",
                live=words.get("live", False),
                marks=frozenset[str]().union(
                    *(marks_of([machine_id(name)], [host_key(name)]) for name in words["machines"])
                ),
                policy=words.get("policy"),
                recorded=words.get("recorded", False),
            )
            for n, words in enumerate(tree["deployed_there"], 1)
        ),
        recorded=_file(tree["recorded"]).noun if tree.get("recorded") else None,
    )


def _file(words: dict[str, Any]) -> EnvironmentFile:
    """An environment as a row writes it: `house: true` for one of the house, machines by the names of their identities."""
    fields = {"orch": 1, "title": "An environment", "owner": "service owner", **words}
    house = fields.pop("house", False)
    machines = [_known(machine) for machine in fields.pop("machines", [])]
    noun = Environment.model_validate({**fields, "machines": machines})
    return EnvironmentFile(noun, f"{'house' if house else 'environments'}/{noun.environment}.yml", house)


def _known(machine: dict[str, str]) -> dict[str, str]:
    known = {key: value for key, value in machine.items() if key not in ("id", "key")}
    known |= {"machine_id": machine_id(machine["id"])} if "id" in machine else {}
    return known | ({"host_key": host_key(machine["key"])} if "key" in machine else {})


def machine_id(name: str) -> str:
    """The machine-id of a machine of the table."""
    return name.encode().hex()[:32].ljust(32, "0")


def host_key(name: str) -> str:
    """The SHA-256 of the host key of a machine of the table."""
    return "SHA256:" + name[:43].ljust(43, "A")


def _kept(approved: EffectivePlan, rehearsed: Ingredient) -> dict[str, EffectivePlan]:
    """What journals keep: the plan as approved, and as rehearsed with less of its policy."""
    less = tuple(rehearsed if each.name == "policy" else each for each in approved.ingredients)
    return {plan.digest: plan for plan in (approved, EffectivePlan(ingredients=less))}


def _in_force(tree: dict[str, Any], now: datetime) -> tuple[PolicyInForce, ...]:
    """The policies in force; `deployment` is the one that each governed last."""
    policies = []
    for words in tree["in_force"]:
        fields = {key: value for key, value in words.items() if key != "deployment"}
        policy = ReleasePolicy.model_validate(laid_over(tree["policy"], fields))
        policies.append(PolicyInForce(policy, now - timedelta(days=9), words.get("deployment")))
    return tuple(policies)


def documents(
    tree: dict[str, Any], policy: ReleasePolicy, model: DeploymentModel | None, now: datetime
) -> tuple[PresentedDocument, ...]:
    """The documents that the row knows: `{}` is one that is approved and valid; the words say what is odd about it."""
    names = {
        "policy": (policy.policy, policy.version),
        "model": (model.model, model.version) if model else ("", 1),
    }
    return tuple(
        _document(what, names[what], tree["document"] | words, now)
        for what, words in tree["documents"].items()
    )


def _document(what: str, name: tuple[str, int], words: dict[str, Any], now: datetime) -> PresentedDocument:
    sections = ("author", "approver", "status", "approved_on", "valid_until", "review_every")
    control = {key: words[key] for key in sections if key in words}
    file = {"what": what, "name": name[0], "version": name[1], "file": f"{what}.yml", "sha256": SHA}
    if words.get("by") is None:
        return PresentedDocument.model_validate({"file": {**file, "control": control}})
    statement = {
        **{key: value for key, value in file.items() if key != "file"},
        "sha256": "1" * 64 if words.get("changed") else SHA,
        "version": name[1] + words.get("other_version", 0),
        "person": words["by"],
        "role": words["as"],
        "key": key_of(words["key"] if "key" in words else words["by"]),
        "reason": "looked at",
        "made_at": _ago(now, words, "made", "10d ago"),
    }
    signature = {"key": key_of(words.get("signed_with", words["by"])), "signature": NO_SIGNATURE}
    return PresentedDocument.model_validate(
        {
            "file": {**file, "control": control if words.get("section", True) else None},
            "approval": {"document": statement, "signature": signature},
            "answer": words.get("signature", "good"),
        }
    )


def _success(success: dict[str, Any], plan: ReleasePlan, present: EffectivePlan) -> Success:
    release = plan.release
    artefacts = SHA if success.get("other_artefacts") else present.digests["artefacts"]
    return Success(
        success["in"],
        success.get("release", release.name),
        success.get("version", release.version),
        artefacts,
        success.get("id", ""),
    )


def effective(
    tree: dict[str, Any], plan: ReleasePlan, policy: ReleasePolicy, model: DeploymentModel | None
) -> EffectivePlan:
    targets = targets_named(*tree["hosts"])
    return effective_plan(
        plan,
        targets,
        waves_of(plan, targets).waves,
        model=model,
        policy=policy,
        tree={path: sha(content) for path, content in tree["tree"].items()},
        artefacts={path: sha(content) for path, content in tree["artefacts"].items()},
    )


def _approved(
    given: dict[str, Any], present: EffectivePlan, policy: ReleasePolicy
) -> tuple[EffectivePlan, Ingredient]:
    """What was approved, and its policy as rehearsed: what runs, unless the row says that it was changed `since`."""
    since = given.get("changed_since")
    if not since:
        return present, rehearsed_policy(policy)
    before = laid_over(
        laid_over(deepcopy(base()), {k: v for k, v in given.items() if k != "changed_since"}), since
    )
    plan = ReleasePlan.model_validate(before["plan"])
    policy = ReleasePolicy.model_validate(before["policy"])
    model = DeploymentModel.model_validate(before["model"])
    return effective(before, plan, policy, model), rehearsed_policy(policy)


def sha(content: str) -> str:
    return content * 64 if len(content) == 1 else content


def nonce(n: int | str) -> str:
    return f"{int(n):032x}"


def moment(text: str) -> datetime:
    parsed = moment_of(text)
    assert isinstance(parsed, datetime)
    return parsed


def _ago(now: datetime, words: dict[str, Any], key: str, usual: str) -> datetime:
    text = str(words.get(key, usual))
    if text.startswith("in "):
        return now + timedelta(seconds=seconds_of(text.removeprefix("in ")))
    return now - timedelta(seconds=seconds_of(text.removesuffix(" ago")))


def approval(
    words: dict[str, Any],
    n: int,
    now: datetime,
    tree: dict[str, Any],
    present: EffectivePlan,
    approved: EffectivePlan,
) -> PresentedApproval:
    """`{as: change manager, by: Li Wei}` and what is odd about it."""
    known = {
        "as",
        "by",
        "says",
        "key",
        "signed_with",
        "signature",
        "for",
        "plan",
        "made",
        "expires",
        "nonce",
        "hosts",
    }
    assert not words.keys() - {*known, "overrides", "because"}, words
    key = key_of(words.get("key", words["by"]))
    statement = {
        "decision": words.get("says", "approve"),
        "role": words["as"],
        "person": words["by"],
        "key": key,
        "plan_digest": SHA if words.get("plan") == "another" else approved.digest,
        "subject": words.get("for", tree["subject"]),
        "reason": words.get("because", "looked at"),
        "overrides": words.get("overrides"),
        "hosts": words.get("hosts", []),
        "made_at": _ago(now, words, "made", "2h ago"),
        "expires": _ago(now, words, "expires", "in 20d"),
        "nonce": nonce(words.get("nonce", n)),
    }
    signature = {
        "key": key_of(words["signed_with"]) if "signed_with" in words else key,
        "signature": NO_SIGNATURE,
    }
    return PresentedApproval.model_validate(
        {
            "signed": {"approval": statement, "signature": signature},
            "answer": words.get("signature", "good"),
        }
    )


def certificate(
    words: dict[str, Any],
    n: int,
    now: datetime,
    tree: dict[str, Any],
    present: EffectivePlan,
    approved: EffectivePlan,
    rehearsed: Ingredient,
) -> PresentedCertificate:
    """`{}` is a certificate in order; the words say what is odd about it."""
    usual = tree["certificate"]
    assert not words.keys() - usual.keys(), words
    fields = {**usual, **words}
    key = key_of(fields["key"])
    covers = {name: approved.digests[name] for name in REHEARSED}
    if not fields["whole_policy"]:
        covers["policy"] = rehearsed.digest
    covers |= dict.fromkeys(fields["does_not_cover"], SHA)
    body = {
        "release": fields["release"],
        "version": fields["version"],
        "environment": fields["in"],
        "deployments": [f"rehearsal-{n}"],
        "covers": covers,
        "rehearsed_at": _ago(now, fields, "made", "2d ago"),
        "restored": fields["restored"],
        "failure_in": fields["failure_in"],
        "idempotent": fields["idempotent"],
        "uncovered": fields["uncovered"],
        "software": fields["software"],
        "waves": fields["waves"],
        "key": key,
        "nonce": nonce(1000 + n),
        "home": {"here": HOME, "elsewhere": nonce(7)}.get(fields["home"]),
    }
    return PresentedCertificate.model_validate(
        {
            "signed": {"certificate": body, "signature": {"key": key, "signature": NO_SIGNATURE}},
            "answer": fields["signature"],
        }
    )


def key_of(name: str) -> str:
    """The id of a key in the table: one that is read off its name."""
    return name.encode().hex()[:64].ljust(64, "0")


def keyring(keys: dict[str, dict[str, Any]]) -> Keyring:
    return Keyring.model_validate(
        {
            "keys": [
                {
                    "person": name,
                    "trusted_at": "2026-01-01T00:00:00Z",
                    "trusted_by": "Ada Berg",
                    **words,
                    "key": key_of(name),
                    "public": SHA,
                }
                for name, words in keys.items()
            ]
        }
    )


def reason_lines(answer: Admission) -> tuple[str, ...]:
    """The answer as the table writes it: `code about`, or nothing where it is admitted."""
    if isinstance(answer, Admitted):
        return ()
    assert isinstance(answer, NotAdmitted)
    return tuple(f"{reason.code} {reason.about}" for reason in answer.reasons)
