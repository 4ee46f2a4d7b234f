"""How a result is shown: as a line of text, as an image, and in notebooks."""

import base64
import io
import sys
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from crackscope.errors import UsageError

if TYPE_CHECKING:
    from PIL.Image import Image

LONG_SIDE = 2048
CLOSE_UPS = 8
"""Maximum close-ups of one photo; a shattered wall has hundreds of cracks."""
_IN_NOTEBOOKS = 1024
_JPEG = (".jpg", ".jpeg")


class Draws(Protocol):
    """Draws a result on its photo."""

    def __call__(self, result: Any, long_side: int) -> bytes:
        """The overlay as JPEG, its long side at most `long_side` px."""


class Shown:
    """Base of results that can be drawn; `view` draws it, None if the photo is not available."""

    __slots__ = ()

    path: str
    view: Draws | None

    def summary(self) -> str:
        """The result in a few words."""
        raise NotImplementedError

    def __repr__(self) -> str:
        name = self.path if len(self.path) <= 100 else f"…{self.path[-99:]}"
        return f"<{type(self).__name__} {name!r}: {self.summary()}>"

    def plot(self, long_side: int = LONG_SIDE) -> "Image":
        """The photo with the detections drawn on it, its long side at most `long_side` px.

        Raises UsageError if the result has no photo, for example if read from results.jsonl.
        """
        from PIL import Image

        image = Image.open(io.BytesIO(self._jpeg(long_side)))
        image.load()
        return image

    def show(self) -> None:
        """Show `plot()`: in a notebook below the cell, else in the system's image viewer."""
        if "ipykernel" in sys.modules:
            import_module("IPython.display").display(self.plot())
        else:
            self.plot().show()

    def save(self, file: str | Path, long_side: int = LONG_SIDE) -> Path:
        """Save `plot()` to a file, in the format of its extension; returns its path.

        A JPEG keeps the EXIF of the photo. Raises UsageError for an unknown extension.
        """
        path, jpeg = Path(file), self._jpeg(long_side)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() in _JPEG:
            path.write_bytes(jpeg)
            return path
        try:
            self.plot(long_side).save(path)
        except ValueError as error:
            raise UsageError(
                "the file extension must be one of: .jpg, .png, .webp, .tif, .bmp. "
                f"Received: {str(file)!r}"
            ) from error
        return path

    def _repr_html_(self) -> str:
        """For notebooks: the image with a caption; without a photo, the caption alone."""
        caption = f"<code>{escape(self.path)}</code>: {escape(self.summary())}"
        if self.view is None:
            return f"<p>{caption}</p>"
        data = base64.b64encode(self._jpeg(_IN_NOTEBOOKS)).decode()
        picture = f'<img src="data:image/jpeg;base64,{data}" alt="{escape(self.summary())}">'
        return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"

    def _jpeg(self, long_side: int) -> bytes:
        if self.view is None:
            raise UsageError(
                f"the result of {self.path} has no image. Only results of load().inspect(photo) "
                "can be drawn; the overlays of a run are in its results folder"
            )
        return self.view(self, long_side)
