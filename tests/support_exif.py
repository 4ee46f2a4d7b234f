"""EXIF blocks for tests."""

from typing import Any

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

EXIF, GPS = 0x8769, 0x8825


def dms(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Degrees, minutes and seconds as cameras write them."""
    minutes, seconds = divmod(abs(degrees) * 3600, 60)
    return (
        IFDRational(int(minutes) // 60, 1),
        IFDRational(int(minutes) % 60, 1),
        IFDRational(round(seconds * 10000), 10000),
    )


def place(latitude: float, longitude: float, altitude: float | None = None) -> dict[int, Any]:
    """The GPS directory of a place."""
    tags: dict[int, Any] = {
        1: "N" if latitude >= 0 else "S",
        2: dms(latitude),
        3: "E" if longitude >= 0 else "W",
        4: dms(longitude),
    }
    if altitude is not None:
        tags[5] = b"\1" if altitude < 0 else b"\0"
        tags[6] = IFDRational(round(abs(altitude) * 100), 100)
    return tags


def exif(
    base: dict[int, Any] | None = None,
    details: dict[int, Any] | None = None,
    gps: dict[int, Any] | None = None,
) -> Image.Exif:
    """EXIF with these tags in its three directories."""
    block = Image.Exif()
    block.update(base or {})
    block.get_ifd(EXIF).update(details or {})
    block.get_ifd(GPS).update(gps or {})
    return block


def phone() -> Image.Exif:
    """As a phone held upright writes it."""
    return exif(
        {271: "Example", 272: "Example X1", 274: 6, 315: "A. Inspector"},
        {
            0x9003: "2026:05:01 10:11:12",
            0x9011: "+02:00",
            0x920A: IFDRational(57, 10),
            0xA002: 4000,
            0xA003: 3000,
            0xA432: (IFDRational(24, 1), IFDRational(70, 1), IFDRational(0, 0), IFDRational(0, 0)),
            0x927C: b"maker" * 1000,
        },
        place(48.1371, 11.5754, 519.25),
    )
