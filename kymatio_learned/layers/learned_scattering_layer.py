"""One layer of a learned scattering network."""

from typing import Any

from torch import Tensor, nn

from ..scattering2d.frontend.torch_frontend import PhaseCollapse2D
from .channel_layout import ChannelLayout, Planes, concatenate, join
from .channel_mixing import ChannelMixing
from .channel_norm import ChannelNorm
from .functional import mix_channels
from .nonlinearity import Nonlinearity
from .standardization import Standardization


class LearnedScatteringLayer(nn.Module):
    r"""Filter with wavelets, collapse phases, standardize, mix channels, normalize.

    .. math:: x \mapsto \frac{P \, \mathrm{Std} (x \star \phi, \rho(x \star \psi_\theta))}
                             {\| \cdot \|}

    with skip, :math:`P \, \mathrm{Std} (W x, \rho(W x))` with
    :math:`W x = (x \star \phi, x \star \psi_\theta)`.

    Parameters
    ----------
    layout
        Input channels.
    out_channels
        Number of output channels.
    wavelets
        The operator of the layer.
    skip
        Whether the linear coefficients are kept beside their image by the non-linearity.
    nonlinearity
        See `Nonlinearity`, also for `bias`, `gain` and `learned_nonlinearity`.
    complex_mixing
        Whether the mixing matrix is complex.

    Attributes
    ----------
    wavelets, nonlinearity, standardization, mixing, norm : torch.nn.Module
        The steps; what is learned is ``mixing.weight``, and the parameters of `nonlinearity`
        if they are.
    layout, out_layout : ChannelLayout
        Input and output channels.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.layers import ChannelLayout, LearnedScatteringLayer
    >>> from kymatio_learned.torch import PhaseCollapse2D
    >>> layer = LearnedScatteringLayer(ChannelLayout(n_real=3), 16, PhaseCollapse2D((32, 32)))
    >>> layer(torch.randn(2, 3, 32, 32)).shape  # 16 complex channels: 32 planes
    torch.Size([2, 32, 16, 16])
    """

    def __init__(
        self,
        layout: ChannelLayout,
        out_channels: int,
        wavelets: PhaseCollapse2D,
        *,
        skip: bool = False,
        nonlinearity: str = "modulus",
        bias: float | None = None,
        gain: float | None = None,
        learned_nonlinearity: bool = False,
        complex_mixing: bool = True,
    ) -> None:
        super().__init__()
        self.layout = layout
        self.skip = skip
        self.wavelets = wavelets
        a, b, L = layout.n_complex, layout.n_real, wavelets.L
        psi = ChannelLayout(n_complex=(a + b) * L)
        linear = ChannelLayout(n_complex=a + psi.n_complex, n_real=b)
        self.nonlinearity = Nonlinearity(
            nonlinearity,
            linear if skip else psi,
            bias=bias,
            gain=gain,
            learned=learned_nonlinearity,
        )
        kept = linear if skip else layout
        rho = self.nonlinearity.out_layout
        features = ChannelLayout(kept.n_complex + rho.n_complex, kept.n_real + rho.n_real)
        self.standardization = Standardization(features)
        self.mixing = ChannelMixing(features, out_channels, complex_weights=complex_mixing)
        self.norm = ChannelNorm()

    @property
    def out_layout(self) -> ChannelLayout:
        """Output channels."""
        return self.mixing.out_layout

    def features(self, x: Tensor) -> Tensor:
        """Return what is mixed, planes ``(B, n_planes, M', N')``, before the standardization."""
        phi, psi = self._filter(x)
        if not self.skip:
            return join(phi, self.nonlinearity.map_planes(psi))
        linear = Planes(*(concatenate(low, high) for low, high in zip(phi, psi, strict=True)))
        return join(linear, self.nonlinearity.map_planes(linear))

    def forward(self, x: Tensor) -> Tensor:
        """Map planes ``(B, n_planes, M, N)`` to ``(B, out_layout.n_planes, M', N')``."""
        x = self.features(x)
        mean, inv_std = self.standardization.statistics(x)
        # The standardization is folded into the matrix: no pass over the features is its own.
        matrix = self.mixing.matrix() * self.mixing.layout.repeat_per_plane(inv_std)
        scaled_mean = mean * (inv_std[:, None] if mean.dim() == 2 else inv_std)
        return self.norm(mix_channels(x, matrix, -self.mixing.mix_vector(scaled_mean)))

    def _filter(self, x: Tensor) -> tuple[Planes, Planes]:
        """Return the planes of x * phi and of x * psi, input channel slow and angle fast."""
        B, _, M, N = x.shape
        a, b = self.layout.n_complex, self.layout.n_real
        empty = x.new_zeros(B, 0, *self.wavelets.output_shape)
        phi, highs = Planes(empty, empty, empty), []
        if a:  # (B, 2 a, M, N) -> (B a, 2, M, N): one complex image a channel
            pairs = x[:, : 2 * a].unflatten(1, (2, a)).transpose(1, 2).reshape(B * a, 2, M, N)
            low, high = (y.unflatten(0, (B, a)) for y in self.wavelets.planar_wavelets(pairs))
            phi = phi._replace(re=low[:, :, 0], im=low[:, :, 1])
            highs.append(high)
        if b:
            singles = x[:, 2 * a :].reshape(B * b, 1, M, N)
            low, high = (y.unflatten(0, (B, b)) for y in self.wavelets.planar_wavelets(singles))
            phi = phi._replace(real=low[:, :, 0])
            highs.append(high)
        # (B, C, 2, L, M', N') -> (B, C L, M', N')
        re, im = (
            concatenate(*(high[:, :, part].flatten(1, 2) for high in highs)) for part in (0, 1)
        )
        return phi, Planes(re, im, empty)

    def meta(self) -> list[dict[str, Any]]:
        """Tell which channel is which among the columns of ``mixing.weight``.

        Returns
        -------
        list of dict
            One entry a column, in order: ``input_channel``, ``filter`` (``"phi"`` or
            ``"psi"``), ``theta`` (index of the angle, None for phi), ``angle`` (radians),
            ``nonlinearity`` (None where linear) and ``is_complex``.
        """
        phi, *psi = (
            {"filter": m["filter"], "theta": m["theta"][0] if m["theta"] else None}
            | {"angle": m["angle"]}
            for m in self.wavelets.meta()
        )
        a, C = self.layout.n_complex, self.layout.n_channels
        low = [{"input_channel": c, **phi, "is_complex": c < a} for c in range(C)]
        high = [{"input_channel": c, **m, "is_complex": True} for c in range(C) for m in psi]
        linear = low[:a] + high + low[a:]
        name = self.nonlinearity.name
        collapsed = {"is_complex": False} if name == "modulus" else {}
        rho = [m | collapsed | {"nonlinearity": name} for m in (linear if self.skip else high)]
        kept = [m | {"nonlinearity": None} for m in (linear if self.skip else low)]
        channels = kept + rho
        return [m for m in channels if m["is_complex"]] + [
            m for m in channels if not m["is_complex"]
        ]

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        return f"skip={self.skip}"
