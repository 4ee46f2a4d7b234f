"""Photos on a server, by URL: s3://, gs://, https://."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from crackscope import extras
from crackscope.errors import ImageError, UsageError
from crackscope.images.read import check_length, refuse_video
from crackscope.inspection.sources import PhotoSource, Search, is_photo_name, refusal
from crackscope.inspection.sources.files import gone
from crackscope.skipped import own_folders

_SCHEMES = {"s3": "s3fs", "gs": "gcsfs", "https": "aiohttp"}
"""The package that fsspec requires for each scheme."""
_OPTIONS: dict[str, dict[str, Any]] = {"https": {"client_kwargs": {"trust_env": True}}}
"""Use the proxy of HTTPS_PROXY, like curl; botocore and gcsfs do so by default."""
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_LISTED = ("s3", "gs")
"""Schemes with folder listings; web servers have none."""
_VERSIONS = ("ETag", "etag", "LastModified", "updated", "mtime", "created")


@dataclass(frozen=True, slots=True)
class RemotePhoto(PhotoSource):
    """The photo at a URL; `root` is the folder argument it was found in, "" if none."""

    url: str
    size: int = 0
    version: str = ""
    root: str = ""

    def stamp(self) -> tuple[int, str]:
        """Size and version from the folder listing."""
        return self.size, self.version

    def content(self, max_megapixels: float) -> bytes:
        """See `PhotoSource`; fsspec handles retries."""
        refuse_video(self.relative)
        system = _system(self.url)
        try:
            check_length(self.size or system.info(self.url).get("size") or 0, max_megapixels)
            content: bytes = system.cat_file(self.url)
            return content
        except ImageError:
            raise
        except Exception as error:  # each client has its own exceptions
            reason = refusal.explain(error)
            if reason.kind == "unreadable":
                self._check_server(system)
            raise reason from error

    def _check_server(self, system: Any) -> None:
        """Raise SourceGoneError if the folder can no longer be listed either."""
        if not self.root:
            return
        try:
            system.invalidate_cache()
            system.ls(self.root)
        except Exception as error:
            raise gone(self.root) from error


class Addresses:
    """URLs."""

    def recognises(self, argument: str) -> bool:
        """By the scheme."""
        return _ADDRESS.match(argument) is not None

    def find(self, argument: str, search: Search) -> Iterator[PhotoSource]:
        """One photo; or for s3:// and gs://, all photos below a folder, sorted."""
        scheme = argument.partition("://")[0].lower()
        if scheme not in _SCHEMES:
            allowed = ", ".join(f"{name}://" for name in _SCHEMES)
            raise UsageError(f"a URL must start with one of: {allowed}. Received: {argument!r}")
        name = PurePosixPath(argument.partition("?")[0]).name
        if scheme not in _LISTED or is_photo_name(name):
            _system(argument)  # report missing packages now
            if search.first_time(argument):
                yield RemotePhoto(argument, name, argument)
        else:
            yield from _folder(argument.rstrip("/"), search)


def _folder(root: str, search: Search) -> Iterator[PhotoSource]:
    system = _system(root)
    try:
        listed = system.find(root, detail=True)
    except Exception as error:  # each client has its own exceptions
        raise UsageError(f"cannot list {root}: {error}") from error
    start = len(system._strip_protocol(root)) + 1
    below = f"{PurePosixPath(root).name}/" if search.several else ""
    ours = own_folders([path[start:] for path in listed], lambda name: _state(system, root, name))
    for path, info in sorted(listed.items()):
        name = path[start:]
        url = f"{root}/{name}"
        if search.wants(name, f"{root}/", ours) and search.first_time(url):
            version = next((str(info[key]) for key in _VERSIONS if key in info), "")
            yield RemotePhoto(url, below + name, url, info.get("size") or 0, version, root)


def _state(system: Any, root: str, name: str) -> bytes:
    """The bytes of a state file; b"" if the server refuses."""
    try:
        content: bytes = system.cat_file(f"{root}/{name}")
    except Exception:  # noqa: BLE001  (each client has its own)
        return b""
    return content


def _system(url: str) -> Any:
    """The fsspec file system for a URL; fsspec caches one per scheme."""
    scheme = url.partition("://")[0].lower()
    extras.require(_SCHEMES[scheme], "cloud", f"read {scheme}:// URLs")
    fsspec = extras.require("fsspec", "cloud", f"read {scheme}:// URLs")
    return fsspec.filesystem(scheme, **_OPTIONS.get(scheme, {}))
