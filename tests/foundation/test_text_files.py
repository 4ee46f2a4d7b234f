"""Text encodings, detected by their byte order marks or by their NULs."""

import pytest

from crackscope import text_files

TEXT = "site/Brücke 1.jpg\r\nb.jpg\r\n"
WIDE = ["utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", *WIDE, "utf-32", "cp1252"])
def test_text_is_read_in_every_encoding(encoding: str) -> None:
    assert text_files.decode(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize("encoding", WIDE)
def test_a_mark_tells_utf_16(encoding: str) -> None:
    assert text_files.split_mark("\ufeffa".encode(encoding)) == (encoding, "a".encode(encoding))


@pytest.mark.parametrize("name", ["照片/一.jpg\n", "Фото.jpg\n", "/\n..."])
@pytest.mark.parametrize("encoding", WIDE)
def test_nuls_tell_utf_16_without_a_mark(encoding: str, name: str) -> None:
    assert text_files.split_mark(name.encode(encoding))[0] == encoding


@pytest.mark.parametrize(
    "content",
    [b"", b"a", b"a.jpg\0", b"./a.jpg\0b/c.png\0", b"1\0002\0003\0", b".\0", b"a\nb.jpg\0c.jpg\0"],
)
def test_a_list_with_a_nul_behind_each_name_is_no_utf_16(content: bytes) -> None:
    assert text_files.split_mark(content) == (None, content)


def test_damaged_utf_16_is_not_made_up() -> None:
    with pytest.raises(UnicodeDecodeError):
        text_files.decode("\ufeffa.jpg".encode("utf-16-le")[:-1])


def test_every_byte_of_an_older_encoding_is_read() -> None:
    assert text_files.decode(b"\xfc\x81") == "ü\x81"
    assert text_files.decode(b"\xfc\x80") == "ü€"
