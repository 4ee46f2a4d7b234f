"""Run a campaign: see the package."""

import argparse
import sys
from pathlib import Path

from fuzz import __doc__ as about
from fuzz.campaign import run
from fuzz.originals import originals


def main() -> int:
    """Write fuzz.json, fuzz.md and the faulty files into the folder; 1 where there is a fault."""
    parser = argparse.ArgumentParser(
        prog="python -m fuzz", description=about, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--files", type=int, default=500, help="damaged files of each original")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=[], choices=list(originals()), metavar="NAME")
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    campaign = run(arguments.out, arguments.files, arguments.seed, arguments.only)
    campaign.save(arguments.out, arguments.seed)
    print(campaign.table())
    return 1 if campaign.faults else 0


if __name__ == "__main__":
    sys.exit(main())
