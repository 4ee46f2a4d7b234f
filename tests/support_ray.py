"""Ray on this machine, for tests, started once; what it takes for cores need not be there."""

import gc
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from crackscope import telemetry


@pytest.fixture(scope="session")
def ray_here() -> Iterator[Any]:
    """The module `ray`, connected; the engine of that name takes it as it is."""
    telemetry.switch_off()
    ray = pytest.importorskip("ray", reason="needs the extra [ray]")
    ours = not ray.is_initialized()
    if ours:
        ray.init(
            "local",
            num_cpus=3,
            object_store_memory=2**27,
            log_to_driver=False,
            logging_level="ERROR",
            include_dashboard=False,
        )
    yield ray
    if ours:
        with warnings.catch_warnings():  # Ray does not wait for the processes that it ends
            warnings.simplefilter("ignore", ResourceWarning)
            ray.shutdown()
            gc.collect()
