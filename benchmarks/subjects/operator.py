"""The wavelet operator alone."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from kymatio_learned.torch import PhaseCollapse2D

from ..baseline import FourierPhaseCollapse


class Operator:
    """An operator with a batch of images.

    Parameters
    ----------
    operator
        Maps images to their low frequencies and moduli.
    images
        Shape of the batch, ``(B, C, M, N)``.
    is_complex
        Whether the images are.
    device
        Where it computes.
    """

    def __init__(
        self,
        operator: nn.Module,
        images: Sequence[int],
        *,
        is_complex: bool = False,
        device: str = "cpu",
    ) -> None:
        dtype = torch.complex64 if is_complex else torch.float32
        self.operator = operator.to(device)
        self.images = torch.randn(*images, dtype=dtype, device=device, requires_grad=True)
        self.gradient = torch.randn_like(self._apply())

    def forward(self) -> None:
        """Filter, and take the moduli."""
        self._apply()

    def backward(self) -> None:
        """Do the same, and compute the gradient with respect to the images."""
        torch.autograd.grad(self.operator(self.images), self.images, self.gradient)

    def sizes(self) -> dict[str, int]:
        """Return the bytes that each action reads and writes at least.

        Forward reads the images and writes the features. Backward reads the images and the
        gradient of the features, and writes that of the images.
        """
        images, features = (x.numel() * x.element_size() for x in (self.images, self.gradient))
        return {"forward": images + features, "backward": 3 * images + 2 * features}

    @torch.no_grad()
    def _apply(self) -> Tensor:
        output: Tensor = self.operator(self.images)
        return output


def learned_operator(
    shape: tuple[int, int, int, int], L: int, bank: str, is_complex: bool
) -> Operator:
    """Build the package's operator, with the backend that it chooses."""
    return Operator(PhaseCollapse2D(shape[2:], L, bank=bank), shape, is_complex=is_complex)


def baseline_operator(
    shape: tuple[int, int, int, int], L: int, bank: str, is_complex: bool
) -> Operator:
    """Build the baseline's operator."""
    return Operator(FourierPhaseCollapse(shape[2:], L, bank), shape, is_complex=is_complex)
