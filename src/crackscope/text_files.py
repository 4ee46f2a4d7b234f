"""Text files in common encodings: UTF-8, UTF-16 (PowerShell, Notepad, Excel), Windows-1252."""

import re

_MARKS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe\0\0": "utf-32-le",  # before UTF-16, whose mark it begins with
    b"\0\0\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
_LETTERS = {
    "utf-16-le": re.compile(rb"(?:[^\0]\0){3}"),
    "utf-16-be": re.compile(rb"(?:\0[^\0]){3}"),
}
"""Three consecutive characters: every file name has them, in its extension."""
_SIGNS_OF_A_PATH = frozenset("./\\\n")


def split_mark(content: bytes) -> tuple[str | None, bytes]:
    """The detected encoding (None if unknown), and the content without its byte order mark.

    UTF-16 without a mark is detected by NULs at every second byte.
    """
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return encoding, content[len(mark) :]
    return next((name for name in _LETTERS if _is_wide(content, name)), None), content


def decode(content: bytes) -> str:
    """The text of a file; content that is not valid UTF-8 is read as Windows-1252.

    Raises UnicodeDecodeError if UTF-16 or UTF-32 is damaged. Invalid bytes after a UTF-8 mark
    become surrogates, as in file names.
    """
    encoding, rest = split_mark(content)
    if encoding is not None:
        return rest.decode(encoding, "surrogateescape" if encoding == "utf-8" else "strict")
    for older in ("utf-8", "cp1252"):
        try:
            return rest.decode(older)
        except UnicodeDecodeError:
            continue
    return rest.decode("latin-1")


def _is_wide(content: bytes, encoding: str) -> bool:
    """Whether the content looks like UTF-16, and not like NUL-separated paths."""
    high, low = (1, 0) if encoding == "utf-16-le" else (0, 1)
    nuls = content[high::2].count(0)
    if nuls <= 4 * content[low::2].count(0):  # letters such as U+4E00 have one in the low byte
        return False
    if not any(found.start() % 2 == 0 for found in _LETTERS[encoding].finditer(content)):
        return False
    whole = content[: len(content) // 2 * 2]
    return not _SIGNS_OF_A_PATH.isdisjoint(whole.decode(encoding, "replace"))
