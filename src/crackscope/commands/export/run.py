"""Export a model to another format, and check that the scores are equal."""

from pathlib import Path
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from crackscope import extras
from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.export.settings import ExportConfig
from crackscope.commands.keywords import ExportKeywords
from crackscope.commands.skeleton import again, kept, results_folder
from crackscope.models import bundle as bundles


@checked
def export(model: str | Path, **settings: Unpack[ExportKeywords]) -> Outcome:
    """Export a model; `settings` are the fields of ExportConfig."""
    return run(make(ExportConfig, model, **settings))


@again
def run(config: ExportConfig) -> Outcome:
    """Write the file, score with both models and compare; raises ParityError above the limit."""
    from crackscope.exporting import FORMATS, verify

    chosen = FORMATS.get(config.format)
    bundle = bundles.load(config.model)
    extras.require("keras", "train", "export a model")
    from crackscope.runtimes.keras import KerasRuntime

    name = f"{bundle.name}-{config.format}"
    with results_folder("export", config, name, {"model": bundle.digest}) as run:
        runtime = KerasRuntime(bundle)
        path = run.path / chosen.file_name
        chosen.write(runtime.model, path)
        batch = _patches(bundle, verify.probes(bundle.input.window))
        try:
            largest = verify.gate(runtime(batch), chosen.score(path, batch), config.limit)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        text = (
            f"{bundle.identity} as {config.format}: {path.stat().st_size / 1e6:.1f} MB, "
            f"max |Δp| {largest:.1e} on {len(batch)} patches (limit {config.limit:.0e})"
        )
        data = {"path": str(path), "max_difference": largest, "limit": config.limit}
        if chosen.notes:
            text, data = f"{text}\n{chosen.notes}", {**data, "notes": chosen.notes}
        return kept(run, Outcome(text=text, path=path, data=data))


def _patches(bundle: bundles.Bundle, probes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The patches that both models score: `probes`, and the golden patches of the bundle."""
    if not bundle.has(bundles.GOLDEN):
        return probes
    golden = bundle.arrays(bundles.GOLDEN).get("pixels")
    if golden is None or golden.dtype != np.uint8 or golden.shape[1:] != probes.shape[1:]:
        raise bundle.damaged(bundles.GOLDEN, f"pixels must be uint8 {('N', *probes.shape[1:])}")
    return np.concatenate([probes, golden])
