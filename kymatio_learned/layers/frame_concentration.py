"""A non-linearity in a learned tight frame."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrize import is_parametrized

from ..scattering2d.utils import check_integer
from .functional import mix_channels

# What acts on the coefficients, and the default threshold in units of width^(-1/2).
_RHO: dict[str, tuple[Callable[[Tensor, float], Tensor], float | None]] = {
    "soft_threshold": (F.softshrink, 1.5),
    "relu": (lambda z, threshold: torch.relu(z - threshold), 1.0),
    "modulus": (lambda z, threshold: z.abs(), None),
}
CONCENTRATIONS = tuple(_RHO)


def concentrate(x: Tensor, frame: Tensor, nonlinearity: str, threshold: float) -> Tensor:
    r"""Return :math:`F^T \rho(F x)` of the channels, at every position.

    Parameters
    ----------
    x
        Real channels ``(B, C, M, N)``.
    frame
        :math:`F`, ``(width, C)``.
    nonlinearity
        Name of :math:`\rho`.
    threshold
        Its threshold, at least 0.

    Returns
    -------
    torch.Tensor
        ``(B, C, M, N)``.
    """
    return mix_channels(_RHO[nonlinearity][0](mix_channels(x, frame), threshold), frame.mT)


class FrameConcentration(nn.Module):
    r"""Concentrate the channels by a non-linearity in a learned tight frame.

    .. math:: y(u) = F^T \rho(F x(u)), \qquad F^T F = 1

    A soft threshold sets the small coefficients to zero, which reduces the variability of each
    class around its mean when the means are sparse in the frame.

    ================== =================================================== =====================
    name               :math:`\rho(z)`                                     default :math:`\lambda`
    ================== =================================================== =====================
    ``soft_threshold`` :math:`\mathrm{sign}(z) \, \mathrm{ReLU}(|z| - t)`  1.5
    ``relu``           :math:`\mathrm{ReLU}(z - t)`                        1
    ``modulus``        :math:`|z|`
    ================== =================================================== =====================

    with :math:`t = \lambda / \sqrt{\text{width}}`, which is not learned.

    Parameters
    ----------
    in_channels
        Number of real channels :math:`C`.
    width
        Number of vectors of the frame: rows of :math:`F`.
    nonlinearity
        One of the above.
    threshold
        :math:`\lambda`, at least 0.

    Attributes
    ----------
    weight : torch.nn.Parameter
        :math:`F`, ``(width, C)``: orthonormal columns at first, or rows if they are fewer, then
        rows of equal norms.
    row_norm : float
        :math:`\min(1, \sqrt{C / \text{width}})`, the norm of each row of :math:`F`. The rows are
        rescaled to it whenever they are used; in training the parameter itself is, so that a
        gradient step starts from what was used. Under PyTorch's orthogonal parametrization (see
        `make_orthogonal`) they are left as they are.

    Raises
    ------
    ValueError
        If the non-linearity is unknown, takes no threshold, or the threshold is negative.
    TypeError
        If a number of channels is not an integer.

    References
    ----------
    Zarka, Guth, Mallat, *Separation and concentration in deep networks*, ICLR 2021, section 2.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.layers import FrameConcentration
    >>> concentration = FrameConcentration(64, width=1024, nonlinearity="soft_threshold")
    >>> concentration(torch.randn(2, 64, 8, 8)).shape
    torch.Size([2, 64, 8, 8])
    """

    def __init__(
        self,
        in_channels: int,
        width: int,
        *,
        nonlinearity: str = "relu",
        threshold: float | None = None,
    ) -> None:
        super().__init__()
        check_integer("in_channels", in_channels, least=1)
        check_integer("width", width, least=1)
        check_concentration(nonlinearity, threshold)
        self.in_channels = in_channels
        self.width = width
        self.nonlinearity = nonlinearity
        if threshold is None:
            threshold = _RHO[nonlinearity][1]
        self.threshold = 0.0 if threshold is None else threshold / math.sqrt(width)
        self.row_norm = min(1.0, math.sqrt(in_channels / width))
        self.weight = nn.Parameter(torch.empty(width, in_channels))
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """Draw a random orthogonal matrix, and set its rows to equal norms."""
        nn.init.orthogonal_(self.weight)
        self.weight.mul_(self._row_factors())

    def frame(self) -> Tensor:
        """Return the frame that acts, ``(width, C)``."""
        if is_parametrized(self, "weight"):
            return self.weight
        factors = self._row_factors()
        if not self.training:
            return self.weight * factors
        # Two forward passes before a backward pass are allowed: through `data`, autograd does not
        # take this for a change, which it is not when no step was made between them.
        self.weight.data.mul_(factors)
        return self.weight

    def _row_factors(self) -> Tensor:
        return self.row_norm / self.weight.detach().norm(dim=1, keepdim=True)

    def forward(self, x: Tensor) -> Tensor:
        """Concentrate real channels ``(B, C, M, N)``."""
        return concentrate(x, self.frame(), self.nonlinearity, self.threshold)

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        threshold = "" if self.nonlinearity == "modulus" else f", threshold={self.threshold:.3g}"
        return f"{self.in_channels}, width={self.width}, {self.nonlinearity!r}{threshold}"


def check_concentration(nonlinearity: str, threshold: float | None) -> None:
    """Refuse an unknown non-linearity of a frame, or a threshold that it does not take.

    Raises
    ------
    ValueError
        With the valid names.
    """
    if nonlinearity not in _RHO:
        raise ValueError(
            f"expected nonlinearity to be one of {', '.join(CONCENTRATIONS)}, got {nonlinearity!r}"
        )
    if threshold is None:
        return
    if _RHO[nonlinearity][1] is None:
        raise ValueError(f"expected no threshold for {nonlinearity!r}, got threshold={threshold}")
    if threshold < 0:
        raise ValueError(f"expected threshold to be at least 0, got {threshold}")
