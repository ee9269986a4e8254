"""Wavelets and a rectifier of four phases."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from ..scattering2d.frontend.torch_frontend import PhaseCollapse2D
from ..scattering2d.utils import check_integer

N_PHASES = 4


class PhaseReLUScattering(nn.Module):
    r"""Filter real channels with wavelets, and rectify the coefficients at four phases.

    .. math:: x \mapsto \left( x \star \phi, \
              \mathrm{ReLU}(\mathrm{Re}(e^{-i \alpha} \, x \star \psi_\theta))
              \right)_{\theta, \alpha}, \qquad
              \alpha \in \{0, \pi/2, \pi, 3\pi/2\}

    The rectified phases keep all of :math:`x \star \psi_\theta`: their differences are its real
    and imaginary parts. Their mean over all :math:`\alpha` is :math:`|x \star \psi_\theta| / \pi`,
    so that a matrix across channels can collapse the phase or keep it. Nothing is learned.

    Parameters
    ----------
    in_channels
        Number of real input channels :math:`C`.
    wavelets
        The wavelets.

    Attributes
    ----------
    out_channels : int
        :math:`C (1 + 4 L)`: the input channel is slow, then the phase, then the angle.
    output_shape : tuple of int
        Size ``(M', N')`` of the output.

    Raises
    ------
    ValueError, TypeError
        If `in_channels` is not a positive integer.

    References
    ----------
    Zarka, Guth, Mallat, *Separation and concentration in deep networks*, ICLR 2021, section 3.1.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.layers import PhaseReLUScattering
    >>> from kymatio_learned.torch import PhaseCollapse2D
    >>> scattering = PhaseReLUScattering(3, PhaseCollapse2D((32, 32), L=8))
    >>> scattering(torch.randn(2, 3, 32, 32)).shape
    torch.Size([2, 99, 16, 16])
    """

    def __init__(self, in_channels: int, wavelets: PhaseCollapse2D) -> None:
        super().__init__()
        check_integer("in_channels", in_channels, least=1)
        self.in_channels = in_channels
        self.wavelets = wavelets
        self.out_channels = in_channels * (1 + N_PHASES * wavelets.L)
        self.output_shape = wavelets.output_shape

    def forward(self, x: Tensor) -> Tensor:
        """Map real channels ``(B, C, M, N)`` to ``(B, C (1 + 4 L), M', N')``."""
        low, highs = self.wavelets.planar_wavelets(x.permute(0, 2, 3, 1).unsqueeze(3))
        high = torch.cat(highs, 4).flatten(3, 4)  # (B, M', N', 2 L, C)
        y = torch.cat([low, torch.relu(high), torch.relu(-high)], 3)
        return y.permute(0, 4, 3, 1, 2).flatten(1, 2)

    def meta(self) -> list[dict[str, Any]]:
        r"""Tell which output channel is which.

        Returns
        -------
        list of dict
            One entry a channel, in order: ``input_channel``, ``filter`` (``"phi"`` or
            ``"psi"``), ``theta`` (index of the angle), ``angle`` (radians) and ``phase``
            (:math:`\alpha`); the last three are None for phi.
        """
        phi, *psi = (
            {"filter": m["filter"], "theta": m["theta"][0] if m["theta"] else None}
            | {"angle": m["angle"], "phase": None}
            for m in self.wavelets.meta()
        )
        phases = [k * math.pi / 2 for k in range(N_PHASES)]
        one = [phi, *(m | {"phase": phase} for phase in phases for m in psi)]
        return [{"input_channel": c, **m} for c in range(self.in_channels) for m in one]

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        return f"in_channels={self.in_channels}, out_channels={self.out_channels}"
