"""One round of the inspect path, from file to verdict, without overlays.

    python benchmarks/inspect_speed.py FOLDER --model MODEL --workers 2

Prints JSON: patches, seconds (model loaded and warm) and the scores in order of file names.
"""

import argparse
import json
import time
from pathlib import Path
from threading import Event
from typing import get_args

from crackscope.inspection.engines.local import inspect_all
from crackscope.inspection.find import find
from crackscope.inspection.inspector import load
from crackscope.inspection.settings import InspectSettings
from crackscope.options import Precision


def main() -> None:
    """Load, warm up on one batch, then score every file of the folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--precision", choices=get_args(Precision), default="f32")
    arguments = parser.parse_args()
    inspector = load(arguments.model, "cpu", precision=arguments.precision)
    files = find([str(arguments.folder)]).photos
    settings = InspectSettings(workers=arguments.workers, overlay=None)
    list(inspect_all(inspector, files[:32], settings, Event()))
    started = time.perf_counter()
    results = list(inspect_all(inspector, files, settings, Event()))
    seconds = time.perf_counter() - started
    scores = [one.result.score for one in results]
    print(json.dumps({"patches": len(files), "seconds": seconds, "scores": scores}))


if __name__ == "__main__":
    main()
