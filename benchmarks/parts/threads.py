"""What a second thread brings."""

import statistics
from functools import partial

from kymatio_learned.models import PRESETS

from ..results import Row
from ..session import Session
from ..subjects import MatrixProducts, baseline, learned_scattering, mixing_products
from ..tables import Table, milliseconds, times
from ..worker import Build, working
from .networks import ACTIONS, BASELINE, CASES, OURS, PRODUCTS, QUICK_CASES


def measure(session: Session) -> list[Row]:
    """Return a row for each subject, number of threads and action, of the CIFAR-10 preset."""
    case = (QUICK_CASES if session.quick else CASES)[0]
    net = PRESETS[case.preset](**case.changes)
    builds: dict[str, Build] = {
        OURS: partial(learned_scattering, net.config, case.batch),
        BASELINE: partial(baseline, net.config, case.batch),
        PRODUCTS: partial(MatrixProducts, mixing_products(net), case.batch),
    }
    workers = {
        (name, threads): session.worker(build, threads=threads)
        for name, build in builds.items()
        for threads in (1, 2)
    }
    rows: list[Row] = []
    with working(workers):
        for action in ACTIONS:
            seconds = session.seconds_in_turn(workers, action, 2)
            rows += [
                {
                    "preset": case.preset,
                    "batch": case.batch,
                    "subject": subject,
                    "threads": threads,
                    "action": action,
                    "seconds": seconds[subject, threads],
                }
                for subject, threads in workers
            ]
    return rows


def tables(rows: list[Row]) -> list[Table]:
    """Show times and ratios for each number of threads."""
    medians = {
        (row["subject"], row["threads"], row["action"]): statistics.median(row["seconds"])
        / row["batch"]
        for row in rows
    }
    lines = []
    for action, name in ACTIONS.items():
        for threads in (1, 2):
            ours, theirs, least = (medians[s, threads, action] for s in (OURS, BASELINE, PRODUCTS))
            lines.append(
                (
                    name,
                    str(threads),
                    milliseconds(ours),
                    times(theirs / ours),
                    times(ours / least),
                    times(medians[OURS, 1, action] / ours),
                )
            )
    columns = (
        "",
        "threads",
        "milliseconds an image",
        "faster than the baseline",
        "time over matrix products",
        "faster than one thread",
    )
    return [Table(f"Threads, {rows[0]['preset']} preset", columns, lines)]
