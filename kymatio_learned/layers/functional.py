"""The mathematics of the layers on planar tensors, without state."""

import torch
from torch import Tensor

from ..scattering2d.backend.torch_backend import TorchBackend2D
from .channel_layout import ChannelLayout, Planes, concatenate

# The published code adds this to |z| before it divides by it.
_AMPLITUDE_EPS = 1e-6


def modulus(re: Tensor, im: Tensor) -> Tensor:
    r"""Return :math:`\sqrt{re^2 + im^2}`, with gradient 0 at 0."""
    return TorchBackend2D.modulus(torch.stack([re, im]), 0)


def soft_threshold_gain(r: Tensor, bias: Tensor | float) -> Tensor:
    r"""Return :math:`\mathrm{ReLU}(1 - b / r)`."""
    return torch.relu(1 - bias / (r + _AMPLITUDE_EPS))


def sigmoid_gain(r: Tensor, bias: Tensor | float, gain: Tensor | float) -> Tensor:
    r"""Return :math:`\mathrm{sigmoid}(g r + b) / r`."""
    return torch.sigmoid(gain * r + bias) / (r + _AMPLITUDE_EPS)


def unit_modulus_gain(r: Tensor) -> Tensor:
    r"""Return :math:`1 / r`."""
    return 1 / (r + _AMPLITUDE_EPS)


def tanh_gain(r: Tensor) -> Tensor:
    r"""Return :math:`\tanh(r) / r`."""
    return torch.tanh(r) / (r + _AMPLITUDE_EPS)


def power_gain(r: Tensor, bias: Tensor | float, gain: Tensor | float) -> Tensor:
    r"""Return :math:`t / ((1 + t) r)` with :math:`t = e^b r^g`: a sigmoid of :math:`\log t`."""
    positive = r > 0
    # r^g has an infinite slope at 0 where g < 1: its gradient is set to 0 there.
    log_t = bias + gain * torch.where(positive, r, 1).log()
    return torch.where(positive, torch.sigmoid(log_t), 0) / (r + _AMPLITUDE_EPS)


def collapse_phases(z: Planes) -> Planes:
    """Return the moduli of all channels, as real channels."""
    empty = z.re[:, :0]
    return Planes(empty, empty, concatenate(modulus(z.re, z.im), z.real.abs()))


def block_matrix(weight: Tensor, layout: ChannelLayout, is_complex: bool) -> Tensor:
    r"""Return the real matrix of a mixing of channels, on planes.

    For :math:`P = P_r + i P_i` on complex channels, and :math:`P'` on real ones,

    .. math:: \begin{pmatrix} P_r & -P_i & P'_r \\ P_i & P_r & P'_i \end{pmatrix}.

    Parameters
    ----------
    weight
        ``(K, C, 2)``, real and imaginary parts of complex weights, or ``(K, C)``, real weights.
    layout
        Input channels.
    is_complex
        Whether the weights are complex.

    Returns
    -------
    torch.Tensor
        ``(2K, n_planes)``; ``(K, n_planes)`` for real weights on real channels.
    """
    a = layout.n_complex
    if is_complex:
        re, im = weight.unbind(-1)
        top = torch.cat([re[:, :a], -im[:, :a], re[:, a:]], 1)
        return torch.cat([top, torch.cat([im[:, :a], re[:, :a], im[:, a:]], 1)])
    if layout.is_real:
        return weight
    zero = torch.zeros_like(weight)
    top = torch.cat([weight[:, :a], zero[:, :a], weight[:, a:]], 1)
    return torch.cat([top, torch.cat([zero[:, :a], weight[:, :a], zero[:, a:]], 1)])


def mix_channels(x: Tensor, matrix: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply planes ``(B, R, M, N)`` by a real matrix ``(K, R)`` at every position."""
    return torch.nn.functional.conv2d(x, matrix[:, :, None, None], bias)


def at_least_single(x: Tensor) -> Tensor:
    """Return half precision as single: sums over many values need it."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def normalize_channels(x: Tensor, eps: float) -> Tensor:
    """Divide by the Euclidean norm across channels, and return 0 where it is at most `eps`."""
    x = at_least_single(x)
    energy = x.square().sum(1, keepdim=True)
    # Twice a `where`: the gradient is 0, not 0 times infinity, where the norm is.
    positive = energy > eps**2
    return x * torch.where(positive, torch.rsqrt(torch.where(positive, energy, 1)), 0)
