"""What a result can show of itself: a line of text, a picture, a page of a notebook."""

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
"""Cracks of a photo that are shown from near; a shattered wall has hundreds."""
_IN_NOTEBOOKS = 1024
_JPEG = (".jpg", ".jpeg")


class Draws(Protocol):
    """Draws a result on its photo."""

    def __call__(self, result: Any, long_side: int) -> bytes:
        """The overlay as JPEG, of at most `long_side` px."""


class Shown:
    """The part of a result that is for eyes; `view` draws it, None where there is no photo."""

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
        """The photo with what was found on it, of at most `long_side` px.

        Raises UsageError where the result has no photo, as one that was read from results.jsonl.
        """
        from PIL import Image

        image = Image.open(io.BytesIO(self._jpeg(long_side)))
        image.load()
        return image

    def show(self) -> None:
        """Show `plot()`: below the cell of a notebook, else in the viewer of the system."""
        if "ipykernel" in sys.modules:
            import_module("IPython.display").display(self.plot())
        else:
            self.plot().show()

    def save(self, file: str | Path, long_side: int = LONG_SIDE) -> Path:
        """Write `plot()` to a file, its format by the ending; returns its path.

        A JPEG keeps the EXIF of the photo. Raises UsageError for an unknown ending.
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
                f"the file must end in .jpg, .png, .webp, .tif or .bmp. Received: {str(file)!r}"
            ) from error
        return path

    def _repr_html_(self) -> str:
        """For notebooks: the picture with a caption; text where there is none."""
        caption = f"<code>{escape(self.path)}</code>: {escape(self.summary())}"
        if self.view is None:
            return f"<p>{caption}</p>"
        data = base64.b64encode(self._jpeg(_IN_NOTEBOOKS)).decode()
        picture = f'<img src="data:image/jpeg;base64,{data}" alt="{escape(self.summary())}">'
        return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"

    def _jpeg(self, long_side: int) -> bytes:
        if self.view is None:
            raise UsageError(
                f"the result of {self.path} has no picture: only what load().inspect(photo) "
                "returns has. Overlays of a whole run lie in its folder"
            )
        return self.view(self, long_side)
