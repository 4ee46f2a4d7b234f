"""Reasons why a server request failed, from the exceptions of the different clients."""

from collections.abc import Iterator
from http import HTTPStatus

from crackscope.errors import ImageError

_NOT_FOUND = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_NOT_PERMITTED = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
)


def explain(error: Exception) -> ImageError:
    """The error of the photo; fsspec reports every failure on https:// as "no such file"."""
    causes = list(_causes(error))
    status = next(filter(None, map(_status, causes)), None)
    answer = f"the server returned {status}{_phrase(status)}"
    if status in _NOT_FOUND or (status is None and isinstance(causes[-1], FileNotFoundError)):
        return ImageError("not_found", "no such file on the server")
    if status in _NOT_PERMITTED:
        return ImageError(
            "not_permitted", f"{answer}. Check the credentials for the server or the proxy"
        )
    if isinstance(causes[-1], PermissionError) or str(causes[-1]).startswith("Forbidden"):  # gcsfs
        return ImageError("not_permitted", "access denied by the server")
    if status is not None:
        return ImageError("unreadable", answer)
    reason = str(causes[-1]) or type(causes[-1]).__name__
    return ImageError("unreadable", f"request failed: {reason}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and its causes."""
    while error is not None:
        yield error
        error = error.__cause__


def _status(error: BaseException) -> int | None:
    """The HTTP status of an error of aiohttp (`status`), gcsfs (`code`) or botocore."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        value = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    else:
        value = error.status if hasattr(error, "status") else getattr(error, "code", None)
    return value if isinstance(value, int) and value >= HTTPStatus.BAD_REQUEST else None


def _phrase(status: int | None) -> str:
    try:
        return f" ({HTTPStatus(status or 0).phrase})"
    except ValueError:
        return ""
