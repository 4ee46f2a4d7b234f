"""The head of a report: texts as given, a logo that is small and safe, both kept for later."""

import base64
import json
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from crackscope.errors import UsageError
from crackscope.rendering import thumbnail
from crackscope.reporting import Context, chosen, logos
from crackscope.reporting.context import Cover, cover_of, load, one_line, save
from support_pictures import encode, noise
from support_reports import LOGO, inspected, scored

HOSTILE = Cover(
    title="<script>alert(1)</script> " + "long " * 60 + "w" * 120,
    client='"><img src=x onerror=alert(2)>',
    project="</title><b>bold</b> &amp;",
    author="山田 太郎, שלום, مرحبا, Ωμέγα \u202e\x1b[31m",
    date="{{ 7 * 7 }} {% raw %}",
    logo=LOGO,
)
NOTHING: dict[str, Any] = dict.fromkeys(
    ("title", "client", "project", "author", "date", "logo", "card")
)


def given(**values: Any) -> dict[str, Any]:
    return NOTHING | values


def pixels(logo: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    import simplejpeg

    return np.asarray(simplejpeg.decode_jpeg(logos.decoded(logo)))


def test_the_page_shows_hostile_texts_as_text(tmp_path: Path) -> None:
    results = [scored("a.jpg")]
    context = replace(inspected(tmp_path, results), cover=HOSTILE)
    text = chosen("html")[0](results, tmp_path, context)[0].read_text(encoding="utf-8")
    assert text.count("<script") == text.count("</script") == text.count("</title>") == 1
    assert "<img src=x" not in text
    assert "<b>bold" not in text
    assert "{{ 7 * 7 }} {% raw %}" in text
    assert "\\u202e\\x1b[31m" in text
    assert f"data:image/jpeg;base64,{LOGO}" in text
    assert "山田 太郎" in text


def test_the_pdf_takes_every_text(tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    pytest.importorskip("reportlab")
    results = [scored("a.jpg")]
    context = replace(inspected(tmp_path, results), cover=HOSTILE)
    (file,) = chosen("pdf")[0](results, tmp_path, context)
    first = pypdf.PdfReader(file).pages[0]
    text = first.extract_text()
    for part in ("<script>alert(1)</script>", "<img src=x", "</title><b>bold</b> &amp;"):
        assert part in text
    assert "\\u5c71" in text, "what the font lacks is written as its number"
    assert "Photos inspected for cracks: 1" in text, "below the title"
    (logo,) = first.images
    assert logo.image.size == (300, 90)
    assert pypdf.PdfReader(file).metadata.title.startswith("<script>")


def test_without_a_cover_a_report_is_as_it_was(tmp_path: Path) -> None:
    results = [scored("a.jpg")]
    text = chosen("html")[0](results, tmp_path, inspected(tmp_path, results))[0].read_text()
    assert '<h1 dir="auto">Photos inspected for cracks: 1</h1>' in text
    assert 'class="logo"' not in text
    assert "Client" not in text


def test_what_is_not_given_stays_and_nothing_takes_it_away() -> None:
    kept = cover_of(given(title="A", client="B"))
    assert cover_of(given(client="C\n D\t"), kept) == Cover("A", "C D")
    assert cover_of(given(title=""), kept) == Cover("", "B")
    assert cover_of(given(), kept) is not None
    assert cover_of(given(), kept) == kept
    with pytest.raises(UsageError, match="title must have at most 500 characters"):
        cover_of(given(title="a" * 501))


def test_joiners_that_names_are_written_with_are_kept() -> None:
    assert one_line("می\u200cخواهم") == "می\u200cخواهم"
    assert one_line("a\u202eb\n") == "a\\u202eb\\n"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_kept_small(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "logo"
    file.write_bytes(encode(noise(1200, 1200), kind))
    kept = cover_of(given(logo=file)).logo
    assert thumbnail.size_of(logos.decoded(kept)) == (240, 240)
    file.write_bytes(encode(noise(100, 40), kind))
    assert thumbnail.size_of(logos.decoded(cover_of(given(logo=file)).logo)) == (100, 40)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_a_logo_that_is_transparent_stands_on_white(tmp_path: Path, mode: str) -> None:
    picture = Image.new("RGBA", (80, 60), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (40, 0, 80, 60))
    file = tmp_path / "logo.png"
    picture.convert(mode).save(file)
    shown = pixels(cover_of(given(logo=file)).logo)
    assert shown[:, :32].min() > 240
    assert shown[:, 48:].max() < 15


def test_a_turned_logo_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for mode, kind in (("RGB", "JPEG"), ("RGBA", "PNG")):
        file = tmp_path / f"logo.{kind}"
        Image.new(mode, (120, 60)).save(file, kind, exif=exif)
        assert pixels(cover_of(given(logo=file)).logo).shape == (120, 60, 3)


def bomb() -> bytes:
    """A PNG of 30,000 x 30,000 px in a few kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        checked = name + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", 30000, 30000, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(3_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "may contain scripts"),
        ("logo.png", b"<svg onload='alert(1)'/>", "the file is neither PNG nor JPEG"),
        ("logo.gif", encode(noise(), "GIF"), "the file is neither PNG nor JPEG"),
        ("logo.png", b"", "empty"),
        ("logo.png", encode(noise(), "PNG")[:200], "cut off|truncated|ends"),
        ("logo.png", bomb(), "megapixels"),
        ("logo.png", b"\x89PNG\r\n\x1a\n" + bytes(5_000_000), "5.0 MB"),
        ("logo.png", encode(noise(200, 20), "PNG"), "at least 32 px"),
        ("gone.png", None, "does not exist"),
    ],
)
def test_a_logo_that_cannot_be_used_is_refused(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=rf"logo must be a PNG or JPEG file.*({says})"):
        cover_of(given(logo=file))


def test_a_cover_is_kept_and_older_results_have_none(tmp_path: Path) -> None:
    context = Context("m@1+abc", tmp_path, cover=HOSTILE, with_card=True)
    save(context)
    assert load(tmp_path) == context
    values = json.loads((tmp_path / "settings.json").read_text())
    del values["cover"], values["with_card"]
    (tmp_path / "settings.json").write_text(json.dumps(values))
    assert load(tmp_path) == Context("m@1+abc", tmp_path)


LARGE = base64.b64encode(encode(noise(601, 40))).decode()


@pytest.mark.parametrize(
    "cover",
    [
        {"logo": "'><script>"},
        {"logo": base64.b64encode(b"<svg onload='alert(1)'/>").decode()},
        {"logo": LARGE},
        {"logo": LOGO[: len(LOGO) // 8 * 4]},
        {"logo": "A" * 500_000},
        {"logo": 7},
        {"title": ["a"]},
        {"title": "a" * 501},
        {"colour": "red"},
        ["title"],
        None,
    ],
)
def test_a_cover_from_elsewhere_is_not_trusted(tmp_path: Path, cover: Any) -> None:
    save(Context("m@1+abc", tmp_path))
    values = json.loads((tmp_path / "settings.json").read_text())
    (tmp_path / "settings.json").write_text(json.dumps({**values, "cover": cover}))
    with pytest.raises(UsageError, match=r"settings\.json is damaged"):
        load(tmp_path)
