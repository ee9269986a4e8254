"""The table that describes a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    from ..layers import ChannelLayout
    from .learned_scattering2d import LearnedScattering2D

_COLUMNS = ("layer", "bank", "output", "learned parameters", "multiply-adds")


def count_parameters(module: nn.Module) -> int:
    """Return the number of learned real numbers."""
    return sum(p.numel() for p in module.parameters() if p.requires_grad)


def summary_table(net: LearnedScattering2D) -> str:
    """Return a table with a row a layer: output, learned parameters and multiply-adds.

    The multiply-adds are those of the learned products for one image, in real numbers: 4 for
    a complex weight on a complex channel, 2 on a real one. Wavelets are not learned, and cost
    less.
    """
    rows: list[tuple[str, str, str, int, int]] = []
    for index, layer in enumerate(net.layers):
        M, N = layer.wavelets.output_shape
        cost = layer.mixing.layout.n_planes * layer.out_layout.n_planes * M * N
        output = f"{_channels(layer.out_layout)} x {M} x {N}"
        rows.append((str(index), layer.wavelets.bank, output, count_parameters(layer), cost))
    if net.classifier is not None:
        linear = net.classifier.linear
        cost, classes = linear.in_features * linear.out_features, str(linear.out_features)
        rows.append(("classifier", "", classes, count_parameters(net.classifier), cost))
    rows.append(("total", "", "", sum(row[3] for row in rows), sum(row[4] for row in rows)))
    cells = [_COLUMNS, *((*row[:3], f"{row[3]:,}", f"{row[4]:,}") for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(_COLUMNS))]
    lines = [
        "  ".join(
            cell.rjust(width) if i >= 3 else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    rule = "-" * max(len(line) for line in lines)
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def _channels(layout: ChannelLayout) -> str:
    kind = "real" if layout.is_real else "complex"
    return f"{layout.n_channels} {kind}"
