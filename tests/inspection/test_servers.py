"""s3://, gs:// and https:// against servers on this machine, through the real clients."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from crackscope.errors import ImageError
from crackscope.inspection.find import find
from crackscope.inspection.sources import refusal, remote
from support_pictures import encode, noise
from support_servers import Server, gcs, http, s3, serve

pytest.importorskip("aiohttp", reason="needs the extra [cloud]")
PHOTO = encode(noise(), "PNG")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
STORES = {"s3": s3, "gs": gcs}


def variables(scheme: str, server: Server) -> dict[str, str]:
    """Environment of a process that knows only this server and its credentials."""
    quiet = {name: value for name, value in os.environ.items() if name.lower() not in PROXIES}
    quiet = {name: value for name, value in quiet.items() if not name.startswith("AWS_")}
    if scheme == "gs":
        settings = {
            "STORAGE_EMULATOR_HOST": server.address,
            "FSSPEC_GS_TOKEN": "anon",
            "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",  # which asks by gRPC
        }
    else:
        settings = {
            "AWS_ENDPOINT_URL": server.address,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_MAX_ATTEMPTS": "1",
        }
    return {**quiet, **settings}


@pytest.mark.parametrize("scheme", STORES)
def test_a_bucket_is_inspected(scheme: str, tiny_bundle: Path, tmp_path: Path) -> None:
    """All photos below the folder, named failures, and no client output on stderr."""
    pytest.importorskip({"s3": "s3fs", "gs": "gcsfs"}[scheme])
    out, root = tmp_path / "out", f"{scheme}://bucket/site 1"
    with serve(STORES[scheme]) as server:
        for name in ("b.png", "a/ü.png", "c.png", "notes.txt"):
            server.files[f"bucket/site 1/{name}"] = PHOTO
        server.files["bucket/other/d.png"] = PHOTO
        server.statuses["bucket/site 1/c.png"] = 403
        command = [sys.executable, "-m", "crackscope", "inspect", root, "--model", tiny_bundle]
        done = subprocess.run(
            [*map(str, command), "--out", str(out)],
            env=variables(scheme, server),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.stderr == ""
    assert done.returncode == 3
    results = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    found = {result["path"]: result.get("error", {}).get("kind") for result in results}
    assert found == {
        f"{root}/a/ü.png": None,
        f"{root}/b.png": None,
        f"{root}/c.png": "not_permitted",
    }
    assert len(list((out / "overlays").rglob("*.jpg"))) == 2


@pytest.mark.parametrize("scheme", STORES)
def test_a_bucket_that_cannot_be_listed_is_wrong_use(scheme: str, tmp_path: Path) -> None:
    pytest.importorskip({"s3": "s3fs", "gs": "gcsfs"}[scheme])
    with serve(http) as server:
        server.statuses |= {
            "bucket": 403,
            "storage/v1/b/bucket/o": 403,
            "storage/v1/b/bucket/o/": 403,
        }
        command = [sys.executable, "-m", "crackscope", "inspect", f"{scheme}://bucket/site"]
        done = subprocess.run(
            [*command, "--out", str(tmp_path / "out")],
            env=variables(scheme, server),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 2
    assert f"cannot list {scheme}://bucket/site" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A web server without TLS, which does not affect the error messages."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(remote, "_SCHEMES", {"http": "aiohttp", "https": "aiohttp"})
    options = remote._OPTIONS["https"]
    monkeypatch.setattr(remote, "_OPTIONS", {"http": options, "https": options})
    with serve(http) as server:
        yield server


def refused(address: str) -> ImageError:
    (source,) = find([address]).photos
    with pytest.raises(ImageError) as caught:
        source.content(1.0)
    return caught.value


def test_a_photo_of_a_web_server(web: Server) -> None:
    web.files["site/a.png"] = PHOTO
    (source,) = find([f"{web.address}/site/a.png"]).photos
    assert source.content(1.0) == PHOTO


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, "not_permitted", "401 (Unauthorized)"),
        (403, "not_permitted", "403 (Forbidden)"),
        (404, "not_found", "no such file"),
        (410, "not_found", "no such file"),
        (429, "unreadable", "429 (Too Many Requests)"),
        (500, "unreadable", "500 (Internal Server Error)"),
        (503, "unreadable", "503 (Service Unavailable)"),
        (599, "unreadable", "599"),
    ],
)
def test_what_a_web_server_answers_is_said(web: Server, status: int, kind: str, words: str) -> None:
    web.statuses["a.png"] = status
    error = refused(f"{web.address}/a.png")
    assert error.kind == kind
    assert words in str(error)


def test_a_web_server_that_is_not_there_is_said(web: Server) -> None:
    error = refused("http://127.0.0.1:9/a.png")
    assert error.kind == "unreadable"
    assert "127.0.0.1" in str(error)


def test_the_proxy_is_asked(web: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    web.files["site/a.png"] = PHOTO
    monkeypatch.setenv("HTTP_PROXY", web.address)
    monkeypatch.setenv("HTTPS_PROXY", web.address)
    web.statuses["photos.test:443"] = 407
    error = refused("https://photos.test/a.png")
    assert any(line == "CONNECT photos.test:443" for line in web.asked)
    assert error.kind == "not_permitted"
    assert "407 (Proxy Authentication Required)" in str(error)
    asked = len(web.asked)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (source,) = find([f"{web.address}/site/a.png"]).photos
    assert source.content(1.0) == PHOTO
    assert all(not line.partition(" ")[2].startswith("http") for line in web.asked[asked:])


def test_a_reason_is_never_empty() -> None:
    assert "TimeoutError" in str(refusal.explain(TimeoutError()))
    wrapped = FileNotFoundError("a.png")
    wrapped.__cause__ = ConnectionResetError("reset by peer")
    assert "reset by peer" in str(refusal.explain(wrapped))
    assert refusal.explain(FileNotFoundError("a.png")).kind == "not_found"
    assert refusal.explain(PermissionError("a.png")).kind == "not_permitted"
    answer = SimpleNamespace(code="403")
    assert refusal._status(answer) is None  # type: ignore[arg-type]
