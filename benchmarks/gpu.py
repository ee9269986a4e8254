"""Measure speed on one GPU, in at most 8 minutes: print tables, and write benchmarks/results.

    python benchmarks/gpu.py --data data/cifar10

The data are CIFAR-10 as torchvision keeps it; without them the two epochs of training are left out.
What does not fit into the time is left out too, and the results say so.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    # Not above: every worker imports this module again, and should start soon.
    from benchmarks.parts import GPU_PARTS
    from benchmarks.session import Session
    from benchmarks.suite import run

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--only", nargs="+", choices=GPU_PARTS, default=list(GPU_PARTS), help="parts (all)")
    add("--data", type=Path, metavar="DIR", help="folder that holds cifar-10-batches-py")
    add("--device", choices=("cuda", "cpu"), default="cuda", help="(cuda)")
    add("--minutes", type=float, default=8, metavar="N", help="of the whole run (8)")
    add("--quick", action="store_true", help="tiny sizes, to see that everything works")
    add("--output", type=Path, metavar="DIR", help="where results are written")
    options = parser.parse_args(argv)
    if options.device == "cuda" and not torch.cuda.is_available():
        parser.error("there is no CUDA device")
    arguments = sys.argv[1:] if argv is None else argv
    command = shlex.join(["python", "benchmarks/gpu.py", *arguments])
    session = Session(
        threads=torch.get_num_threads(),
        quick=options.quick,
        device=options.device,
        data=options.data,
        deadline=time.monotonic() + 60 * options.minutes,
    )
    run(GPU_PARTS, options.only, session, options.output, command)


if __name__ == "__main__":
    main()
