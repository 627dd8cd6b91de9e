"""orch keys over real files: what is made, who is trusted, and what is refused before anything is written."""

import json
from pathlib import Path

import pytest

from orchestrator.adapters.keys.key_folder import KeyFolder, keyring_of, load_key
from orchestrator.cli.main import run
from orchestrator.cli.options.signing_key import own_key


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with a home of its own, and nobody's key."""
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    for name in ("ORCH_KEY", "ORCH_KEY_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    return tmp_path


def made(desk: Path, name: str = "ada", *words: str) -> Path:
    assert run(["keys", "new", "--file", str(desk / f"{name}.pem"), "--no-passphrase", *words]) == 0
    return desk / f"{name}.pub.json"


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert run(["keys", "list", "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


LI = ["--person", "Li Wei", "--role", "change manager"]


def test_a_new_key_is_its_owner_s_alone(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "new", "--no-passphrase", *LI]) == 0
    key = desk / "user/.config/orch/key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    output = capsys.readouterr().out
    assert 'orch keys trust key.pub.json --person "Li Wei" --role "change manager"' in output
    assert "PRIVATE" not in output + (key.parent / "key.pub.json").read_text()


def test_the_key_is_where_the_environment_says(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORCH_KEY", str(desk / "mine.pem"))
    monkeypatch.setenv("ORCH_KEY_PASSPHRASE", "correct horse")
    assert run(["keys", "new", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["file"] == str(desk / "mine.pem")
    assert own_key().key == answer["key"] == load_key(desk / "mine.pem", b"correct horse").key


def test_without_a_terminal_a_passphrase_is_chosen_or_declined(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", "new", "--file", str(desk / "k.pem")]) == 2
    assert "ORCH_KEY_PASSPHRASE" in capsys.readouterr().err
    assert not list(desk.glob("k.*"))


def test_no_key_is_overwritten(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = made(desk)
    before = (desk / "ada.pem").read_bytes()
    assert run(["keys", "new", "--file", str(desk / "ada.pem"), "--no-passphrase"]) == 10
    card.unlink()
    assert run(["keys", "new", "--file", str(desk / "ada.pem"), "--no-passphrase"]) == 10
    assert (desk / "ada.pem").read_bytes() == before
    assert not card.exists()


def test_names_that_lead_a_reader_are_refused_before_a_key_is_made(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--person", "Li\x1b[2J Wei", "--role", "change\nmanager"]
    assert run(["keys", "new", "--file", str(desk / "k.pem"), "--no-passphrase", *words]) == 2
    errors = capsys.readouterr().err
    assert "--person: expected text on one line" in errors
    assert "--role: expected text on one line" in errors
    assert "\x1b" not in errors
    assert not list(desk.glob("k.*"))


def test_a_key_is_trusted_listed_and_revoked(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = made(desk)
    words = [*LI, "--also", "liwei", "--expires", "365d", "--by", "Ada Berg"]
    assert run(["keys", "trust", str(card), *words]) == 0
    (row,) = listed(capsys)
    assert (row["person"], row["roles"], row["also"], row["state"]) == (
        "Li Wei",
        ["change manager"],
        ["liwei"],
        "trusted",
    )
    assert row["folders"] == [str(desk / "home/keys")]
    revoke = ["keys", "revoke", str(row["key"])[:12], "--reason", "laptop stolen", "--by", "Ada Berg"]
    assert run(revoke) == 0
    (row,) = listed(capsys)
    assert (row["state"], row["revoked_by"], row["revoked_because"]) == (
        "revoked",
        "Ada Berg",
        "laptop stolen",
    )
    assert run(revoke) == 10
    assert run(["keys", "trust", str(card), *words]) == 10
    assert "was revoked, and stays so" in capsys.readouterr().err
    assert run(["keys", "list"]) == 0
    assert "revoked: laptop stolen" in capsys.readouterr().out


def test_a_key_revoked_in_one_place_is_revoked_in_all(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = made(desk)
    assert run(["keys", "trust", str(card), *LI]) == 0
    assert run(["keys", "trust", str(card), "--person", "Mallory", "--role", "customer", "--in-project"]) == 0
    (row,) = listed(capsys)
    assert (row["person"], row["folders"]) == (
        "Li Wei",
        [str(desk / "home/keys"), str(desk / "project/keys")],
    )
    in_git = KeyFolder(desk / "project/keys")
    in_git.revoke(str(row["key"]), in_git.keyring().keys[0].trusted_at, "Ada", "left")
    (row,) = listed(capsys)
    assert (row["person"], row["state"]) == ("Li Wei", "revoked")
    assert run(["keys", "revoke", str(row["key"]), "--reason", "left"]) == 0
    assert keyring_of([KeyFolder(desk / "home/keys")]).keys[0].revoked_at is not None


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (["--person", "Li Wei"], 2, "name --person and --role"),
        ([*LI, "--expires", "next year"], 2, "--expires: expected a moment"),
        ([*LI, "--also", "a\u202eb"], 2, "--also: expected text on one line"),
    ],
)
def test_what_cannot_be_trusted_is_said(
    desk: Path, words: list[str], code: int, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    card = made(desk)
    assert run(["keys", "trust", str(card), *words]) == code
    assert complaint in capsys.readouterr().err
    assert not (desk / "home/keys").exists()


def test_the_card_s_own_words_are_taken_where_none_are_given(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = made(desk, "li", *LI)
    assert run(["keys", "trust", str(card)]) == 0
    assert [(row["person"], row["roles"]) for row in listed(capsys)] == [("Li Wei", ["change manager"])]


def test_a_role_that_looks_mistyped_is_warned_of(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = made(desk)
    assert run(["keys", "trust", str(card), "--person", "Li Wei", "--role", "chage manager"]) == 0
    assert "did you mean `change manager`?" in capsys.readouterr().err


def test_a_card_under_another_id_and_a_private_key_are_not_trusted(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = made(desk)
    other = json.loads(made(desk, "bo").read_text())
    card.write_text(json.dumps({**json.loads(card.read_text()), "key": other["key"]}))
    assert run(["keys", "trust", str(card), *LI]) == 4
    assert run(["keys", "trust", str(desk / "ada.pem"), *LI]) == 3
    assert run(["keys", "trust", str(desk / "nothing"), *LI]) == 11
    assert not (desk / "home/keys").exists()


def test_every_broken_key_file_is_named(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("home/keys", "project/keys"):
        (desk / folder).mkdir(parents=True)
        (desk / folder / "broken.json").write_text("{}")
    assert run(["keys", "list"]) == 3
    errors = capsys.readouterr().err
    assert str(desk / "home/keys/broken.json") in errors
    assert str(desk / "project/keys/broken.json") in errors


def test_keys_are_named_by_enough_digits_of_one(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "revoke", "abc", "--reason", "x"]) == 2
    assert run(["keys", "revoke", "abcdef0123", "--reason", "x"]) == 11


def test_the_public_half_is_printed_again(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = made(desk)
    capsys.readouterr()
    assert run(["keys", "public", "--file", str(desk / "ada.pem")]) == 0
    assert json.loads(capsys.readouterr().out)["key"] == json.loads(card.read_text())["key"]
    (desk / "ada.pem").chmod(0o644)
    assert run(["keys", "public", "--file", str(desk / "ada.pem")]) == 4
    assert "chmod 600" in capsys.readouterr().err
