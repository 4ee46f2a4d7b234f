"""This machine: threads that share one model."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager

from crackscope import environment
from crackscope.commands.inspect.settings import InspectConfig
from crackscope.inspection.batch import inspect_all
from crackscope.inspection.engines import ENGINES, Run, T
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.sources.source import Source
from crackscope.types import Photo, PhotoResult, ScoreMap


@ENGINES.register("local")
@contextmanager
def local(config: InspectConfig, inspector: Inspector) -> Iterator[Run]:
    """As many threads as there are workers, else one for each core."""

    def run(
        sources: Sequence[Source],
        draw: Callable[[Photo, ScoreMap, PhotoResult], T],
        keep: Callable[[Source, T], None],
        stop: Callable[[], bool],
    ) -> Generator[PhotoResult, None, None]:
        def finish(source: Source, photo: Photo, found: ScoreMap, result: PhotoResult) -> None:
            keep(source, draw(photo, found, result))

        return inspect_all(
            inspector,
            sources,
            threshold=config.threshold,
            max_megapixels=config.max_megapixels,
            workers=config.workers or environment.cores(),
            finish=finish,
            stop=stop,
            timeout=config.timeout,
        )

    yield run
