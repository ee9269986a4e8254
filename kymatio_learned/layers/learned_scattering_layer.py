"""One layer of a learned scattering network."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ..scattering2d.backend.autocast import product_dtype, without_autocast
from ..scattering2d.frontend.torch_frontend import PhaseCollapse2D
from .channel_layout import ChannelLayout
from .channel_mixing import ChannelMixing
from .channel_norm import ChannelNorm
from .feature_maps import FeatureMaps, gather
from .fold_cache import FoldCache
from .mixed_channels import mixed_channels
from .nonlinearity import Nonlinearity
from .slots import Block, from_slots, to_slots
from .standardization import Standardization
from .standardized_mixing import Folded, Statistics, fold, mix_and_normalize, standardized_mixing
from .triangular_mixing import TriangularMixing

_EVALUATED = 2**23  # numbers of the features that are computed at a time, without a gradient


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
        Number of output channels; with `orders` one for each order, of which there is one more.
    wavelets
        The operator of the layer.
    skip
        Whether the linear coefficients are kept beside their image by the non-linearity.
    nonlinearity
        See `Nonlinearity`, also for `bias`, `gain` and `learned_nonlinearity`.
    complex_mixing
        Whether the mixing matrix is complex.
    orders
        Numbers of input channels of order 0, 1, ..., which follow each other. Then the matrix is
        block-triangular, and each order has a norm of its own: no output depends on inputs of a
        higher order. By default orders are mixed.

    Attributes
    ----------
    wavelets, nonlinearity, standardization, mixing, norm : torch.nn.Module
        The steps; what is learned is ``mixing.weight``, and the parameters of `nonlinearity`
        if they are.
    layout, out_layout : ChannelLayout
        Input and output channels.
    orders, out_orders : tuple of int or None
        Number of input and output channels of each order.

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
        out_channels: int | Sequence[int],
        wavelets: PhaseCollapse2D,
        *,
        skip: bool = False,
        nonlinearity: str = "modulus",
        bias: float | None = None,
        gain: float | None = None,
        learned_nonlinearity: bool = False,
        complex_mixing: bool = True,
        orders: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        self.layout = layout
        self.orders = None if orders is None else tuple(orders)
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
        if isinstance(out_channels, int) is not (orders is None):
            raise ValueError(
                f"expected one number of output channels, or beside orders one for each order, "
                f"got out_channels={out_channels} and orders={orders}"
            )
        self.mixing: ChannelMixing | TriangularMixing
        self.out_orders: tuple[int, ...] | None = None
        if isinstance(out_channels, int):
            self.mixing = ChannelMixing(features, out_channels, complex_weights=complex_mixing)
        else:
            feature_orders = [channel["order"] for channel in self.meta()]
            self.out_orders = tuple(out_channels)
            self.mixing = TriangularMixing(
                features, feature_orders, out_channels, complex_weights=complex_mixing
            )
        self.norm = ChannelNorm(sizes=self.out_orders)
        self._blocks = self._channel_blocks()
        self._folded: FoldCache[Folded] = FoldCache()

    @property
    def out_layout(self) -> ChannelLayout:
        """Output channels."""
        return self.mixing.out_layout

    def features(self, x: Tensor) -> Tensor:
        """Return what is mixed, planes ``(B, n_planes, M', N')``, before the standardization."""
        channels = self.standardization.layout
        C, a = channels.n_channels, channels.n_complex
        order = from_slots(torch.arange(C, device=x.device), self._blocks)
        order = torch.cat([order[:a], order[:a] + C, order[a:]])
        return self._gather(x)[..., order].permute(0, 3, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Map planes ``(B, n_planes, M, N)`` to ``(B, out_layout.n_planes, M', N')``."""
        if self.out_orders is not None:
            # The norm of few channels is small at many places, and would show the rounding of a
            # standardization that is folded into the matrix.
            return self.norm(self.mixing(self.standardization(self.features(x))))
        if self.standardization.training or torch.is_grad_enabled():
            self._folded.clear()
            return self._mix(self._gather(x))
        # Features of few images at a time: they are several times as large as what comes of them.
        M, N = self.wavelets.output_shape
        n = max(1, _EVALUATED // (M * N * self.standardization.layout.n_planes))
        if torch.compiler.is_compiling() or len(x) <= n:
            return self._evaluate(x).permute(0, 3, 1, 2)
        first = self._evaluate(x[:n])
        y = first.new_empty(len(x), *first.shape[1:])
        y[:n] = first
        for start in range(n, len(x), n):
            y[start : start + n] = self._evaluate(x[start : start + n])
        return y.permute(0, 3, 1, 2)

    def _mix(self, features: Tensor) -> Tensor:
        """Standardize, mix and normalize features; in training, update the running averages."""
        std = self.standardization
        stats = None if std.training else self._statistics()
        eps, sync = (std.eps, self.norm.eps), std.shares_a_batch
        n_complex = std.layout.n_complex
        with without_autocast(features):
            y, stats = standardized_mixing(
                features, self.mixing.weight, self._blocks, n_complex, stats, eps, sync
            )
            if std.training:
                mean, var = (from_slots(values, self._blocks) for values in stats[:2])
                std.update(mean[0] if std.layout.is_real else mean.mT, var, stats.n)
        return y.permute(0, 3, 1, 2)

    def _evaluate(self, x: Tensor) -> Tensor:
        """Map planes by the running averages, without a gradient; channels come last."""
        features, std = self._gather(x), self.standardization
        with without_autocast(x):
            dtype = features.dtype
            tensors = (self.mixing.weight, std.running_mean, std.running_var)
            folded = self._folded.get(lambda: self._fold(dtype), tensors, dtype)
            y, _ = mix_and_normalize(features.flatten(0, 2), folded, self.norm.eps)
        return y.view(*features.shape[:3], y.shape[1])

    def _fold(self, dtype: torch.dtype) -> Folded:
        """Fold the standardization by the running averages into the mixing."""
        std, n_complex = self.standardization, self.standardization.layout.n_complex
        weight, stats = self.mixing.weight, self._statistics()
        return fold(weight, self._blocks, n_complex, stats, std.eps, dtype)

    def _statistics(self) -> Statistics:
        """Return the running averages, in the order of the slots."""
        mean, var = self.standardization.running_mean, self.standardization.running_var
        mean = torch.stack([mean, torch.zeros_like(mean)]) if mean.dim() == 1 else mean.mT
        return Statistics(to_slots(mean, self._blocks), to_slots(var, self._blocks))

    def _channel_blocks(self) -> list[Block]:
        """Return the channels that are mixed, the complex ones first."""
        a, b, L = self.layout.n_complex, self.layout.n_real, self.wavelets.L
        low_complex, low_real, high = [Block(a, 1)], [Block(b, 1)], [Block(a, L), Block(b, L)]
        if self.skip:
            kept, collapsed = (low_complex + high, low_real), (low_complex + high, low_real)
        else:
            kept, collapsed = (low_complex, low_real), (high, [])
        if self.nonlinearity.name == "modulus":
            blocks = [*kept[0], *kept[1], *collapsed[0], *collapsed[1]]
        else:
            blocks = [*kept[0], *collapsed[0], *kept[1], *collapsed[1]]
        return [block for block in blocks if block.in_channels]

    def _gather(self, x: Tensor) -> Tensor:
        """Return the features ``(B, M', N', R)``, channels last; see `gather`."""
        a = self.layout.n_complex
        x = x.permute(0, 2, 3, 1)
        planes = [x[..., : 2 * a].unflatten(-1, (2, a)), x[..., 2 * a :].unsqueeze(3)]
        planes = [z for z in planes if z.shape[-1]]
        is_modulus = self.nonlinearity.name == "modulus"
        if is_modulus and not self.skip and self.wavelets.backend.fuses_modulus(x):
            maps = [self.wavelets.planar_collapse(z) for z in planes]
            features = [FeatureMaps(low.unsqueeze(4)) for low, _ in maps]
            features += [FeatureMaps(moduli.unsqueeze(3)) for _, moduli in maps]
            return gather(features, product_dtype(x))
        lows, highs = zip(*(self.wavelets.planar_wavelets(z) for z in planes), strict=True)
        low_complex = [low.unsqueeze(4) for low in lows if low.shape[3] == 2]
        low_real = [low.unsqueeze(4) for low in lows if low.shape[3] == 1]
        if is_modulus:
            features = [FeatureMaps(m, collapse=self.skip) for m in low_complex]
            features += [FeatureMaps(m, self.skip, True) for high in highs for m in high]
            features += [FeatureMaps(m, collapse=self.skip) for m in low_real]
        else:
            psi = [torch.cat(high, 4) for high in highs]
            linear = [*low_complex, *psi, *low_real]
            kept, mapped = (linear, linear) if self.skip else (low_complex + low_real, psi)
            features = [FeatureMaps(m) for m in [*kept, *self._map(mapped)]]
        return gather(features, product_dtype(x))

    def _map(self, maps: Sequence[Tensor]) -> Iterator[Tensor]:
        """Apply a non-linearity that keeps phases to ``(B, M, N, p, l, C)``, all channels."""
        start = 0
        for z in maps:
            n_filters, C = z.shape[4:]
            part = slice(start, start := start + n_filters * C)
            r = self.wavelets.backend.modulus(z, 3) if z.shape[3] == 2 else z[:, :, :, 0].abs()
            factor = self.nonlinearity.factor(r, partial(_per_map, part=part, C=C))
            yield z * factor.unsqueeze(3)

    def meta(self) -> list[dict[str, Any]]:
        """Tell which channel is which among the columns of ``mixing.weight``.

        Returns
        -------
        list of dict
            One entry a column, in order: ``input_channel``, ``filter`` (``"phi"`` or
            ``"psi"``), ``theta`` (index of the angle, None for phi), ``angle`` (radians),
            ``nonlinearity`` (None where linear), ``is_complex`` and ``order`` (the number of
            non-linearities of the path with the most; None if orders are not kept apart).
        """
        return mixed_channels(
            self.layout, self.wavelets.meta(), self.nonlinearity.name, self.skip, self.orders
        )

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        return f"skip={self.skip}"


def _per_map(values: Tensor, part: slice, C: int) -> Tensor:
    """Return values ``(l, C)`` of some of ``(n_channels, 1, 1)``."""
    return values[part].view(C, -1).mT
