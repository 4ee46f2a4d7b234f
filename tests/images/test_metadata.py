import io
import math
import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from crackscope.images.exif import exif_of, parse
from crackscope.images.metadata import metadata_of
from crackscope.images.read import decode
from crackscope.types import Metadata
from support_exif import exif, phone, place
from support_pictures import encode, noise

NAN = IFDRational(0, 0)
PHONE = Metadata("2026-05-01T10:11:12+02:00", 48.1371, 11.5754, 519.25, "Example X1", 5.7)


def of(**directories: Any) -> Metadata:
    return metadata_of(exif(**{"base": {305: "test"}, **directories})) or Metadata()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_every_format_tells_when_where_and_with_what(kind: str) -> None:
    photo = decode(encode(noise(), kind, exif=phone().tobytes()), "photo")
    known = photo.metadata
    assert known is not None
    assert (known.latitude, known.longitude) == pytest.approx((48.1371, 11.5754), abs=1e-7)
    rest = (PHONE.taken, PHONE.altitude_m, PHONE.camera, PHONE.focal_length_mm)
    assert (known.taken, known.altitude_m, known.camera, known.focal_length_mm) == rest
    assert (photo.width, photo.height) == (64, 96)


def test_a_file_without_exif_says_nothing() -> None:
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"):
        assert decode(encode(noise(), kind), "photo").metadata is None


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-400, 8800))
def test_places_keep_their_signs(latitude: float, longitude: float, altitude: float) -> None:
    block = exif(gps=place(latitude, longitude, altitude)).tobytes()
    known = metadata_of(parse(block)) or Metadata()
    if abs(latitude) + abs(longitude) > 1e-3:
        assert known.latitude == pytest.approx(latitude, abs=1e-6)
        assert known.longitude == pytest.approx(longitude, abs=1e-6)
    assert known.altitude_m == pytest.approx(altitude, abs=0.006)


@pytest.mark.parametrize(
    "nonsense",
    [
        {2: (NAN, NAN, NAN)},
        {2: (IFDRational(1, 1), NAN, IFDRational(0, 1))},
        {2: (IFDRational(91, 1), IFDRational(0, 1), IFDRational(0, 1))},
        {4: (IFDRational(180, 1), IFDRational(1, 1), IFDRational(0, 1))},
        {1: "X"},
        {1: ""},
        {3: "N"},
        {2: "48 north"},
        {2: ()},
    ],
)
def test_a_place_that_makes_no_sense_is_not_known(nonsense: dict[int, Any]) -> None:
    known = of(gps={**place(48.0, 11.0, 500.0), **nonsense})
    assert (known.latitude, known.longitude, known.altitude_m) == (None, None, 500.0)


def test_half_a_place_and_zeros_are_no_place() -> None:
    half = {tag: value for tag, value in place(48.0, 11.0).items() if tag < 3}
    assert of(gps=half) == Metadata()
    assert of(gps=place(0.0, 0.0)) == Metadata()
    assert of(gps=place(0.0, 11.0)).longitude == 11.0


@pytest.mark.parametrize("height", [NAN, IFDRational(10**7, 1), "high"])
def test_a_height_that_makes_no_sense_is_not_known(height: Any) -> None:
    assert of(gps={**place(48.0, 11.0, 1.0), 6: height}).altitude_m is None


def signed(*parts: float) -> tuple[IFDRational, ...]:
    """As programs write it that keep the sign: EXIF knows rationals with one as another type."""
    return tuple(IFDRational(round(part * 10000), 10000) for part in parts)


@pytest.mark.parametrize(
    ("side", "parts", "expected"),
    [
        ("S", (-33.5,), -33.5),
        ("S", (33.5,), -33.5),
        ("S", (-33.0, 30.0, 36.0), -33.51),
        ("S", (-33.0, -30.0, -36.0), -33.51),
        ("S", (0.0, -30.0, 0.0), -0.5),
        ("N", (33.0, 30.0, 36.0), 33.51),
        ("N", (-33.5,), None),
        ("N", (33.0, -30.0, 0.0), None),
        ("S", (-91.0,), None),
    ],
)
def test_a_negative_number_says_what_south_and_west_say(
    side: str, parts: tuple[float, ...], expected: float | None
) -> None:
    north = of(gps={**place(1.0, 11.0), 1: side, 2: signed(*parts)})
    assert north.latitude == (expected if expected is None else pytest.approx(expected))
    west = of(gps={**place(11.0, 1.0), 3: {"S": "W", "N": "E"}[side], 4: signed(*parts)})
    if abs(parts[0]) < 90:
        assert west.longitude == (expected if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("reference", "height", "expected"),
    [
        (None, 12.5, 12.5),
        (b"\0", 12.5, 12.5),
        (b"\1", 12.5, -12.5),
        (b"\2", 12.5, 12.5),
        (b"\3", 12.5, -12.5),
        (3, 12.5, -12.5),
        (b"\1", -12.5, -12.5),
        (b"\3", -12.5, -12.5),
        (b"\0", -12.5, -12.5),
        (b"\4", 12.5, None),
        ("below", 12.5, None),
    ],
)
def test_altitudes_are_below_by_reference_1_and_3(
    reference: Any, height: float, expected: float | None
) -> None:
    said = {} if reference is None else {5: reference}
    assert of(gps={6: signed(height)[0], **said}).altitude_m == expected


@pytest.mark.parametrize(
    ("taken", "offset", "expected"),
    [
        ("2026:05:01 10:11:12", "-03:30", "2026-05-01T10:11:12-03:30"),
        ("2026:05:01 10:11:12", None, "2026-05-01T10:11:12"),
        ("2026:05:01 10:11:12", "   :  ", "2026-05-01T10:11:12"),
        ("2026:05:01 10:11:12", "+99:99", "2026-05-01T10:11:12"),
        ("0000:00:00 00:00:00", None, None),
        ("    :  :     :  :  ", None, None),
        ("2026:02:30 10:11:12", None, None),
        ("yesterday", "+01:00", None),
    ],
)
def test_times(taken: str, offset: str | None, expected: str | None) -> None:
    details = {0x9003: taken} | ({0x9011: offset} if offset else {})
    assert of(details=details).taken == expected


@pytest.mark.parametrize(
    ("make", "model", "expected"),
    [
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("NIKON CORPORATION", "NIKON D850", "NIKON D850"),
        ("DJI", "FC3582", "DJI FC3582"),
        ("  Apple\0\0junk", "iPhone\n15  Pro ", "Apple iPhone 15 Pro"),
        ("Apple", "", "Apple"),
        ("", "X100V", "X100V"),
        ("", " ", None),
        ("A" * 300, "B" * 300, "A" * 100 + " " + "B" * 100),
    ],
)
def test_cameras(make: str, model: str, expected: str | None) -> None:
    assert of(base={271: make, 272: model}).camera == expected


@pytest.mark.parametrize("length", [NAN, IFDRational(0, 1), IFDRational(-5, 1), "wide"])
def test_a_lens_that_makes_no_sense_is_not_known(length: Any) -> None:
    assert of(details={0x920A: length}).focal_length_mm is None


def test_damaged_exif_never_raises_and_never_lies_out_of_range() -> None:
    chance = random.Random(4)
    whole = phone().tobytes()
    read = 0
    for _ in range(2000):
        block = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            block[chance.randrange(6, 700)] = chance.randrange(256)
        known = metadata_of(parse(bytes(block[: chance.choice((len(block), 300, 60))])))
        if known is None:
            continue
        read += 1
        for value, low, high in (
            (known.latitude, -90, 90),
            (known.longitude, -180, 180),
            (known.altitude_m, -1000, 10_000),
            (known.focal_length_mm, 0, math.inf),
        ):
            assert value is None or low <= value <= high
        assert (known.latitude is None) == (known.longitude is None)
        assert known.camera is None or (known.camera.isprintable() and len(known.camera) <= 201)
    assert read > 200, "most damage is survived"


def test_damaged_exif_never_costs_the_photo() -> None:
    chance = random.Random(5)
    whole = encode(noise(), "JPEG", exif=phone().tobytes())
    start = whole.index(b"Exif\0\0") + 6
    for _ in range(200):
        content = bytearray(whole)
        for _ in range(8):
            content[start + chance.randrange(400)] = chance.randrange(256)
        assert sorted(decode(bytes(content), "photo").pixels.shape) == [3, 64, 96]


def test_reading_it_costs_next_to_nothing() -> None:
    content = encode(noise(), "JPEG", exif=phone().tobytes())
    times = []
    for _ in range(50):
        with Image.open(io.BytesIO(content)) as image:
            start = time.perf_counter()
            metadata_of(exif_of(image))
            times.append(time.perf_counter() - start)
    assert min(times) < 0.001  # 0.2 ms; a busy machine may take longer
