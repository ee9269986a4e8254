"""Kymatio's scattering transform as a layer."""

from collections.abc import Sequence
from typing import Any

import torch
from kymatio.scattering2d.frontend.torch_frontend import ScatteringTorch2D
from torch import Tensor, nn

from ..scattering2d.utils import check_integer, check_shape


class ScatteringTree(nn.Module):
    r"""Compute Kymatio's scattering transform of real channels, to order 2.

    .. math:: x \mapsto \left( x \star \phi_J, \
              |x \star \psi_{j_1, \theta_1}| \star \phi_J, \
              ||x \star \psi_{j_1, \theta_1}| \star \psi_{j_2, \theta_2}| \star \phi_J \right),
              \qquad j_1 < j_2 < J

    Nothing is learned.

    Parameters
    ----------
    in_channels
        Number of real input channels :math:`C`.
    shape
        Size ``(M, N)`` of the images.
    J
        The scale is :math:`2^J`.
    L
        Number of angles.

    Attributes
    ----------
    out_channels : int
        :math:`C (1 + L J + L^2 J (J - 1) / 2)`, the input channel slow.
    output_shape : tuple of int
        Size of the output, :math:`2^J` times smaller.

    Raises
    ------
    ValueError
        If the images are smaller than the scale.
    TypeError
        If an argument is not an integer.

    References
    ----------
    Mallat, *Group invariant scattering*, 2012; Andreux et al., *Kymatio*, 2020.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.layers import ScatteringTree
    >>> scattering = ScatteringTree(3, (32, 32), J=2, L=8)
    >>> scattering(torch.randn(2, 3, 32, 32)).shape
    torch.Size([2, 243, 8, 8])
    """

    def __init__(self, in_channels: int, shape: Sequence[int], *, J: int, L: int = 8) -> None:
        super().__init__()
        check_integer("in_channels", in_channels, least=1)
        check_integer("J", J, least=1)
        check_integer("L", L, least=1)
        M, N = self.shape = check_shape(shape)
        if min(M, N) < 2**J:
            raise ValueError(f"expected images of at least {2**J}x{2**J} for J={J}, got {M}x{N}")
        self.in_channels = in_channels
        self.J = J
        self.L = L
        self.scattering = ScatteringTorch2D(J, self.shape, L)
        # The filters follow from the arguments: a state_dict does not hold them.
        for name, tensor in list(self.scattering.named_buffers()):
            self.scattering.register_buffer(name, tensor, persistent=False)
        self.out_channels = in_channels * (1 + L * J + L**2 * J * (J - 1) // 2)
        self.output_shape = (M // 2**J, N // 2**J)

    def forward(self, x: Tensor) -> Tensor:
        """Map real channels ``(B, C, M, N)`` to ``(B, out_channels, M / 2^J, N / 2^J)``."""
        dtype = next(self.scattering.buffers()).dtype
        with torch.autocast(x.device.type, enabled=False):
            y: Tensor = self.scattering(x.to(dtype).contiguous())
        return y.flatten(1, 2)

    def meta(self) -> list[dict[str, Any]]:
        """Tell which output channel is which.

        Returns
        -------
        list of dict
            One entry a channel, in order: ``input_channel``, and Kymatio's ``j`` (scales) and
            ``theta`` (indices of the angles), with one entry an order.
        """
        wavelets = [(j, theta) for j in range(self.J) for theta in range(self.L)]
        paths: list[tuple[tuple[int, int], ...]] = [(), *((a,) for a in wavelets)]
        paths += [(a, b) for a in wavelets for b in wavelets if a[0] < b[0]]
        one = [{"j": tuple(j for j, _ in p), "theta": tuple(t for _, t in p)} for p in paths]
        return [{"input_channel": c, **path} for c in range(self.in_channels) for path in one]

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        M, N = self.shape
        return (
            f"{M}x{N} -> {self.output_shape[0]}x{self.output_shape[1]}, J={self.J}, L={self.L}, "
            f"in_channels={self.in_channels}, out_channels={self.out_channels}"
        )
