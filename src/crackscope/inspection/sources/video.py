"""Pictures of a video, one every so many seconds, by the ffmpeg that is installed.

crackscope brings no decoder for video (docs/decisions/0011). Each picture is asked for by itself,
so that an interrupted run goes on where it stopped, and any worker can take any of them.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, takewhile
from pathlib import Path

from crackscope.errors import ImageError, UsageError
from crackscope.images.files import is_video_name
from crackscope.inspection.sources.files import PhotoFile, gone
from crackscope.inspection.sources.source import Search, Source

_LOCAL_ONLY = ("-protocol_whitelist", "file,pipe")
"""A file may be a playlist in disguise: nothing that it names elsewhere is fetched."""
_INSTALL = (
    "apt install ffmpeg, brew install ffmpeg or winget install ffmpeg; "
    "or take pictures out of it elsewhere, and inspect these"
)


@dataclass(frozen=True, slots=True)
class VideoFrame(Source):
    """The picture of the file `video` that is shown `seconds` after its start."""

    video: Path
    seconds: float

    def stamp(self) -> tuple[int, int]:
        """Size of the video, and time of its last change in nanoseconds."""
        return PhotoFile(self.name, self.relative, self.video).stamp()

    def content(self, max_megapixels: float) -> bytes:
        """See `Source`; without loss, turned as the video says."""
        if not self.video.exists():
            raise gone(self.video)
        at = ("-ss", f"{self.seconds:.3f}", *_LOCAL_ONLY, "-i", _address(self.video))
        one = ("-map", "0:v:0", "-frames:v", "1", "-f", "image2pipe", "-c:v", "ppm", "pipe:1")
        try:
            content = _output("ffmpeg", "-nostdin", *at, *one)
        except FileNotFoundError as error:
            raise ImageError("unsupported", f"a video needs ffmpeg: {_INSTALL}") from error
        if not content:
            raise ImageError("truncated", "the video has no picture at this time")
        return content


@dataclass(frozen=True, slots=True)
class DamagedVideo(Source):
    """A video that cannot be opened; stands for the pictures that it may have held."""

    reason: str

    def stamp(self) -> tuple[int, int]:
        """Nothing is known."""
        return 0, 0

    def content(self, max_megapixels: float) -> bytes:
        """Always an ImageError."""
        raise ImageError("unreadable", f"the video cannot be opened: {self.reason}")


class Videos:
    """Videos that are named by hand; those in a folder are passed over."""

    def recognises(self, argument: str) -> bool:
        """By its name, and that it is a file."""
        return is_video_name(argument) and Path(argument).is_file()

    def find(self, argument: str, search: Search) -> Iterator[Source]:
        """Its pictures, `search.every` seconds apart; without that, one that says what to do."""
        path = Path(argument)
        if not search.first_time(os.path.normcase(path.resolve())):
            return
        if search.every is None:
            yield PhotoFile(argument, path.name, path)
            return
        if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
            raise UsageError(f"{argument!r} is a video, which needs ffmpeg: {_INSTALL}")
        try:
            last = _last_picture(path)
        except ImageError as error:
            yield DamagedVideo(argument, path.name, str(error))
            return
        every = search.every
        for seconds in takewhile(lambda at: at <= last, (every * turn for turn in count())):
            time = _clock(seconds)
            yield VideoFrame(f"{argument}/{time}", f"{path.name}/{time}", path, seconds)


def _clock(seconds: float) -> str:
    """00h01m05.500s: in the order of time when sorted, and a name that every system takes."""
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02d}h{minutes % 60:02d}m{rest / 1000:06.3f}s"


def _last_picture(path: Path) -> float:
    """When the last picture is shown, in seconds; raises ImageError where nothing is told."""
    shown = "stream=duration,avg_frame_rate:format=duration"
    asked = ("-select_streams", "v:0", "-show_entries", shown, "-of", "json")
    found = json.loads(_output("ffprobe", *_LOCAL_ONLY, *asked, _address(path)) or b"{}")
    try:
        stream = found["streams"][0]
        length = float(stream.get("duration") or found["format"]["duration"])
        return max(0.0, length - float(1 / Fraction(stream["avg_frame_rate"])))
    except (KeyError, IndexError, ValueError, ZeroDivisionError) as error:
        raise ImageError("unreadable", "it has no pictures, or does not say how long it is") from (
            error
        )


def _output(program: str, *arguments: str) -> bytes:
    """What a program prints; raises ImageError with what it said where it fails."""
    command = (program, "-hide_banner", "-loglevel", "error", *arguments)
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ImageError("unreadable", f"{program}: {said[-1] if said else done.returncode}")
    return done.stdout


def _address(path: Path) -> str:
    """So that no name is taken for an option or an address."""
    return f"file:{path.resolve()}"
