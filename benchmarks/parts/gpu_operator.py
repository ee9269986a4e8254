"""The operator on a GPU, beside a copy on the device of as many bytes."""

from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Any

from kymatio_learned.torch import PhaseCollapse2D

from ..results import Row
from ..session import Session
from ..subjects import DeviceCopy, Operator
from ..tables import Table
from ..worker import Worker, WorkerError, working
from .operator import ACTIONS, BANKS

BACKENDS = ("torch", "torch_matmul", "torch_triton")
SIDES = (32, 112)
PIXELS = 2**24  # of all images together
LEAST = 0.05  # seconds of one timing


def measure(session: Session) -> list[Row]:
    """Return a row for each backend, bank, number of angles, size, kind of image and action."""
    worker = session.worker(partial(DeviceCopy, 1, session.device))
    with working({"operator": worker}):
        return list(_measure(session, worker))


def _measure(session: Session, worker: Worker) -> Iterator[Row]:
    least = 0.0 if session.quick else LEAST
    sides, pixels = ((8,), 256) if session.quick else (SIDES, PIXELS)
    for side, L, bank, is_complex, backend in product(
        sides, (4, 8), BANKS, (False, True), available_backends()
    ):
        row = {"side": side, "L": L, "bank": bank, "is_complex": is_complex, "backend": backend}
        shape = (pixels // side**2, 1, side, side)
        build = partial(
            build_operator, shape, L, bank, backend, is_complex=is_complex, device=session.device
        )
        if session.over():
            yield row | {"reason": "out of time"}
            continue
        try:
            worker.replace(build)
            seconds = {}
            for action in ACTIONS:
                worker.call(action)
                seconds[action] = worker.seconds(action, least=least)
        except WorkerError as error:
            yield row | {"reason": error.last_line}
            continue
        sizes = worker.call("sizes")
        for action in ACTIONS:
            worker.replace(partial(DeviceCopy, sizes[action], session.device))
            worker.call("copy")
            copy = worker.seconds("copy", least=least)
            yield row | {
                "action": action,
                "bytes": sizes[action],
                "seconds": seconds[action],
                "copy_seconds": copy,
            }


def build_operator(
    shape: tuple[int, int, int, int], L: int, bank: str, backend: str, **options: Any
) -> Operator:
    """Build the operator with a backend; see `Operator` for the options."""
    return Operator(PhaseCollapse2D(shape[2:], L, bank=bank, backend=backend), shape, **options)


def available_backends() -> list[str]:
    """Return the backends that this installation has."""
    return [name for name in BACKENDS if name in PhaseCollapse2D.backends]


def tables(rows: list[Row]) -> list[Table]:
    """Show the share of the bandwidth of a copy."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        kind = "complex" if row["is_complex"] else "real"
        key = (row["backend"], row["bank"], str(row["L"]), str(row["side"]), kind)
        if "reason" in row:
            lines[key] = [row["reason"], "", "", ""]
            continue
        share = row["copy_seconds"] / row["seconds"]
        bandwidth = row["bytes"] / row["seconds"] / 1e9
        lines.setdefault(key, []).extend([f"{share:.0%}".replace("%", " %"), f"{bandwidth:.0f}"])
    where = ("backend", "bank", "L", "side", "images")
    columns = (*where, "forward", "GB/s", "with gradient", "GB/s")
    title = "Operator on a GPU: bandwidth as a share of that of a copy"
    return [Table(title, columns, [[*key, *cells] for key, cells in lines.items()])]
