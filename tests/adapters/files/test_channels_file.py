"""channels.yml: what it holds, and its faults with their lines."""

from pathlib import Path

import pytest

from orchestrator.adapters.files.channels_file import known_channels, load_channels
from orchestrator.adapters.files.manual import channels
from orchestrator.errors import PlanFault

HEAD = "orch: 1\nchannels:\n  desk:\n"
MAIL = (
    "    mail:\n      server: m.example.net\n      port: 25\n      tls: none\n      from: orch@example.net\n"
)


def test_the_manual_is_a_file_of_channels() -> None:
    noun = load_channels(channels()).noun
    assert {name: channel.mail is not None for name, channel in noun.channels.items()} == {
        "house-mail": True,
        "service-desk": False,
        "on-call": False,
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("    webhook: {url: 'https://x/'}\n", 4, "a secret that signs"),
        ("    webhook: {url: 'https://x/', format: slack}\n", 4, "a file, because"),
        ("    webhook: {url: 'ftp://x/', secret: {file: /s}}\n", 4, "https://"),
        ("    webhook: {url: 'https://u:p@x/', secret: {file: /s}}\n", 4, "without user and password"),
        ("    webhook: {url: 'https://x/', secret: {file: /s, command: [c]}}\n", 4, "either file or command"),
        ("    webhook: {url: 'https://x/', secret: sesame}\n", 4, "secret"),
        (MAIL + "      user: {file: /u}\n      password: {file: /p}\n", 7, "tls, where a password is sent"),
        (MAIL + "      user: {file: /u}\n", 4, "user and password together"),
        (MAIL.replace("orch@example.net", "'a@x>\\nBcc: b@x'"), 8, "from"),
        (
            MAIL + "    webhook: {url: 'https://x/', secret: {file: /s}}\n",
            3,
            "one of mail, webhook and apprise",
        ),
        (MAIL.replace("25", "99999"), 6, "port"),
    ],
)
def test_each_fault_has_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = tmp_path / "channels.yml"
    file.write_text(HEAD + text)
    with pytest.raises(PlanFault) as caught:
        load_channels(file)
    assert any(words in str(fault) for fault in caught.value.faults), str(caught.value)
    assert line in {fault.line for fault in caught.value.faults}, str(caught.value)


def test_the_house_comes_before_the_home(tmp_path: Path) -> None:
    house, home = tmp_path / "house", tmp_path / "home"
    for place, name in ((house, "desk"), (home, "other")):
        place.mkdir()
        (place / "channels.yml").write_text(HEAD.replace("desk", name) + MAIL)
    loaded = known_channels([house, home])
    assert loaded is not None
    assert list(loaded.noun.channels) == ["desk"]
    assert known_channels([tmp_path]) is None
