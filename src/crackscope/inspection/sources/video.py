"""Frames of a video at regular intervals, from the installed ffmpeg.

crackscope includes no video decoder (docs/decisions/0011). Each frame is extracted separately, so
that an interrupted run can be resumed, and any worker can process any frame.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, takewhile
from pathlib import Path

from crackscope import programs
from crackscope.errors import ImageError, UsageError
from crackscope.images.read import is_video_name
from crackscope.inspection.sources import PhotoSource, Search
from crackscope.inspection.sources.files import PhotoFile, gone, matching

_FORMATS = "mov,matroska,webm,avi,asf,mpeg,mpegts,mpegvideo,m4v,h264,hevc"
_SAFE = ("-protocol_whitelist", "file,pipe", "-format_whitelist", _FORMATS)
"""A file may be a playlist in disguise: files it refers to are not opened."""
_DAMAGE = re.compile(
    r"error (while decoding|at mb)|corrupt|invalid data|valid range", re.IGNORECASE
)
"""Messages of ffmpeg about concealed damage. Failing on every error would reject valid frames:
those after an open group of pictures, which lack earlier frames."""
_ADDRESS = re.compile(" @ 0x[0-9a-f]+")
"""Addresses in messages of ffmpeg, which differ each time."""
_NO_INDEX = re.compile(r"\.(mts|m2ts|mpe?g)", re.IGNORECASE)
"""Formats in which ffmpeg starts reading after the requested time."""
_AHEAD, _LATE = 10.0, 1.0
"""For these formats: seconds to read ahead of a frame, and its maximum delay."""
_MOST = 1_000_000
_INSTALL = (
    "apt install ffmpeg, brew install ffmpeg or winget install ffmpeg; "
    "or extract frames with another tool, and inspect these"
)


@dataclass(frozen=True, slots=True)
class VideoFrame(PhotoSource):
    """The first frame of the file `video` at or after `seconds`."""

    video: Path
    seconds: float

    def stamp(self) -> tuple[int, int]:
        """Size of the video, and its modification time in nanoseconds."""
        return PhotoFile(self.name, self.relative, self.video).stamp()

    def content(self, max_megapixels: float) -> bytes:
        """See `PhotoSource`; lossless, rotated as the video specifies."""
        if not self.video.exists():
            raise gone(self.video)
        most = ("-max_pixels", str(int(max_megapixels * 1e6)))
        before, after = _seek(self.seconds, self.video.suffix)
        content = _output(
            *("ffmpeg", "-nostdin", *_SAFE, *most, *before, "-i", _address(self.video)),
            *(*after, "-map", "0:v:0", "-frames:v", "1", "-pix_fmt", "rgb24"),
            *("-f", "image2pipe", "-c:v", "ppm", "pipe:1"),
        )
        if not content:
            raise ImageError("truncated", "the video has no frame at this time")
        return content


@dataclass(frozen=True, slots=True)
class DamagedVideo(PhotoSource):
    """An unreadable video, in place of the frames it may have held."""

    reason: str

    def stamp(self) -> tuple[int, int]:
        """Nothing is known."""
        return 0, 0

    def content(self, max_megapixels: float) -> bytes:
        """Always an ImageError."""
        raise ImageError("unreadable", f"video not readable: {self.reason}")


class Videos:
    """Videos that are named explicitly; those in folders are skipped."""

    def recognises(self, argument: str) -> bool:
        """By its name, if it is a file; or a glob of such files."""
        return is_video_name(argument) and bool(_files(argument))

    def find(self, argument: str, search: Search) -> Iterator[PhotoSource]:
        """Its frames, `search.every` seconds apart; without an interval, a photo that fails with
        instructions."""
        for name in _files(argument):
            if search.first_time(os.path.normcase(Path(name).resolve())):
                yield from _pictures(name, search.every)


def _files(argument: str) -> list[str]:
    given = [argument] if os.path.lexists(argument) else matching(argument)
    return [name for name in given if Path(name).is_file()]


def _pictures(name: str, every: float | None) -> Iterator[PhotoSource]:
    path = Path(name)
    if every is None:
        yield PhotoFile(name, path.name, path)
        return
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        raise UsageError(f"videos require ffmpeg. Received: {name!r}. Install it: {_INSTALL}")
    try:
        last = _last_picture(path, every)
    except ImageError as error:
        yield DamagedVideo(name, path.name, str(error))
        return
    for seconds in takewhile(lambda at: at <= last, (every * turn for turn in count())):
        time = _clock(seconds)
        yield VideoFrame(f"{name}/{time}", f"{path.name}/{time}", path, seconds)


def _seek(seconds: float, suffix: str) -> tuple[Sequence[str], Sequence[str]]:
    """Options of ffmpeg before and after the file."""
    if not _NO_INDEX.fullmatch(suffix):
        return ("-ss", f"{seconds:.3f}"), ()
    ahead = min(seconds, _AHEAD)  # frames before the next key frame are incomplete
    return ("-ss", f"{seconds - ahead:.3f}"), ("-ss", f"{ahead:.3f}", "-t", f"{_LATE}")


def _clock(seconds: float) -> str:
    """00h01m05.500s: sorts by time, and is a valid file name on every system."""
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02d}h{minutes % 60:02d}m{rest / 1000:06.3f}s"


def _last_picture(path: Path, every: float) -> float:
    """Time of the last frame in seconds; raises ImageError if unknown, or if there would be too
    many frames at an interval of `every` seconds."""
    shown = "stream=duration,avg_frame_rate:stream_tags=DURATION:format=duration"
    asked = ("-select_streams", "v:0", "-show_entries", shown, "-of", "json")
    found = json.loads(_output("ffprobe", *_SAFE, *asked, _address(path)) or b"{}")
    try:
        stream = found["streams"][0]
        told = stream.get("duration") or stream.get("tags", {}).get("DURATION")
        length = _seconds(told or found["format"]["duration"])
        last = max(length - float(1 / Fraction(stream["avg_frame_rate"])), 0.0)
    except (KeyError, IndexError, ValueError, ZeroDivisionError) as error:
        raise ImageError("unreadable", "no frames, or no duration stated") from (error)
    if not last / every < _MOST:
        raise ImageError(
            "too_large",
            f"more than {_MOST:,} frames at one every {every:g} s (stated duration: "
            f"{length:,.0f} s). Increase --every",
        )
    return last


def _seconds(clock: str) -> float:
    """Seconds of a duration such as 83.5 or 00:01:23.5."""
    total = 0.0
    for part in clock.split(":"):
        total = 60 * total + float(part)
    return total


def _output(program: str, *arguments: str) -> bytes:
    """The output of a program; raises ImageError with its message if it fails."""
    try:
        done = programs.run((program, "-hide_banner", "-loglevel", "error", *arguments))
    except FileNotFoundError as error:
        raise ImageError("unsupported", f"videos require ffmpeg. Install it: {_INSTALL}") from error
    said = _ADDRESS.sub("", done.stderr.decode("utf-8", "replace")).strip().splitlines()
    if any("max pixel count" in line for line in said):
        raise ImageError("too_large", f"{program}: {said[0]}")
    damage = [line for line in said if _DAMAGE.search(line)]
    if damage or done.returncode:
        raise ImageError("unreadable", f"{program}: {[*damage, *said, done.returncode][0]}")
    return done.stdout


def _address(path: Path) -> str:
    """A URL, so that no name is mistaken for an option or a URL."""
    return f"file:{path.resolve()}"
