"""Where many photos are inspected: one file an engine.

A new engine is one new file here, named after it, with its function under
`@ENGINES.register("name")`. It imports its library inside the function, so that listing the engines
costs nothing.
"""

from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from threading import Event
from typing import Protocol

from crackscope.inspection.inspected import Inspected
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.loading import load
from crackscope.inspection.settings import InspectSettings
from crackscope.inspection.sources.source import Source
from crackscope.registry import Registry


class Run(Protocol):
    """Inspects photos with the workers that the engine holds ready; may be called again."""

    def __call__(self, sources: Sequence[Source], stop: Event) -> Generator[Inspected, None, None]:
        """One result a source, in order, with the pictures of each photo that was scored; a photo
        that cannot be read becomes a failed result.

        Once `stop` is set, the photos that are begun are finished, and no other is begun. A fault
        in a worker ends the walk, and so does SourceGoneError.
        """
        ...


class Open(Protocol):
    """Holds the workers of an engine ready while its block lasts."""

    def __call__(
        self, settings: InspectSettings, inspector: Inspector
    ) -> AbstractContextManager[Run]:
        """`inspector` is that of this process, as `prepare` makes it of the settings."""
        ...


ENGINES: Registry[Open] = Registry("engine", __name__)


def chosen(name: str) -> Open:
    """The engine of that name.

    Raises UnknownNameError with the nearest name, and MissingExtraError where its package is
    missing.
    """
    found = ENGINES.get(name)
    if package := ENGINES.needs(name):
        from crackscope import extras

        extras.check(package, name, f"use the engine {name!r}")
    return found


def prepare(settings: InspectSettings, threads: int) -> Inspector:
    """The inspector that the settings ask for."""
    made = load(
        settings.model,
        settings.device,
        threads,
        scale=settings.scale,
        runtime=settings.runtime,
        precision=settings.precision,
    )
    return replace(made, measuring=settings.measuring)
