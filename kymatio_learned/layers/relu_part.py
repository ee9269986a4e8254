r"""The even and the odd part of the rectifier with a threshold, ReLU(x - b)."""

import torch
from torch import Tensor, nn

from .channel_layout import ChannelLayout, Planes, join
from .functional import modulus

PARTS = ("even", "odd")


def relu_even_part(x: Tensor, threshold: Tensor | float = 0.0) -> Tensor:
    r"""Return the even part of :math:`x \mapsto \mathrm{ReLU}(x - b)`.

    .. math:: e(x) = \tfrac 1 2 \left( \mathrm{ReLU}(x - b) + \mathrm{ReLU}(-x - b) \right),
              \qquad e(z) = e(|z|)

    For :math:`b \geq 0` it is :math:`\tfrac 1 2 \mathrm{ReLU}(|x| - b)`: the amplitude beyond a
    dead zone. The sign of a real number, and the phase of a complex one, collapse.

    Parameters
    ----------
    x
        Real or complex numbers.
    threshold
        :math:`b`, real, which broadcasts with `x`.

    Returns
    -------
    torch.Tensor
        Real, of the shape of `x`; with gradient 0 at a complex 0.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022.

    Examples
    --------
    >>> import torch
    >>> relu_even_part(torch.tensor([-3.0, 1.0, 3.0]), 2.0).tolist()
    [0.5, 0.0, 0.5]
    >>> relu_even_part(torch.tensor([3 + 4j]), 2.0).tolist()
    [1.5]
    """
    r = x.abs()
    return (torch.relu(r - threshold) + torch.relu(-r - threshold)) / 2


def relu_odd_part(x: Tensor, threshold: Tensor | float = 0.0) -> Tensor:
    r"""Return the odd part of :math:`x \mapsto \mathrm{ReLU}(x - b)`.

    .. math:: o(x) = \tfrac 1 2 \left( \mathrm{ReLU}(x - b) - \mathrm{ReLU}(-x - b) \right),
              \qquad o(z) = o(|z|) \, z / |z|

    For :math:`b \geq 0` it is half a soft-thresholding: the sign or the phase is kept, and small
    amplitudes are set to zero. For real :math:`x`, :math:`e(x) + o(x) = \mathrm{ReLU}(x - b)`, with
    :math:`e` the even part.

    Parameters
    ----------
    x
        Real or complex numbers.
    threshold
        :math:`b`, real, which broadcasts with `x`.

    Returns
    -------
    torch.Tensor
        Of the shape and the dtype of `x`.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022.

    Examples
    --------
    >>> import torch
    >>> relu_odd_part(torch.tensor([-3.0, 1.0, 3.0]), 2.0).tolist()
    [-0.5, 0.0, 0.5]
    >>> relu_odd_part(torch.tensor([3 + 4j]), 2.5).tolist()
    [(0.75+1j)]
    """
    if x.is_complex():
        return x * relu_odd_gain(x.abs(), threshold)
    return (torch.relu(x - threshold) - torch.relu(-x - threshold)) / 2


def relu_odd_gain(r: Tensor, threshold: Tensor | float) -> Tensor:
    r"""Return :math:`o(r) / r` for amplitudes :math:`r \geq 0`; see `relu_odd_part`."""
    b = torch.as_tensor(threshold, dtype=r.dtype, device=r.device)
    beyond = r > b.abs()
    # Twice a `where`: the gradient is 0, not 0 times infinity, within the dead zone.
    outside = (1 - b / torch.where(beyond, r, 1)) / 2
    return torch.where(beyond, outside, (b < 0).to(r.dtype))


class ReLUPart(nn.Module):
    r"""Apply the even or the odd part of :math:`\mathrm{ReLU}(x - b)` to each channel.

    ======== =============================================== ======================
    part     for :math:`b \geq 0`                            what it does
    ======== =============================================== ======================
    ``even`` :math:`\tfrac 1 2 \mathrm{ReLU}(|z| - b)`       collapses the phase
    ``odd``  :math:`\tfrac 1 2 \mathrm{ReLU}(1 - b/|z|) z`   thresholds the amplitude
    ======== =============================================== ======================

    On a real channel the phase is the sign, and the two parts add up to
    :math:`\mathrm{ReLU}(x - b)`, also for a negative :math:`b`. See `relu_even_part` and
    `relu_odd_part`.

    Parameters
    ----------
    part
        ``"even"`` or ``"odd"``.
    layout
        Input channels.
    threshold
        :math:`b`, its first value if it is learned.
    learned
        Whether it is learned, one a channel.
    halved
        False doubles the result: the modulus beyond a dead zone, or the soft-thresholding.

    Attributes
    ----------
    threshold : torch.nn.Parameter or float
        ``(n_channels, 1, 1)``, complex channels first, if learned, else a number.

    Raises
    ------
    ValueError
        If the part is neither.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.layers import ChannelLayout, ReLUPart
    >>> layout = ChannelLayout(n_real=3)
    >>> even, odd = ReLUPart("even", layout, threshold=0.5), ReLUPart("odd", layout, threshold=0.5)
    >>> x = torch.randn(2, 3, 8, 8)
    >>> torch.allclose(even(x) + odd(x), torch.relu(x - 0.5))
    True
    """

    threshold: Tensor | float

    def __init__(
        self,
        part: str,
        layout: ChannelLayout,
        *,
        threshold: float = 0.0,
        learned: bool = False,
        halved: bool = True,
    ) -> None:
        super().__init__()
        if part not in PARTS:
            raise ValueError(f"expected part to be one of {', '.join(PARTS)}, got {part!r}")
        self.part = part
        self.layout = layout
        self.learned = learned
        self.halved = halved
        value = float(threshold)
        if learned:
            self.threshold = nn.Parameter(torch.full((layout.n_channels, 1, 1), value))
        else:
            self.threshold = value

    @property
    def out_layout(self) -> ChannelLayout:
        """Output channels."""
        return ChannelLayout(n_real=self.layout.n_channels) if self.part == "even" else self.layout

    def forward(self, x: Tensor) -> Tensor:
        """Map planes ``(B, n_planes, M, N)`` to ``(B, out_layout.n_planes, M, N)``."""
        re, im, real = self.layout.split(x)
        a, b = self.layout.n_complex, self.threshold
        b_complex, b_real = (b[:a], b[a:]) if isinstance(b, Tensor) else (b, b)
        if self.part == "even":
            y = torch.cat(
                [relu_even_part(modulus(re, im), b_complex), relu_even_part(real, b_real)], 1
            )
        else:
            gain = relu_odd_gain(modulus(re, im), b_complex)
            y = join(Planes(gain * re, gain * im, relu_odd_part(real, b_real)))
        return y if self.halved else 2 * y

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        b = self.threshold
        value = f"{b.mean().item():.3g} (mean)" if isinstance(b, Tensor) else f"{b:.3g}"
        halved = "" if self.halved else ", halved=False"
        return f"{self.part!r}, {self.layout}, threshold={value}{halved}"
