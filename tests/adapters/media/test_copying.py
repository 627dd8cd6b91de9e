"""Files of media libraries are copied once, whatever server and disk do meanwhile; what was copied before a cut is kept."""

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.engine.project_ports import MediaItem
from orchestrator.errors import NotObtained, StoreFault
from tests.worlds.media_bench import CONTENT, PATH, SHA, Bench, library
from tests.worlds.media_server import MediaServer, media_server
from tests.worlds.unit_memory import KINDS, measured


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with media_server() as running:
        running.files[f"/files/{PATH}"] = CONTENT
        yield running


@pytest.fixture
def bench(tmp_path: Path, server: MediaServer) -> Bench:
    return Bench(tmp_path, library(url=f"{server.url}/files", patience="500ms"))


def test_a_file_is_copied_once_and_verified_each_time(bench: Bench, server: MediaServer) -> None:
    first, second = bench.obtain(), bench.obtain()
    assert first.file == second.file == bench.home / "media" / "sha256" / SHA
    assert first.file.read_bytes() == CONTENT
    assert first.source == f"{server.url}/files/{PATH}"
    assert len(server.asked) == 1


def test_a_copy_whose_bytes_changed_is_copied_anew(bench: Bench, server: MediaServer) -> None:
    file, status = bench.obtain().file, bench.obtain().file.stat()
    file.chmod(0o600)
    with file.open("r+b") as stream:
        stream.write(b"other")
    # The same size, moment and inode prove nothing.
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert bench.media.held(SHA) is None
    assert bench.obtain().file.read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_each_cut_loses_nothing_that_was_copied(bench: Bench, server: MediaServer) -> None:
    server.faults.cut_after = 150_000
    assert bench.obtain().file.read_bytes() == CONTENT
    assert [asked[1] for asked in server.asked] == [None, "bytes=150000-", "bytes=300000-", "bytes=450000-"]
    assert server.sent == len(CONTENT)
    assert any("150000 of 512000 bytes" in line for line in bench.lines)


def test_a_server_that_gives_up_leaves_what_it_sent_for_the_next_call(
    bench: Bench, server: MediaServer
) -> None:
    server.faults.cut_after, server.faults.cuts = 100_000, 1
    server.files[f"/files/{PATH}"] = CONTENT
    original = server.faults
    with pytest.raises(NotObtained, match=r"cut off.*retry: 97\.7 KiB of it are kept"):
        _obtain_while(bench, server)
    assert bench.partial() == 100_000
    server.faults = original
    server.faults.status = None
    assert bench.obtain().file.read_bytes() == CONTENT
    assert server.asked[-1][1] == "bytes=100000-"
    assert bench.partial() == 0


def _obtain_while(bench: Bench, server: MediaServer) -> None:
    """The server answers 503 as soon as the first answer was cut."""

    def goes_down(line: str) -> None:
        server.faults.status = 503

    bench.media.obtain(bench.home, MediaItem("central", PATH, SHA), goes_down)


def test_a_copy_that_was_whole_when_its_process_died_is_kept(bench: Bench, server: MediaServer) -> None:
    file, _ = bench.cache.partial(SHA)
    file.write_bytes(CONTENT)
    bench.cache.begun(SHA, f'"{hash(CONTENT)}"')
    assert bench.obtain().file.read_bytes() == CONTENT
    assert server.sent == 0


def test_another_file_of_the_same_path_is_copied_from_its_beginning(
    bench: Bench, server: MediaServer
) -> None:
    file, _ = bench.cache.partial(SHA)
    file.write_bytes(b"x" * 1000)
    bench.cache.begun(SHA, '"another state"')
    assert bench.obtain().file.read_bytes() == CONTENT
    assert server.sent == len(CONTENT)


def test_a_part_of_other_bytes_is_dropped_and_the_whole_copied(bench: Bench, server: MediaServer) -> None:
    file, _ = bench.cache.partial(SHA)
    file.write_bytes(b"x" * 1000)
    bench.cache.begun(SHA, f'"{hash(CONTENT)}"')
    assert bench.obtain().file.read_bytes() == CONTENT
    assert [asked[1] for asked in server.asked] == ["bytes=1000-", None]


def test_without_a_validator_nothing_is_resumed(bench: Bench, server: MediaServer) -> None:
    server.faults.etag, server.faults.cut_after, server.faults.cuts = False, 1000, 1
    assert bench.obtain().file.read_bytes() == CONTENT
    assert [asked[1] for asked in server.asked] == [None, None]


def test_other_bytes_are_refused_and_not_kept(bench: Bench, server: MediaServer) -> None:
    server.files[f"/files/{PATH}"] = b"not the release"
    with pytest.raises(
        NotObtained, match=f"has digest {hashlib.sha256(b'not the release').hexdigest()}, and {SHA}"
    ):
        bench.obtain()
    assert bench.cache.all() == []


@pytest.mark.parametrize(
    ("length", "kind", "words"),
    [(1000, NotObtained, "has digest"), (10**17, StoreFault, "room for")],
)
def test_a_lie_about_the_length_is_seen(
    bench: Bench, server: MediaServer, length: int, kind: type[Exception], words: str
) -> None:
    server.faults.length = length
    server.faults.cut_after = len(CONTENT)
    with pytest.raises(kind, match=words):
        bench.obtain()
    assert bench.media.held(SHA) is None


def test_bytes_that_have_the_digest_are_kept_whatever_length_was_promised(
    bench: Bench, server: MediaServer
) -> None:
    server.faults.length, server.faults.cut_after = len(CONTENT) + 7, len(CONTENT)
    assert bench.obtain().file.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [404, 403, 500, 429])
def test_what_the_server_answers_is_in_the_error(bench: Bench, server: MediaServer, status: int) -> None:
    server.faults.status = status
    with pytest.raises(NotObtained, match=f"status {status}"):
        bench.obtain()


def test_a_trickle_counts_as_cut(bench: Bench, server: MediaServer) -> None:
    server.faults.trickle = 0.05
    with pytest.raises(NotObtained, match=r"only \d+ bytes within"):
        bench.obtain()


def test_a_redirect_is_followed_some_times(bench: Bench, server: MediaServer) -> None:
    server.faults.redirect = f"/moved/files/{PATH}"
    assert bench.obtain().file.read_bytes() == CONTENT
    server.faults.redirect = f"/files/{PATH}"
    with pytest.raises(NotObtained, match="more than 5 redirects"):
        bench.obtain("0" * 64)


@pytest.mark.parametrize("there", ["file:///etc/passwd", "http:", "//"])
def test_a_redirect_to_no_url_is_refused(bench: Bench, server: MediaServer, there: str) -> None:
    server.faults.redirect = there
    with pytest.raises(NotObtained):
        bench.obtain()


def test_an_encoding_that_nobody_asked_for_is_refused(bench: Bench, server: MediaServer) -> None:
    server.faults.encoding = "gzip"
    with pytest.raises(NotObtained, match="another encoding"):
        bench.obtain()


def test_nobody_listening_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotObtained, match=r"was cut off: Connection refused"):
        Bench(tmp_path, library(url="http://127.0.0.1:1/files")).obtain()


def test_a_full_disk_is_said_before_a_byte_is_copied(tmp_path: Path, server: MediaServer) -> None:
    bench = Bench(tmp_path, library(url=f"{server.url}/files"), reserve=1 << 60)
    with pytest.raises(
        StoreFault, match=r"needs 500 KiB more, and there is room for 0 bytes.*orch library prune"
    ):
        bench.obtain()


def test_parallel_deployments_share_one_copy(bench: Bench, server: MediaServer) -> None:
    server.faults.cut_after = 100_000
    files: list[Path] = []
    threads = [threading.Thread(target=lambda: files.append(bench.obtain().file)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(files) == 4
    assert server.sent == len(CONTENT)


def test_credentials_go_by_tls_to_the_library_alone(tmp_path: Path, server: MediaServer) -> None:
    secret = tmp_path / "login"
    secret.write_text("orch:pa:ss\n")
    secret.chmod(0o600)
    with media_server(tmp_path) as own:
        own.basic = "orch:pa:ss"
        own.files[f"/files/{PATH}"] = CONTENT
        fields = {"url": f"{own.url}/files", "ca_file": str(own.ca_file), "basic_auth": str(secret)}
        assert Bench(tmp_path / "a", library(**fields)).obtain().file.read_bytes() == CONTENT
        with media_server(_made(tmp_path / "other")) as other:
            other.files[f"/files/{PATH}"] = CONTENT
            authorities = (own.ca_file or tmp_path).read_text() + (other.ca_file or tmp_path).read_text()
            both = tmp_path / "both.pem"
            both.write_text(authorities)
            own.faults.redirect = f"{other.url}/files/{PATH}"
            bench = Bench(tmp_path / "b", library(**{**fields, "ca_file": str(both)}))
            assert bench.obtain().file.read_bytes() == CONTENT
            assert [asked[2] for asked in other.asked] == [None]
        own.faults.redirect = f"{server.url}/files/{PATH}"
        with pytest.raises(NotObtained, match="from https to http"):
            Bench(tmp_path / "c", library(**fields)).obtain()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_a_certificate_of_nobody_and_a_login_that_others_read_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "login"
    secret.write_text("orch:pass\n")
    secret.chmod(0o644)
    with media_server(tmp_path) as own:
        with pytest.raises(NotObtained, match="a certificate that does not count"):
            Bench(tmp_path / "a", library(url=own.url)).obtain()
        fields = {"url": own.url, "ca_file": str(own.ca_file), "basic_auth": str(secret)}
        with pytest.raises(NotObtained, match="which others may read; chmod 600"):
            Bench(tmp_path / "b", library(**fields)).obtain()
        assert own.asked == []


def test_a_folder_is_a_library_and_no_link_leads_out_of_it(tmp_path: Path) -> None:
    masters = tmp_path / "masters"
    (masters / "shop/2.4").mkdir(parents=True)
    (masters / PATH).write_bytes(CONTENT)
    (masters / "out").symlink_to("/etc/hostname")
    bench = Bench(tmp_path, library(folder=str(masters)))
    assert bench.obtain().file.read_bytes() == CONTENT
    for path in ("out", "gone", "shop"):
        with pytest.raises(NotObtained, match="no such file in the library"):
            bench.obtain("1" * 64, path)


def test_a_private_copy_takes_no_second_copy_of_the_bytes(tmp_path: Path, bench: Bench) -> None:
    obtained = bench.obtain()
    bench.media.link(obtained, tmp_path / "frozen/d/.orch-media/central/shop.bin")
    target = tmp_path / "frozen/d/.orch-media/central/shop.bin"
    assert target.read_bytes() == CONTENT
    # Where the file system cannot clone, the two are one file.
    assert target.stat().st_nlink == 2 or target.stat().st_ino != obtained.file.stat().st_ino


SPARE = 4 << 10
"""KiB by which peaks may differ: the chunk of 1 MiB that is read, the one that is written, and what Python keeps."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_unit_of_any_size_takes_the_same_memory_from_library_to_run(tmp_path: Path, kind: str) -> None:
    small, large = measured(tmp_path, kind, 1), measured(tmp_path, kind, 64)
    grown = {step: large[step] - small[step] for step in small}
    assert max(grown.values()) < SPARE, grown
    assert "signature sigstore" in grown
