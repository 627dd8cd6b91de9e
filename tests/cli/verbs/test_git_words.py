"""What a commit or tag says: real objects of git, signed with real ssh keys, and all that makes one count for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.adapters.keys.ed25519 import presented_approval
from orchestrator.adapters.keys.key_folder import read_card
from orchestrator.adapters.keys.ssh_programs import ssh_signs
from orchestrator.cli.verbs.planning.git_words import Asked, word_in_git
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.authority.git_word import GitDecision
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.authority.ssh_form import armoured
from orchestrator.errors import NotFound, Refused
from tests.worlds.git_project import GitProject, git_project
from tests.worlds.people import TRUSTED_AT
from tests.worlds.ssh_agent import ssh_keygen

ROLE = "change manager"
DIGEST = "d" * 64
LINE = f"Orch-Approve: {DIGEST} as {ROLE}"


@dataclass(frozen=True)
class Desk:
    """A project in git, and the ssh key of Omar, who is trusted."""

    git: GitProject
    omar: Path
    ring: Keyring

    def merged(self, *lines: str) -> str:
        return self.git.commit(
            "Merge the plums\n\nThey are ripe.\n\n" + "\n".join(lines or [LINE]) + "\n", self.omar
        )

    def take(self, reference: str, decision: GitDecision = "approve", role: str = ROLE) -> SignedApproval:
        return word_in_git(self.git.folder, reference, Asked(decision, role, "d1", DIGEST), self.ring)

    def good(self, reference: str) -> bool:
        signed = self.take(reference)
        assert (signed.approval.plan_digest, signed.approval.subject) == (DIGEST, "d1")
        return presented_approval(signed, self.ring).answer == "good"

    def refused(self, reference: str, words: str, role: str = ROLE) -> None:
        with pytest.raises((Refused, NotFound)) as refused:
            self.take(reference, role=role)
        assert words in str(refused.value)

    def bad(self, reference: str, role: str = ROLE) -> None:
        assert presented_approval(self.take(reference, role=role), self.ring).answer == "bad"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("git")
    public = ssh_keygen(folder / "omar")
    card = read_card(public)
    trusted = TrustedKey(
        key=card.key,
        public=card.public,
        kind=card.kind,
        person="Omar Haddad",
        roles=(ROLE, "service owner"),
        trusted_at=TRUSTED_AT,
        trusted_by="Ada",
    )
    return Desk(git_project(folder / "project"), folder / "omar", Keyring(keys=(trusted,)))


def test_a_line_for_one_deployment_is_not_for_another(desk: Desk) -> None:
    desk.refused(desk.merged(LINE.replace(" as", " for d7 as")), "in the last paragraph of its message")
    assert desk.good(desk.merged(LINE.replace(" as", " for d1 as")))


def test_the_lines_may_be_among_other_trailers(desk: Desk) -> None:
    lines = ["Signed-off-by: Omar <omar@example>", LINE.replace("Orch-A", "orch-a"), "Ticket: 7"]
    assert desk.good(desk.merged(*lines))


def test_the_signature_of_a_parent_is_not_that_of_the_merge(desk: Desk) -> None:
    desk.git.git("checkout", "-q", "-b", "plums")
    desk.merged()
    desk.git.git("checkout", "-q", "main")
    desk.git.git("merge", "-q", "--no-ff", "plums", "-m", f"Merge\n\n{LINE}")
    desk.refused("main", "expected a signature, and it has none")


def test_a_merge_of_a_signed_tag_is_not_signed_by_it(desk: Desk) -> None:
    desk.git.git("checkout", "-q", "-b", "pears")
    desk.git.commit("Pears")
    desk.git.tag("ripe", f"Ripe\n\n{LINE}", desk.omar)
    desk.git.git("checkout", "-q", "main")
    desk.git.git("merge", "-q", "--no-ff", "ripe", "-m", f"Merge\n\n{LINE}")
    assert "mergetag" in desk.git.git("cat-file", "commit", "main")
    desk.refused("main", "expected a signature, and it has none")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["Orch-Approve: yes as change manager"], "expected `Orch-Approve: DIGEST as ROLE`"),
        (["Orch-Approve: {digest}"], "expected `Orch-Approve: DIGEST as ROLE`"),
        (["Orch-Approve: {digest} as change\u200b manager"], "expected `Orch-Approve: DIGEST as ROLE`"),
        (["{line}", "", "It was fine."], "in the last paragraph of its message"),
        (["{line}", "and it is fine"], "in the last paragraph of its message"),
        (["> {line}"], "in the last paragraph of its message"),
        (["{line}", "Orch-Reject: {digest} as change manager"], "expected one decision of a role"),
        (["{line} and customer"], "in the last paragraph of its message"),
        (["{line}", " and customer"], "in the last paragraph of its message"),
    ],
)
def test_a_line_of_another_form(desk: Desk, lines: list[str], words: str) -> None:
    desk.refused(desk.merged(*(each.format(digest=DIGEST, line=LINE) for each in lines)), words)


def signed_content(desk: Desk) -> str:
    return desk.git.git("cat-file", "commit", desk.merged()) + "\n"


def test_a_commit_that_was_changed_after_it_was_signed(desk: Desk) -> None:
    content = signed_content(desk)
    for old, new in (
        ("They are ripe", "They are not"),
        (" as change manager", " as service owner"),
        ("tree ", "tree 0000000000000000000000000000000000000000\nxtree "),
        ("\ngpgsig", "\nencoding UTF-8\ngpgsig"),
    ):
        reference = desk.git.write(content.replace(old, new, 1))
        role = "service owner" if "service" in new else ROLE
        desk.bad(reference, role)


def test_a_commit_with_two_signatures_or_two_times(desk: Desk) -> None:
    content = signed_content(desk)
    start = content.index("gpgsig")
    header = content[start : content.index("\n\n", start) + 1]
    desk.refused(desk.git.write(content.replace(header, header * 2)), "a commit with one signature")
    committer = content[content.index("committer") : start]
    desk.refused(desk.git.write(content.replace(committer, committer * 2)), "one time at which it was made")
    moved = content.replace(header, "") + header
    desk.refused(desk.git.write(moved), "expected a signature, and it has none")


@pytest.mark.parametrize("hidden", ["\0", "\r"])
def test_a_message_that_does_not_show_whole(desk: Desk, hidden: str) -> None:
    content = signed_content(desk)
    reference = desk.git.write(content.replace("They are", f"{hidden}They are"))
    desk.refused(reference, "arriage returns")


@pytest.mark.parametrize("armour", ["PGP SIGNATURE", "PGP MESSAGE", "SIGNED MESSAGE"])
def test_openpgp_is_refused_in_words(desk: Desk, armour: str) -> None:
    content = signed_content(desk).replace("SSH SIGNATURE", armour)
    desk.refused(desk.git.write(content), "a signature by an ssh key, and this one is OpenPGP or X.509")
    tag = (
        desk.git.git("cat-file", "tag", desk.git.tag(armour.replace(" ", "-"), f"Ripe\n\n{LINE}", desk.omar))
        + "\n"
    )
    desk.refused(desk.git.write(tag.replace("SSH SIGNATURE", armour), "tag"), "OpenPGP or X.509")


def test_a_tag_with_something_after_its_signature_or_two_of_them(desk: Desk) -> None:
    tag = desk.git.git("cat-file", "tag", desk.git.tag("t", f"Ripe\n\n{LINE}", desk.omar)) + "\n"
    armour = tag[tag.index("-----BEGIN") :]
    desk.refused(desk.git.write(f"{tag}{armour}", "tag"), "a tag with one signature")
    desk.refused(desk.git.write(f"{tag}and more\n", "tag"), "one signature from BEGIN to END")
    desk.bad(desk.git.write(tag.replace("Ripe", "Rotten"), "tag"))


def test_a_signature_for_another_purpose_is_none_of_a_commit(desk: Desk) -> None:
    """An approval is signed in orch's namespace; nobody can make a commit of it."""
    payload = desk.git.folder / "payload"
    content = signed_content(desk)
    start = content.index("gpgsig")
    header = content[start : content.index("\n\n", start) + 1]
    payload.write_text(content.replace(header, ""))
    armour = armoured(ssh_signs(desk.omar, payload.read_bytes())).strip().replace("\n", "\n ")
    desk.bad(desk.git.write(content.replace(header, f"gpgsig {armour}\n")))


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("none", "has no commit or tag `none`"),
        ("-h", "has no commit or tag `-h`"),
        ("main\nmain", "is no name of a commit or tag"),
        ("", "is no name of a commit or tag"),
        ("main^{tree}", "is a tree; a decision is in a signed commit"),
    ],
)
def test_a_name_of_nothing(desk: Desk, reference: str, words: str) -> None:
    desk.refused(reference, words)


def test_a_project_that_is_not_in_git_or_not_here(tmp_path: Path) -> None:
    for folder, words in (
        (tmp_path, "git says: fatal: not a git repository"),
        (tmp_path / "x", "There is no project"),
    ):
        with pytest.raises(NotFound, match=words):
            word_in_git(folder, "main", Asked("approve", ROLE, "d1", DIGEST), Keyring())


def test_replaced_objects_are_read_as_they_were_signed(desk: Desk) -> None:
    reference = desk.merged()
    other = desk.git.commit("Another")
    desk.git.git("replace", reference, other)
    assert desk.good(reference)


def test_a_long_message_and_a_blob_are_not_read(desk: Desk) -> None:
    long = desk.git.write(f"tree 0\n\n{'plums ' * 10_000}")
    desk.refused(long, "a commit with a decision has 32768 at most")
    desk.refused(desk.git.write("plums " * 10_000, "blob"), "is a blob; a decision is in a signed commit")
