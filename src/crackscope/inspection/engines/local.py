"""The local engine: threads that share one model."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from threading import Event

from crackscope.inspection.batch import inspect_all
from crackscope.inspection.engines import ENGINES, Run
from crackscope.inspection.inspected import Inspected
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.settings import InspectSettings
from crackscope.inspection.sources.source import PhotoSource


@ENGINES.register("local")
@contextmanager
def local(settings: InspectSettings, inspector: Inspector) -> Iterator[Run]:
    """One thread per worker; by default one per core."""

    def run(sources: Sequence[PhotoSource], stop: Event) -> Generator[Inspected, None, None]:
        return inspect_all(inspector, sources, settings, stop)

    yield run
