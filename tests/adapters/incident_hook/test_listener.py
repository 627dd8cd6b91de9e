"""Incidents over real HTTP: what is signed, new and in time is taken once, and every refusal has a code."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.incident_hook.listener import AT_ONCE, LINES
from orchestrator.adapters.incident_hook.rates import MOST_SENDERS, Rates
from orchestrator.adapters.incident_hook.secrets_file import secrets_of
from orchestrator.domain.evidence.hook_answer import HookAnswer
from orchestrator.errors import MachineLacks
from tests.fakes.clock import START, FakeClock
from tests.worlds.webhooks import INCIDENT, SECRET, Listening, listening, post, send, signed

BODY = json.dumps(INCIDENT).encode()


class Taker:
    """Takes every object that has an id; `fails` as a store that is down."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.fails = False

    def __call__(self, message: object) -> HookAnswer:
        if self.fails:
            return HookAnswer("store", "later")
        if not isinstance(message, dict) or "id" not in message:
            return HookAnswer("incident", "id: expected one")
        self.taken.append(message)
        return HookAnswer("taken", "it is written down")


@pytest.fixture
def taker() -> Taker:
    return Taker()


@pytest.fixture
def hook(taker: Taker, tmp_path: Path) -> Iterator[Listening]:
    with listening(tmp_path, taker) as made:
        yield made


def test_a_signed_message_is_taken(hook: Listening, taker: Taker) -> None:
    reply = send(hook.port, INCIDENT, hook.clock.now())
    assert (reply.status, reply.code) == (200, "taken")
    assert taker.taken == [INCIDENT]
    assert hook.log == ["taken"]


def test_a_message_that_comes_again_is_taken_once(hook: Listening, taker: Taker) -> None:
    fields = signed(BODY, hook.clock.now())
    assert [post(hook.port, BODY, fields).code for _ in range(3)] == ["taken", "already", "already"]
    assert len(taker.taken) == 1


def test_the_same_message_by_many_at_once_is_taken_once(hook: Listening, taker: Taker) -> None:
    fields = signed(BODY, hook.clock.now())
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: post(hook.port, BODY, fields).code, range(8)))
    assert sorted(codes) == ["already"] * 7 + ["taken"]
    assert len(taker.taken) == 1


def test_a_message_that_could_not_be_written_is_new_when_it_comes_again(
    hook: Listening, taker: Taker
) -> None:
    taker.fails = True
    assert send(hook.port, INCIDENT, hook.clock.now()).status == 503
    taker.fails = False
    assert send(hook.port, INCIDENT, hook.clock.now()).code == "taken"


@pytest.mark.parametrize(
    ("seconds", "code"), [(299, "taken"), (-299, "taken"), (301, "time"), (-301, "time"), (1e9, "time")]
)
def test_a_signature_counts_for_five_minutes(hook: Listening, seconds: float, code: str) -> None:
    fields = signed(BODY, hook.clock.now() - timedelta(seconds=seconds))
    assert post(hook.port, BODY, fields).code == code


def test_an_old_message_with_a_new_time_is_not_signed(hook: Listening) -> None:
    fields = signed(BODY, hook.clock.now() - timedelta(days=1))
    fields["webhook-timestamp"] = str(int(hook.clock.now().timestamp()))
    assert post(hook.port, BODY, fields).code == "signature"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"webhook-signature": ""}, "unsigned"),
        ({"webhook-timestamp": ""}, "unsigned"),
        ({"webhook-id": ""}, "id"),
        ({"webhook-id": "a b"}, "id"),
        ({"webhook-id": "x" * 256}, "id"),
        ({"webhook-id": "another"}, "signature"),
        ({"webhook-signature": "v1,AAAA"}, "signature"),
        ({"webhook-signature": "v1,\u00e9"}, "signature"),
        ({"webhook-signature": "v1," * 4000}, "signature"),
        ({"webhook-timestamp": "-1"}, "time"),
        ({"webhook-timestamp": "1e9"}, "time"),
        ({"webhook-timestamp": "9" * 5000}, "time"),
        ({"Content-Type": "text/plain"}, "type"),
        ({"Content-Length": "9999999999"}, "size"),
        ({"Content-Length": "-1"}, "size"),
        ({"Content-Length": "12x"}, "size"),
        ({"Transfer-Encoding": "chunked"}, "length"),
        ({"Content-Length": str(256 * 1024 + 1)}, "size"),
    ],
)
def test_what_is_wrong_with_a_request_has_a_code(
    hook: Listening, taker: Taker, change: dict[str, str], code: str
) -> None:
    assert post(hook.port, BODY, {**signed(BODY, hook.clock.now()), **change}).code == code
    assert not taker.taken
    assert hook.log == [code]


def test_a_changed_body_and_another_secret_are_not_signed(hook: Listening) -> None:
    fields = signed(BODY, hook.clock.now())
    assert post(hook.port, BODY.replace(b"hangs", b"rocks"), fields).code == "signature"
    assert (
        send(hook.port, INCIDENT, hook.clock.now(), secret="an other secret of some length").code
        == "signature"
    )


def test_of_several_signatures_one_counts(hook: Listening) -> None:
    fields = signed(BODY, hook.clock.now())
    fields["webhook-signature"] = f"v1,AAAA v1a,xyz {fields['webhook-signature']}"
    assert post(hook.port, BODY, fields).code == "taken"


def test_a_sender_may_change_its_secret(hook: Listening, tmp_path: Path) -> None:
    new = "whsec_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    (tmp_path / "secret").write_text(f"{SECRET}\n{new}\n")
    assert send(hook.port, INCIDENT, hook.clock.now(), "a").code == "taken"
    assert send(hook.port, INCIDENT, hook.clock.now(), "b", secret=new).code == "taken"
    (tmp_path / "secret").write_text(new)
    assert send(hook.port, INCIDENT, hook.clock.now(), "c").code == "signature"
    (tmp_path / "secret").unlink()
    assert send(hook.port, INCIDENT, hook.clock.now(), "d").code == "secret"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"id": NaN}', b"[" * 5000, b'{"a":' * 5000])
def test_what_is_no_json_is_refused(hook: Listening, body: bytes) -> None:
    assert post(hook.port, body, signed(body, hook.clock.now())).code == "json"


def test_other_paths_and_methods_have_a_code(hook: Listening) -> None:
    assert post(hook.port, BODY, signed(BODY, hook.clock.now()), "/").code == "path"
    assert b'"method"' in raw(hook.port, b"GET /incidents HTTP/1.1\r\n\r\n")
    assert hook.log == ["path", "method"]


@pytest.mark.parametrize("sent", [b"\x00\xff\r\n\r\n", b"POST\r\n\r\n", b"POST /incidents HTTP/9.9\r\n\r\n"])
def test_what_is_no_http_is_refused_without_repeating_it(hook: Listening, sent: bytes) -> None:
    assert b"Traceback" not in raw(hook.port, sent)
    assert send(hook.port, INCIDENT, hook.clock.now()).code == "taken"


def test_headers_without_end_are_refused(hook: Listening) -> None:
    many = b"".join(b"x-%d: 1\r\n" % n for n in range(500))
    assert b'"request"' in raw(hook.port, b"POST /incidents HTTP/1.1\r\n" + many + b"\r\n")


def raw(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(sent)
        return b"".join(iter(lambda: wire.recv(65536), b""))


def test_whoever_sends_drop_by_drop_is_cut_off(taker: Taker, tmp_path: Path) -> None:
    with listening(tmp_path, taker, patience=0.2) as hook:
        fields = "".join(f"{name}: {value}\r\n" for name, value in signed(BODY, hook.clock.now()).items())
        head = f"POST /incidents HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n{fields}\r\n"
        raw(hook.port, head.encode())
        raw(hook.port, b"POST /inc")
        assert send(hook.port, INCIDENT, hook.clock.now()).code == "taken"
    assert not taker.taken[1:]


def test_more_requests_than_allowed_are_refused_and_told_once(taker: Taker, tmp_path: Path) -> None:
    with listening(tmp_path, taker, per_minute=3) as hook:
        codes = [send(hook.port, INCIDENT, hook.clock.now(), f"m{n}").code for n in range(8)]
        hook.clock.jump(60)
        codes.append(send(hook.port, INCIDENT, hook.clock.now(), "later").code)
    assert codes == ["taken"] * 3 + ["rate"] * 5 + ["taken"]
    assert hook.log == ["taken"] * 3 + ["rate", "taken"]


def test_a_flood_of_refusals_does_not_flood_the_log(hook: Listening) -> None:
    for _ in range(LINES + 20):
        raw(hook.port, b"GET / HTTP/1.1\r\n\r\n")
    assert hook.log == ["method"] * LINES + ["rate"]
    assert send(hook.port, INCIDENT, hook.clock.now()).code == "taken"
    assert hook.log[-1] == "taken"


def test_more_connections_than_there_is_room_for_are_told_so_at_once(hook: Listening) -> None:
    with ExitStack() as open_ones:
        waiting = [
            open_ones.enter_context(socket.create_connection(("127.0.0.1", hook.port), timeout=10))
            for _ in range(AT_ONCE)
        ]
        assert b"503" in raw(hook.port, b"")
        waiting[0].sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert b"405" in waiting[0].recv(1000)
    assert "busy" in hook.log


def test_an_address_that_is_taken_is_told(hook: Listening, taker: Taker, tmp_path: Path) -> None:
    from orchestrator.adapters.incident_hook import Gatekeeper, IncidentListener

    keeper = Gatekeeper(list, taker, FakeClock(), 1)
    with pytest.raises(MachineLacks, match="Choose another --address"):
        IncidentListener("127.0.0.1", hook.port, keeper, lambda answer, address: None)


def test_senders_are_counted_apart_up_to_a_limit() -> None:
    rates = Rates(1)
    assert [rates.ask(f"10.0.0.{n}", START) for n in range(MOST_SENDERS)] == ["yes"] * MOST_SENDERS
    assert [rates.ask(name, START) for name in ("10.9.0.1", "10.9.0.2", "10.9.0.3")] == [
        "yes",
        "no",
        "no again",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "one secret, or two"),
        ("a-secret-of-some-length " * 3, "one secret, or two"),
        ("sesame", "shorter than 16"),
        ("whsec_sesame", "no base64"),
        ("whsec_\u00e4", "no base64"),
    ],
)
def test_a_secret_that_is_none_is_named_without_it(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "secret"
    file.write_text(text)
    with pytest.raises(ValueError, match=why) as refused:
        secrets_of(file)
    assert "sesame" not in str(refused.value)
