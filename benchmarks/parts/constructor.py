"""How long the operator takes to build, against the size of its images."""

import statistics
from functools import partial

from matplotlib.figure import Figure

from kymatio_learned.torch import PhaseCollapse2D

from ..results import Row
from ..session import Session
from ..tables import Table, milliseconds
from ..worker import working

SIDES = (16, 32, 64, 128, 256, 512, 1024, 2048)
BANKS = ("octave", "half_octave_first", "half_octave_second")


class Constructor:
    """Builds an operator for images of one size, 8 angles."""

    def __init__(self, side: int, bank: str) -> None:
        self.side, self.bank = side, bank

    def construct(self) -> None:
        """Build it, with the backend that it chooses."""
        PhaseCollapse2D((self.side, self.side), 8, bank=self.bank)


def measure(session: Session) -> list[Row]:
    """Return a row for each bank and size."""
    rows: list[Row] = []
    worker = session.worker(partial(Constructor, 8, "octave"))
    with working({"constructor": worker}):
        for bank in BANKS:
            for side in SIDES[:2] if session.quick else SIDES:
                worker.replace(partial(Constructor, side, bank))
                seconds = session.seconds_in_turn({bank: worker}, "construct", 2)[bank]
                rows.append({"bank": bank, "side": side, "seconds": seconds})
    return rows


def tables(rows: list[Row]) -> list[Table]:
    """Show the times."""
    sides = sorted({row["side"] for row in rows})
    medians = {(row["bank"], row["side"]): statistics.median(row["seconds"]) for row in rows}
    lines = [
        (bank, *(milliseconds(medians[bank, side]) for side in sides))
        for bank in dict.fromkeys(bank for bank, _ in medians)
    ]
    columns = ("bank", *(f"{side} x {side}" for side in sides))
    return [Table("Milliseconds to build the operator, L = 8", columns, lines)]


def figure(rows: list[Row]) -> Figure:
    """Draw time against size."""
    fig = Figure(figsize=(5, 3.2), layout="constrained")
    ax = fig.subplots()
    for bank in dict.fromkeys(row["bank"] for row in rows):
        points = [
            (row["side"], statistics.median(row["seconds"])) for row in rows if row["bank"] == bank
        ]
        ax.loglog(*zip(*points, strict=True), "o-", markersize=3, label=bank)
    ax.set(xlabel="side of the images", ylabel="seconds to build")
    ax.legend(frameon=False, fontsize=8)
    return fig
