"""Contents that machines share: big ones in parts, damage is noticed, mended by who has the file, and disposal removes them."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from orchestrator.adapters.store import DirectoryBaselineStore, SqlJournal
from orchestrator.adapters.store.contents import PART, SharedContents, pack
from orchestrator.adapters.store.disposal.home_disposals import HomeDisposals
from orchestrator.domain.evidence.baseline import Baseline, ConfigurationItem
from orchestrator.errors import StoreFault
from tests.fakes.clock import START, FakeClock


@pytest.fixture
def journal(tmp_path: Path, database_url: str) -> Iterator[SqlJournal]:
    journal = SqlJournal(tmp_path / "home", FakeClock(), url=database_url)
    yield journal
    journal.close()


@pytest.fixture
def contents(journal: SqlJournal) -> SharedContents:
    return SharedContents(journal.database)


def noise(size: int) -> bytes:
    """What does not become shorter when it is packed."""
    blocks = [sha256(str(number).encode()).digest() for number in range(size // 32)]
    return b"".join(blocks)


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def test_a_big_content_has_several_parts_and_comes_back(contents: SharedContents, database_url: str) -> None:
    big = noise(2 * PART + PART // 2)
    contents.put_all({digest_of(big): pack(big), digest_of(b""): pack(b"")})
    assert contents.get(digest_of(big)) == big
    assert contents.get(digest_of(b"")) == b""
    assert contents.get("0" * 64) is None
    with psycopg.connect(database_url) as connection:
        counted = connection.execute("SELECT count(*) FROM contents WHERE digest = %s", [digest_of(big)])
        assert counted.fetchone() == (3,)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM contents WHERE part = 1",
        "UPDATE contents SET body = 'x' WHERE part = 0",
        "UPDATE contents SET body = ''",
    ],
)
def test_a_damaged_content_is_none_and_is_mended_by_who_puts_it_again(
    contents: SharedContents, database_url: str, damage: str
) -> None:
    big = noise(PART + PART // 2)
    contents.put_all({digest_of(big): pack(big)})
    with psycopg.connect(database_url) as connection:
        connection.execute(damage.encode())
    with pytest.raises(StoreFault, match="no longer holds"):
        contents.get(digest_of(big))
    contents.put_all({digest_of(big): pack(big)})
    assert contents.get(digest_of(big)) == big


def test_a_damaged_file_is_mended_from_what_machines_share(contents: SharedContents, tmp_path: Path) -> None:
    store = DirectoryBaselineStore(tmp_path / "baselines", shared=contents)
    item = ConfigurationItem(kind="file", name="/etc/shop.conf", attributes={"mode": "0644"})
    put = Baseline(host="web1", machine_id="m1", captured_at=START, items=(item,))
    digest = store.put(put).digest
    file = tmp_path / "baselines" / digest[:2] / digest[2:]
    file.write_bytes(b"damaged")
    assert store.get(digest) == put
    assert DirectoryBaselineStore(tmp_path / "baselines").get(digest) == put


def test_what_is_disposed_of_is_in_no_machine_and_not_on_the_server(
    journal: SqlJournal, contents: SharedContents, tmp_path: Path, database_url: str
) -> None:
    contents.put_all({digest_of(b"gone"): pack(b"gone"), digest_of(b"stays"): pack(b"stays")})
    disposals = HomeDisposals(journal.database, tmp_path / "home")
    disposals.note("d1", [digest_of(b"gone")])
    disposals.clear("d1")
    assert contents.get(digest_of(b"gone")) is None
    assert contents.get(digest_of(b"stays")) == b"stays"
