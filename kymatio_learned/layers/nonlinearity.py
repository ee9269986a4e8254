"""Non-linearities of complex channels: one collapses phases, the others keep them."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .channel_layout import ChannelLayout, Planes, join
from .functional import (
    collapse_phases,
    modulus,
    power_gain,
    sigmoid_gain,
    soft_threshold_gain,
    tanh_gain,
    unit_modulus_gain,
)

# What multiplies z, and the default values of the parameters that it takes.
_GAINS: dict[str, tuple[Callable[..., Tensor], dict[str, float]]] = {
    "soft_threshold": (soft_threshold_gain, {"bias": 0.1}),
    "sigmoid": (sigmoid_gain, {"bias": 0.0, "gain": 1.0}),
    "unit_modulus": (unit_modulus_gain, {}),
    "tanh": (tanh_gain, {}),
    "power": (power_gain, {"bias": 0.0, "gain": 1.0}),
}
NONLINEARITIES = ("modulus", *_GAINS)


class Nonlinearity(nn.Module):
    r"""Apply a non-linearity to the amplitude of each channel.

    ================== ========================================== ===============
    name               :math:`\rho(z)`, with :math:`r = |z|`      parameters
    ================== ========================================== ===============
    ``modulus``        :math:`r`: phases collapse
    ``soft_threshold`` :math:`\mathrm{ReLU}(1 - b/r) \, z`        `bias`
    ``sigmoid``        :math:`\mathrm{sigmoid}(g r + b) \, z / r` `bias`, `gain`
    ``unit_modulus``   :math:`z / r`
    ``tanh``           :math:`\tanh(r) \, z / r`
    ``power``          :math:`t / (1 + t) \, z / r`,              `bias`, `gain`
                       :math:`t = e^b r^g`
    ================== ========================================== ===============

    where divisions are by :math:`r + 10^{-6}`. Real channels stay real: there the phase is
    the sign.

    Parameters
    ----------
    name
        One of the above.
    layout
        Input channels.
    bias, gain
        Values of :math:`b` and :math:`g`, the first ones if they are learned. By default
        :math:`b = 0.1` for the soft threshold, else 0, and :math:`g = 1`.
    learned
        Whether they are learned, one of each a channel.

    Attributes
    ----------
    bias, gain : torch.nn.Parameter or float
        ``(n_channels, 1, 1)``, complex channels first, if learned, else a number; only where the
        non-linearity has them.

    Raises
    ------
    ValueError
        If the name is unknown, or if a value is given that the non-linearity does not take.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022, section 3, and the code
    published with it.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.layers import ChannelLayout, Nonlinearity
    >>> layout = ChannelLayout(n_complex=3)
    >>> Nonlinearity("modulus", layout).out_layout
    ChannelLayout(n_complex=0, n_real=3)
    >>> Nonlinearity("soft_threshold", layout, bias=0.5).out_layout
    ChannelLayout(n_complex=3, n_real=0)
    """

    def __init__(
        self,
        name: str,
        layout: ChannelLayout,
        *,
        bias: float | None = None,
        gain: float | None = None,
        learned: bool = False,
    ) -> None:
        super().__init__()
        check_nonlinearity(name, bias, gain)
        self.name = name
        self.layout = layout
        self.learned = learned
        self._gain_function = _GAINS[name][0] if name in _GAINS else None
        defaults = _GAINS[name][1] if name in _GAINS else {}
        self._parameter_names = tuple(defaults)
        for key, given in (("bias", bias), ("gain", gain)):
            if key in defaults:
                value = float(defaults[key] if given is None else given)
                if learned:
                    values = torch.full((layout.n_channels, 1, 1), value)
                    self.register_parameter(key, nn.Parameter(values))
                else:
                    setattr(self, key, value)

    @property
    def out_layout(self) -> ChannelLayout:
        """Output channels."""
        if self.name == "modulus":
            return ChannelLayout(n_real=self.layout.n_channels)
        return self.layout

    def forward(self, x: Tensor) -> Tensor:
        """Map planes ``(B, n_planes, M, N)`` to ``(B, out_layout.n_planes, M, N)``."""
        return join(self.map_planes(self.layout.split(x)))

    def map_planes(self, z: Planes) -> Planes:
        """Do the same for planes that are not concatenated."""
        if self.name == "modulus":
            return collapse_phases(z)
        a = self.layout.n_complex
        factor = self.factor(modulus(z.re, z.im), lambda values: values[:a])
        real_factor = self.factor(z.real.abs(), lambda values: values[a:])
        return Planes(factor * z.re, factor * z.im, real_factor * z.real)

    def factor(self, r: Tensor, select: Callable[[Tensor], Tensor]) -> Tensor:
        """Return what multiplies channels of amplitude `r`.

        Parameters
        ----------
        r
            Amplitudes, of any shape.
        select
            Takes the values of these channels, in the shape of `r`, from all those of a learned
            parameter, ``(n_channels, 1, 1)``.

        Returns
        -------
        torch.Tensor
            Of the shape of `r`.

        Raises
        ------
        ValueError
            If the non-linearity is the modulus, which does not multiply.
        """
        if self._gain_function is None:
            raise ValueError("expected a non-linearity that keeps phases, got 'modulus'")
        parameters = {key: getattr(self, key) for key in self._parameter_names}
        if self.learned:
            parameters = {key: select(value) for key, value in parameters.items()}
        return self._gain_function(r, **parameters)

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        values = [
            f"{key}={value.mean().item():.3g} (mean)" if self.learned else f"{key}={value:.3g}"
            for key, value in ((key, getattr(self, key)) for key in self._parameter_names)
        ]
        return ", ".join([repr(self.name), str(self.layout), *values])


def check_nonlinearity(name: str, bias: float | None = None, gain: float | None = None) -> None:
    """Refuse an unknown non-linearity, or a parameter that it does not take.

    Raises
    ------
    ValueError
        With the valid names.
    """
    if name not in NONLINEARITIES:
        raise ValueError(
            f"expected nonlinearity to be one of {', '.join(NONLINEARITIES)}, got {name!r}"
        )
    taken = _GAINS[name][1] if name in _GAINS else {}
    for key, value in (("bias", bias), ("gain", gain)):
        if value is not None and key not in taken:
            raise ValueError(f"expected no {key} for nonlinearity {name!r}, got {key}={value}")
