"""What the package is to reach, and what was measured."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from .parts import loading, networks, operator, precision
from .parts.networks import BASELINE, OURS, PRODUCTS
from .results import Row, read
from .tables import Table


class Target(NamedTuple):
    """A number with its limit."""

    name: str
    value: float
    limit: float
    at_least: bool

    @property
    def reached(self) -> bool:
        """Whether the number is within its limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def report(folder: Path) -> Table:
    """Return the table of all targets whose results are in a folder."""
    lines = []
    for part, targets in TARGETS.items():
        results = read(folder, part)
        for target in targets(results["rows"]) if results else ():
            limit = f"{'at least' if target.at_least else 'at most'} {target.limit:g}"
            reached = "yes" if target.reached else "no"
            lines.append((target.name, f"{target.value:.3g}", limit, reached))
    return Table("Targets", ("ratio", "measured", "target", "reached"), lines)


def network_targets(rows: list[Row]) -> Iterator[Target]:
    """Yield speed and memory of the presets."""
    limits = {
        ("cifar10", "train"): (4.0, 0.4, 1.7),
        ("cifar10", "evaluate"): (4.0, 0.4, 1.6),
        ("imagenet", "train"): (2.5, 0.5, None),
    }
    for m in networks.grouped(rows):
        key = (m.first["preset"], m.first["action"])
        if key not in limits:
            continue
        speed, memory, over_products = limits[key]
        name = f"{m.name}, {m.action}"
        for setting, allocator in (("default", "default allocator"), ("kept", "freed memory kept")):
            faster = m.seconds(BASELINE, setting) / m.seconds(OURS, setting)
            yield Target(f"{name}: baseline / package, {allocator}", faster, speed, True)
        faster = m.seconds(BASELINE, "default") / m.seconds(OURS, "kept")
        yield Target(f"{name}: baseline, default / package, kept", faster, speed, True)
        for setting, allocator in (("default", "default allocator"), ("kept", "freed memory kept")):
            share = m.peak(OURS, setting) / m.peak(BASELINE, setting)
            yield Target(f"{name}: memory, package / baseline, {allocator}", share, memory, False)
        if over_products is not None:
            ratio = m.seconds(OURS) / m.seconds(PRODUCTS)
            yield Target(f"{name}: package / matrix products", ratio, over_products, False)


def operator_targets(rows: list[Row]) -> Iterator[Target]:
    """Yield the smallest ratios to the baseline, and the fastest growth."""
    for action, name in operator.ACTIONS.items():
        ratios = operator.speedups(rows, action)
        small = [ratio for (*_, side), ratio in ratios.items() if side <= 16]
        least = min(ratios, key=lambda key: ratios[key])
        where = f"{least[0]}, L = {least[1]}, {'complex' if least[2] else 'real'}, {least[3]}"
        yield Target(f"operator, {name}: baseline / package ({where})", ratios[least], 1.0, True)
        yield Target(f"operator, {name}: the same up to 16 x 16", min(small), 3.0, True)
    if exponents := [exponent for *_, exponent in operator.growth(rows)]:
        yield Target("operator: largest e of (n² log n)^e", max(exponents), 1.0, False)


def precision_targets(rows: list[Row]) -> Iterator[Target]:
    """Yield what bfloat16 brings and costs."""
    for (subject, skip, action), ratio in sorted(precision.ratios(rows).items()):
        if subject == OURS and action == "train":
            name = "cifar10, skip" if skip else "cifar10"
            yield Target(f"{name}, training step: float32 / bfloat16", ratio, 1.3, True)
    error = max(row["logit_error"] for row in rows)
    yield Target("cifar10: relative error of bfloat16 logits", error, 0.02, False)


def loading_targets(rows: list[Row]) -> Iterator[Target]:
    """Yield how much faster one process reads than the small preset trains."""
    for (images, preset), rate in loading.rates(rows).items():
        if preset == "small":
            yield Target(
                f"{images}: read / trained on", rate["loader"] / rate["network"], 5.0, True
            )


TARGETS: dict[str, Callable[[list[Row]], Iterator[Target]]] = {
    "networks": network_targets,
    "operator": operator_targets,
    "precision": precision_targets,
    "loading": loading_targets,
}
