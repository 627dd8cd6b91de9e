"""Builds the images of this example from /bin/busybox (Debian's busybox-static), and writes their digests into the plans.

An image is an archive of an OCI image layout: one layer, one configuration, one manifest. The same busybox gives the same
bytes. The identity of an image is the digest of its configuration, which names the digest of the layer.
"""

# ruff: noqa: T201 - a program of its own

import hashlib
import io
import json
import re
import tarfile
from pathlib import Path

HERE = Path(__file__).parent
BUSYBOX = Path("/bin/busybox")
RELEASES = {
    "plan.yml": ("1.1.0", {"version": b"1.1.0\n", "index.html": b"<h1>Parcels</h1>\n"}),
    # It has no page.
    "bad.yml": ("1.2.0", {"version": b"1.2.0\n"}),
}


def main() -> None:
    """Both images, and their digests in both plans."""
    (HERE / "dml").mkdir(exist_ok=True)
    for plan, (version, pages) in RELEASES.items():
        archive, identity = image(pages)
        (HERE / f"dml/parcel-{version}.tar").write_bytes(archive)
        file = HERE / plan
        text = re.sub(r"sha256:\w+", f"sha256:{identity}", file.read_text())
        digest = hashlib.sha256(archive).hexdigest()
        file.write_text(re.sub(r"sha256: \w+", f"sha256: {digest}", text))
        print(f"parcel {version}: image {identity}, archive {digest}")


def image(pages: dict[str, bytes]) -> tuple[bytes, str]:
    """The archive of an image that serves pages on port 8083, and the digest of its configuration."""
    files = {"bin/busybox": BUSYBOX.read_bytes(), **{f"www/{name}": text for name, text in pages.items()}}
    layer = tar(files)
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "created": "2026-01-01T00:00:00Z",
            "config": {"Cmd": ["/bin/busybox", "httpd", "-f", "-p", "8083", "-h", "/www"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        },
        sort_keys=True,
    ).encode()
    identity = hashlib.sha256(config).hexdigest()
    blobs = {f"blobs/sha256/{hashlib.sha256(blob).hexdigest()}": blob for blob in (config, layer)}
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": described(config, "config.v1+json"),
            "layers": [described(layer, "layer.v1.tar")],
        },
        sort_keys=True,
    ).encode()
    index = {"schemaVersion": 2, "manifests": [described(manifest, "manifest.v1+json")]}
    blobs[f"blobs/sha256/{hashlib.sha256(manifest).hexdigest()}"] = manifest
    layout = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}', "index.json": json.dumps(index).encode()}
    return tar({**layout, **blobs}), identity


def described(blob: bytes, kind: str) -> dict[str, object]:
    """A descriptor of the image specification."""
    digest = f"sha256:{hashlib.sha256(blob).hexdigest()}"
    return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": digest, "size": len(blob)}


def tar(files: dict[str, bytes]) -> bytes:
    """An archive in which nothing depends on when and by whom it was made."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755 if name.startswith("bin/") else 0o644
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


if __name__ == "__main__":
    main()
