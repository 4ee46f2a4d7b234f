"""Servers on this machine that speak as much of S3, Google Cloud Storage and HTTP as is asked."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

DAY = "2024-05-06T07:08:09.000Z"


@dataclass
class Server:
    """A server that is running; `files` by "bucket/key" are what it holds."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Method and target of each request."""
    statuses: dict[str, int] = field(default_factory=dict)
    """What is answered for some files in place of them."""


@dataclass(frozen=True)
class Answer:
    content: bytes = b""
    kind: str = "application/octet-stream"
    status: int = 200


Speak = Callable[[Server, str, Mapping[str, list[str]]], Answer]


@contextmanager
def serve(speak: Speak) -> Iterator[Server]:
    """A server that answers a path and its query as `speak` says."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.asked.append(f"{self.command} {self.path}")
            parts = urlsplit(self.path)
            answer = speak(state, unquote(parts.path).lstrip("/"), parse_qs(parts.query))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.content)))
            self.send_header("ETag", '"0123"')
            self.send_header("Last-Modified", "Mon, 06 May 2024 07:08:09 GMT")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.content)

        do_HEAD = do_GET  # noqa: N815

        def do_CONNECT(self) -> None:
            state.asked.append(f"{self.command} {self.path}")
            self.send_response(state.statuses.get(self.path, 502))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def http(state: Server, path: str, query: Mapping[str, list[str]]) -> Answer:
    """Files as they are."""
    if status := state.statuses.get(path):
        return Answer(status=status)
    return Answer(state.files[path]) if path in state.files else Answer(status=404)


def s3(state: Server, path: str, query: Mapping[str, list[str]]) -> Answer:
    """ListObjectsV2, HeadObject and GetObject, by addresses with the bucket in the path."""
    if "list-type" not in query:
        return http(state, path, query)
    prefix = f"{path.rstrip('/')}/{''.join(query.get('prefix', []))}"
    rows = "".join(
        f"<Contents><Key>{escape(name.partition('/')[2])}</Key><LastModified>{DAY}</LastModified>"
        f"<ETag>0123</ETag><Size>{len(content)}</Size></Contents>"
        for name, content in sorted(state.files.items())
        if name.startswith(prefix)
    )
    name = f"<Name>{path}</Name><IsTruncated>false</IsTruncated>"
    listing = f"<ListBucketResult>{name}{rows}</ListBucketResult>"
    return Answer(listing.encode(), "application/xml")


def gcs(state: Server, path: str, query: Mapping[str, list[str]]) -> Answer:
    """objects.list, objects.get, and their media, of the JSON API."""
    bucket, _, name = path.split("/b/", 1)[1].partition("/o")
    name = f"{bucket}/{name.lstrip('/')}"
    if status := state.statuses.get(name):
        return Answer(status=status)
    if name == f"{bucket}/":
        prefix = f"{bucket}/{''.join(query.get('prefix', []))}"
        items = [_item(one, state) for one in sorted(state.files) if one.startswith(prefix)]
        return Answer(json.dumps({"items": items}).encode(), "application/json")
    if name not in state.files:
        return Answer(b"{}", "application/json", 404)
    if query.get("alt") == ["media"]:
        return Answer(state.files[name])
    return Answer(json.dumps(_item(name, state)).encode(), "application/json")


def _item(name: str, state: Server) -> dict[str, str]:
    bucket, _, key = name.partition("/")
    size = str(len(state.files[name]))
    return {"name": key, "bucket": bucket, "size": size, "etag": "0123", "updated": DAY}
