"""Engines that inspect many photos: one file per engine.

To add an engine, add one file here, named after it, with a function under
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
from crackscope.inspection.sources.source import PhotoSource
from crackscope.registry import Registry


class Run(Protocol):
    """Inspects photos with the workers of the engine; may be called repeatedly."""

    def __call__(
        self, sources: Sequence[PhotoSource], stop: Event
    ) -> Generator[Inspected, None, None]:
        """Yield one result per source, in order, with the images of each scored photo; an
        unreadable photo gives a failed result.

        Once `stop` is set, photos in progress are finished and no other is started. An error in a
        worker ends the inspection, and so does SourceGoneError.
        """
        ...


class Open(Protocol):
    """Keeps the workers of an engine ready within a `with` block."""

    def __call__(
        self, settings: InspectSettings, inspector: Inspector
    ) -> AbstractContextManager[Run]:
        """`inspector` is the one of this process, as returned by `prepare`."""
        ...


ENGINES: Registry[Open] = Registry("engine", __name__)


def chosen(name: str) -> Open:
    """The engine with this name.

    Raises UnknownNameError with the closest name, and MissingExtraError if its package is missing.
    """
    found = ENGINES.get(name)
    if package := ENGINES.needs(name):
        from crackscope import extras

        extras.check(package, name, f"use the engine {name!r}")
    return found


def prepare(settings: InspectSettings, threads: int) -> Inspector:
    """Load the inspector for these settings."""
    made = load(
        settings.model,
        settings.device,
        threads,
        scale=settings.scale,
        runtime=settings.runtime,
        precision=settings.precision,
    )
    return replace(made, measuring=settings.measuring)
