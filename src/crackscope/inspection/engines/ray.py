"""The Ray engine: each worker is an actor with its own model, on any machine with free resources.

A local thread waits for each worker, so that photos are processed as by the local engine
(docs/decisions/0016).
"""

import logging
import os
import secrets
import socket
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

import crackscope
from crackscope import environment, extras
from crackscope.errors import CrackscopeError, UsageError
from crackscope.inspection.engines import ENGINES, Run, in_order, prepare
from crackscope.inspection.engines.local import Worker
from crackscope.inspection.inspected import Inspected
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.settings import InspectSettings
from crackscope.inspection.sources import PhotoSource
from crackscope.models.bundle import SUMS, Bundle

_LOSSES = 3
"""Maximum number of workers lost on the same photos, which are then taken as the cause."""
_log = logging.getLogger("crackscope")


@ENGINES.register("ray", needs="ray")
@contextmanager
def on_ray(settings: InspectSettings, inspector: Inspector) -> Iterator[Run]:
    """One actor per worker; by default one per core (GPU) of the cluster."""
    _ask_for_a_token()  # before importing Ray, which reads it on import
    ray = extras.require("ray", "ray", "use the engine 'ray'")
    # Ray prints cluster events on stdout, which is reserved for data.
    with redirect_stdout(sys.stderr), _connected(ray):
        unit = "GPU" if settings.device == "gpu" else "CPU"
        count = settings.workers or max(1, int(ray.cluster_resources().get(unit, 0)))
        crew = _Crew(ray, unit, settings, inspector.bundle)
        for _ in range(count):
            crew.hire()

        def run(sources: Sequence[PhotoSource], stop: Event) -> Generator[Inspected, None, None]:
            def inspect(job: Sequence[PhotoSource]) -> list[Inspected]:
                return crew.inspect(job, stop)

            return in_order(inspect, sources, count, stop)

        yield run


@contextmanager
def _connected(ray: Any) -> Iterator[None]:
    """Connect to the cluster of RAY_ADDRESS, or to one that was started on this machine.

    Without either, starts Ray here, with a token, and stops it at the end of the block.
    """
    if ray.is_initialized():
        yield
        return
    try:
        _knock(os.environ.get("RAY_ADDRESS", ""))
        joined = _address()
        ray.init(
            joined or "local",
            log_to_driver=False,
            logging_level=logging.ERROR,
            **({} if joined else {"include_dashboard": False, "num_cpus": environment.cores()}),
        )
    except Exception as error:  # the errors of Ray have no common base class
        raise UsageError(
            f"no usable Ray cluster: {error}. Check RAY_ADDRESS "
            f"({os.environ.get('RAY_ADDRESS', 'not set')}), and set RAY_AUTH_MODE=token if the "
            "cluster requires one. Without a cluster, workers run on this machine"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _address() -> str | None:
    """Address of the cluster: RAY_ADDRESS, or "auto" if `ray start` has left one on this machine;
    None if there is none."""
    if os.environ.get("RAY_ADDRESS"):
        return os.environ["RAY_ADDRESS"]
    folder = Path(os.environ.get("RAY_TMPDIR", "/tmp")) / "ray"
    return "auto" if (folder / "ray_current_cluster").exists() else None


def _ask_for_a_token() -> None:
    """Protect a cluster of our own by a token: Ray listens on all addresses of the machine, and
    runs any code it receives. Tokens are supported from 2.52."""
    if _address() is None and "RAY_AUTH_MODE" not in os.environ:
        os.environ["RAY_AUTH_MODE"] = "token"
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))


def _knock(address: str) -> None:
    """Raise OSError if nothing answers; Ray itself would retry for a quarter of an hour."""
    host, _, port = address.rpartition(":")
    if port.isdigit() and "/" not in host:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()


class _Crew:
    """The workers; an idle one takes the next photos, and a lost one is replaced."""

    def __init__(self, ray: Any, unit: str, settings: InspectSettings, bundle: Bundle) -> None:
        self._ray = ray
        self._kind = ray.remote(**{f"num_{unit.lower()}s": 1})(_Worker)
        names = [*bundle.files, SUMS]
        model = ray.put({name: (bundle.folder / name).read_bytes() for name in names})
        self._prepared_by = (settings, model, str(Path.cwd()), crackscope.__version__)
        self._idle: SimpleQueue[tuple[Any, Any]] = SimpleQueue()

    def hire(self) -> None:
        """Request one more worker; it is idle once the cluster has resources and it is ready."""
        worker = self._kind.remote()
        ready = worker.prepare.remote(*self._prepared_by)
        ready.future().add_done_callback(lambda _: self._idle.put((worker, ready)))

    def inspect(self, sources: Sequence[PhotoSource], stop: Event) -> list[Inspected]:
        """See `_Worker`; photos of a lost worker are restarted on another."""
        losses: list[Exception] = []
        while len(losses) < _LOSSES:
            worker, ready = self._next(stop)
            try:
                found: list[Inspected]
                _, found = self._ray.get([ready, worker.inspect.remote(sources)])
            except self._ray.exceptions.RayTaskError as error:
                self._idle.put((worker, ready))
                raise error.cause from error
            except self._ray.exceptions.RayError as error:
                losses.append(error)
                _log.warning("a worker was lost. Restarting from %s", sources[0].name)
                self.hire()
            else:
                self._idle.put((worker, ready))
                return found
        raise CrackscopeError(
            f"{_LOSSES} workers were lost in a row on "
            f"{', '.join(source.name for source in sources)}. Last error: {losses[-1]}"
        )

    def _next(self, stop: Event) -> tuple[Any, Any]:
        """Wait for an idle worker; once `stop` is set, give up instead of waiting forever."""
        while True:
            try:
                return self._idle.get(timeout=1.0)
            except Empty:
                if stop.is_set():
                    raise KeyboardInterrupt from None


class _Worker:
    """The actor in a process of the cluster."""

    def prepare(
        self, settings: InspectSettings, model: Mapping[str, bytes], folder: str, version: str
    ) -> None:
        """Load the `model` from its files; relative paths start in `folder`.

        Raises UsageError if this is another `version` of crackscope.
        """
        if version != crackscope.__version__:
            raise UsageError(
                f"all machines must have the same crackscope version. Here: {version}. On a "
                f"worker: {crackscope.__version__}. Install one version everywhere"
            )
        with suppress(OSError):  # may be missing if all photos are URLs
            os.chdir(folder)
        with TemporaryDirectory() as place:
            for name, content in model.items():
                (Path(place) / name).write_bytes(content)
            inspector = prepare(replace(settings, model=place), threads=1)
        self._worker = Worker.of(inspector, settings)

    def inspect(self, sources: Sequence[PhotoSource]) -> list[Inspected]:
        """Return the results in order, with the images of scored photos."""
        return self._worker.run(sources)
