"""Measure speed and memory on the CPU: print tables, and write benchmarks/results.

    python benchmarks/cpu.py
    python benchmarks/cpu.py --only networks operator

Every ratio is one of times that were taken in turn in the same run, each subject in a process of
its own. Leave the machine alone meanwhile.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

MINUTES = 14  # after them no other part begins, and it all ends within 15


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    # Not above: every worker imports this module again, and should start soon.
    from benchmarks.parts import CPU_PARTS
    from benchmarks.session import Session
    from benchmarks.suite import run
    from benchmarks.targets import report

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--only", nargs="+", choices=CPU_PARTS, default=list(CPU_PARTS), help="parts (all)")
    add("--threads", type=int, default=2, metavar="N", help="of PyTorch (2)")
    add("--rounds", type=int, metavar="N", help="how often everything is timed (2 to 7)")
    add("--quick", action="store_true", help="tiny sizes, to see that everything works")
    add("--output", type=Path, metavar="DIR", help="where results are written")
    options = parser.parse_args(argv)
    arguments = sys.argv[1:] if argv is None else argv
    command = shlex.join(["python", "benchmarks/cpu.py", *arguments])
    session = Session(
        options.threads,
        quick=options.quick,
        rounds=options.rounds,
        deadline=time.monotonic() + 60 * MINUTES,
    )
    output = run(CPU_PARTS, options.only, session, options.output, command)
    print(f"\n{report(output).text()}")


if __name__ == "__main__":
    main()
