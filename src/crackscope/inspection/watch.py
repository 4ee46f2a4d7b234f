"""Watched folders: photos that have arrived since the last scan."""

from collections.abc import Callable, Collection, Iterator, Sequence

from crackscope.inspection.sources import PhotoSource


def arrivals(
    look: Callable[[], Sequence[PhotoSource]], known: Collection[str]
) -> Iterator[list[PhotoSource]]:
    """Scan once per step: yields the new photos, in scan order, possibly none.

    A photo whose size or time has changed since the previous scan is still being copied, and waits.
    """
    done = set(known)
    before: dict[str, tuple[int, int | str]] = {}
    while True:
        new = {source: source.stamp() for source in look() if source.name not in done}
        ready = [source for source, stamp in new.items() if before.get(source.name) == stamp]
        done.update(source.name for source in ready)
        before = {source.name: stamp for source, stamp in new.items()}
        yield ready
