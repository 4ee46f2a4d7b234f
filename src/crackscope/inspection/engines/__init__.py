"""Where many photos are inspected: one file an engine.

A new engine is one new file here, with its function under `@ENGINES.register("name")`. It imports
its library inside the function, so that looking for engines costs nothing.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

from crackscope import extras
from crackscope.commands.inspect.settings import InspectConfig
from crackscope.inspection.inspector import Inspector, load
from crackscope.inspection.sources.source import Source
from crackscope.registry import Registry, import_plugins
from crackscope.types import Photo, PhotoResult, ScoreMap

T = TypeVar("T")


class Run(Protocol):
    """Inspects photos with the workers that the engine holds ready; may be called again."""

    def __call__(
        self,
        sources: Sequence[Source],
        draw: Callable[[Photo, ScoreMap, PhotoResult], T],
        keep: Callable[[Source, T], None],
        stop: Callable[[], bool],
    ) -> Generator[PhotoResult, None, None]:
        """One result a source, in order; a photo that cannot be read becomes a failed result.

        `draw` makes something of each photo that was scored, where its pixels are: it may be sent
        to another machine. `keep` is given that in this process, before the result is. Once `stop`
        gives true, the photos that are begun are finished, and no other is begun. What `draw` or
        `keep` raises ends the walk, and so does SourceGoneError.
        """
        ...


class Open(Protocol):
    """Holds the workers of an engine ready while its block lasts."""

    def __call__(self, config: InspectConfig, inspector: Inspector) -> AbstractContextManager[Run]:
        """`inspector` is that of this process, as `prepare` makes it of the settings."""
        ...


ENGINES: Registry[Open] = Registry("engine")


def discover() -> Registry[Open]:
    """The registry with every engine of this folder in it."""
    import_plugins(__name__, __path__)
    return ENGINES


def chosen(name: str) -> Open:
    """The engine of that name.

    Raises UnknownNameError with the nearest name, and MissingExtraError where its package is
    missing.
    """
    found = discover().get(name)
    if package := ENGINES.needs(name):
        extras.check(package, name, f"inspect with the engine {name!r}")
    return found


def prepare(config: InspectConfig, threads: int, model: str | Path | None = None) -> Inspector:
    """The inspector that the settings ask for; `model` is their model where that lies elsewhere."""
    return load(
        model or config.model,
        config.device,
        threads,
        scale=config.scale,
        mm_per_px=config.mm_per_px,
        runtime=config.runtime,
        precision=config.precision,
    )
