"""What a network costs at least."""

from collections.abc import Sequence

import torch

from kymatio_learned.models import LearnedScattering2D

Product = tuple[int, int, int]  # rows, planes, pixels of one image


def mixing_products(net: LearnedScattering2D) -> list[Product]:
    """Return the mixing of each layer as a real product, (2K x planes) by (planes x pixels)."""
    return [
        (
            layer.out_layout.n_planes,
            layer.mixing.layout.n_planes,
            layer.wavelets.output_shape[0] * layer.wavelets.output_shape[1],
        )
        for layer in net.layers
    ]


class MatrixProducts:
    """The matrix products of the mixing alone.

    One for each layer to evaluate; to train also its two gradients, for matrix and input. They are
    written to memory that is there.
    """

    def __init__(
        self, products: Sequence[Product], batch: int, dtype: torch.dtype = torch.float32
    ) -> None:
        self.layers = []
        for rows, planes, pixels in products:
            P = torch.randn(rows, planes, dtype=dtype)
            x = torch.randn(planes, batch * pixels, dtype=dtype)
            dy = torch.randn(rows, batch * pixels, dtype=dtype)
            outputs = (torch.empty_like(dy), torch.empty_like(P), torch.empty_like(x))
            self.layers.append((P, x, dy, *outputs))

    def evaluate(self) -> None:
        """Multiply once for each layer."""
        for P, x, _, y, _, _ in self.layers:
            torch.mm(P, x, out=y)

    def train(self) -> None:
        """Multiply three times for each layer."""
        for P, x, dy, y, dP, dx in self.layers:
            torch.mm(P, x, out=y)
            torch.mm(dy, x.T, out=dP)
            torch.mm(P.T, dy, out=dx)
