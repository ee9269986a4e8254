"""The non-linearities of residual networks, by name."""

from collections.abc import Callable
from functools import partial

from torch import nn

from ..layers import ChannelLayout, Nonlinearity, ReLUPart


def _abs(channels: int) -> nn.Module:
    return Nonlinearity("modulus", ChannelLayout(n_real=channels))


def _relu_part(part: str, channels: int) -> nn.Module:
    layout = ChannelLayout(n_real=channels)
    return ReLUPart(part, layout, threshold=1.0, learned=True, halved=False)


# Each builds the module for a number of channels.
ACTIVATIONS: dict[str, Callable[[int], nn.Module]] = {
    "relu": lambda channels: nn.ReLU(),
    "abs": _abs,
    "soft_threshold": partial(_relu_part, "odd"),
    "tanh": lambda channels: nn.Tanh(),
    "softsign": lambda channels: nn.Softsign(),
    "dead_zone_abs": partial(_relu_part, "even"),
}


def activation(name: str, channels: int) -> nn.Module:
    r"""Build a non-linearity of real channels, to put in the place of a rectifier.

    ================== ============================================== ======================
    name               :math:`\rho(x)`                                the sign
    ================== ============================================== ======================
    ``relu``           :math:`\mathrm{ReLU}(x)`                       collapses in half of it
    ``abs``            :math:`|x|`                                    collapses
    ``dead_zone_abs``  :math:`\mathrm{ReLU}(|x| - b)`                 collapses
    ``soft_threshold`` :math:`\mathrm{sign}(x) \mathrm{ReLU}(|x|-b)`  is kept
    ``tanh``           :math:`\tanh(x)`                               is kept
    ``softsign``       :math:`x / (1 + |x|)`                          is kept
    ================== ============================================== ======================

    with a learned threshold :math:`b`, one a channel, which starts at 1.

    Parameters
    ----------
    name
        One of the above.
    channels
        Number of channels.

    Returns
    -------
    torch.nn.Module
        Maps ``(B, channels, M, N)`` to the same shape.

    Raises
    ------
    ValueError
        If the name is unknown.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022, section 4.

    Examples
    --------
    >>> activation("soft_threshold", 16).threshold.shape
    torch.Size([16, 1, 1])
    """
    if name not in ACTIVATIONS:
        raise ValueError(
            f"expected nonlinearity to be one of {', '.join(ACTIVATIONS)}, got {name!r}"
        )
    return ACTIVATIONS[name](channels)
