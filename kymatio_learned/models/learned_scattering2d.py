"""The learned scattering network."""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn

from ..layers import ChannelLayout, Classifier, LearnedScatteringLayer
from ..layers.classifier import check_avg_pool
from ..layers.nonlinearity import check_nonlinearity
from ..scattering2d.filter_bank import check_bank
from ..scattering2d.frontend.torch_frontend import PhaseCollapse2D
from ..scattering2d.utils import check_integer
from .banks import check_depth, layer_banks
from .channel_orders import layer_channels
from .pretrained import Pretrained
from .summary import summary_table


class LearnedScattering2D(Pretrained, nn.Module):
    r"""Classify images with a cascade of wavelets, phase collapses and learned channel matrices.

    Layer :math:`j` maps :math:`x_j` to

    .. math:: x_{j+1} = \frac{P_j \, \mathrm{Std} \, \rho W x_j}{\| \cdot \|}, \qquad
              \rho W x = (x \star \phi, (|x \star \psi_\theta|)_\theta),

    where :math:`W` is a wavelet transform at one scale, mostly subsampled by 2, Std sets each
    channel to zero mean and unit variance, and :math:`P_j` is a complex matrix across
    channels, the only learned part. There are no learned spatial filters and no biases. A
    linear classifier ends the network.

    Parameters
    ----------
    J
        The network's scale is :math:`2^J`: `J` octaves.
    shape
        Size ``(M, N)`` of the images.
    L
        Number of angles of the wavelets.
    channels
        Number of output channels of each layer. The first `octave_layers` octaves are a layer
        each, every later one a pair of half-octave layers, so there are
        ``octave_layers + 2 (J - octave_layers)`` layers. One entry more adds a last layer
        that does not subsample. With `separate_orders`, an entry may also be the numbers of
        channels of order 0, 1, ..., of which layer `j` has ``j + 2``.
    in_channels
        Number of real input channels, or a `ChannelLayout` for complex images.
    octave_layers
        Number of octaves, from the first, that are one layer instead of two.
    full_circle
        Whether the angles cover :math:`[0, 2\pi)` instead of :math:`[0, \pi)`.
    skip
        Whether each layer keeps :math:`(W x, \rho(W x))`.
    nonlinearity, bias, gain, learned_nonlinearity
        See `kymatio_learned.layers.Nonlinearity`.
    complex_mixing
        Whether the matrices :math:`P_j` are complex.
    separate_orders
        Whether the matrices are block-triangular, and keep the number of moduli (or other
        non-linearities) that each channel went through: its order. Without numbers in `channels`
        the orders share them by the binomial law.
    avg_pool
        Average pooling before the classifier: ``"global"``, the side of a sliding mean, or None.
    n_classes
        Number of classes, or None for features.
    backend
        See `kymatio_learned.torch.PhaseCollapse2D`.

    Attributes
    ----------
    layers : torch.nn.ModuleList
        The layers, `kymatio_learned.layers.LearnedScatteringLayer`.
    classifier : kymatio_learned.layers.Classifier or None
        Batch normalization, pooling and a linear map.
    config : dict
        The arguments, in plain types (but for the `ChannelLayout` of complex images):
        ``LearnedScattering2D(**net.config)`` is a new network of the same form.

    Raises
    ------
    ValueError
        If the number of channels does not fit `J`, the images are too small for it, or an
        argument is not one of the above.
    TypeError
        If an integer argument is not one.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.torch import LearnedScattering2D
    >>> net = LearnedScattering2D(J=2, shape=(32, 32), L=4, channels=(8, 16, 32, 32), n_classes=10)
    >>> net(torch.randn(5, 3, 32, 32)).shape
    torch.Size([5, 10])
    >>> [tuple(y.shape) for y in net.layer_outputs(torch.randn(5, 3, 32, 32))]
    [(5, 8, 32, 32), (5, 16, 16, 16), (5, 32, 16, 16), (5, 32, 8, 8)]
    """

    layers: Sequence[LearnedScatteringLayer]

    def __init__(
        self,
        J: int,
        shape: Sequence[int],
        L: int = 8,
        *,
        channels: Sequence[int | Sequence[int]],
        in_channels: int | ChannelLayout = 3,
        octave_layers: int = 0,
        full_circle: bool = False,
        skip: bool = False,
        nonlinearity: str = "modulus",
        bias: float | None = None,
        gain: float | None = None,
        learned_nonlinearity: bool = False,
        complex_mixing: bool = True,
        separate_orders: bool = False,
        avg_pool: int | Literal["global"] | None = None,
        n_classes: int | None = None,
        backend: str | None = None,
    ) -> None:
        super().__init__()
        banks = layer_banks(J, octave_layers, len(channels))
        self.shape = check_depth(banks, shape)
        check_nonlinearity(nonlinearity, bias, gain)
        check_avg_pool(avg_pool)
        for bank in sorted(set(banks)):
            check_bank(bank, L, full_circle)
        sizes = layer_channels(channels, separate_orders)
        if n_classes is not None:
            check_integer("n_classes", n_classes, least=1)
        if not isinstance(in_channels, ChannelLayout):
            check_integer("in_channels", in_channels, least=1)
            in_channels = ChannelLayout(n_real=in_channels)
        self.layout = in_channels
        self.config: dict[str, Any] = {
            "J": J,
            "shape": self.shape,
            "L": L,
            "channels": tuple(n if isinstance(n, int) else tuple(n) for n in channels),
            "in_channels": in_channels.n_real if in_channels.is_real else in_channels,
            "octave_layers": octave_layers,
            "full_circle": full_circle,
            "skip": skip,
            "nonlinearity": nonlinearity,
            "bias": bias,
            "gain": gain,
            "learned_nonlinearity": learned_nonlinearity,
            "complex_mixing": complex_mixing,
            "separate_orders": separate_orders,
            "avg_pool": avg_pool,
            "n_classes": n_classes,
            "backend": backend,
        }
        layers = []
        layout, size = self.layout, self.shape
        orders: tuple[int, ...] | None = (layout.n_channels,) if separate_orders else None
        for bank, out_channels in zip(banks, sizes, strict=True):
            layer = LearnedScatteringLayer(
                layout,
                out_channels,
                PhaseCollapse2D(size, L, bank=bank, full_circle=full_circle, backend=backend),
                skip=skip,
                nonlinearity=nonlinearity,
                bias=bias,
                gain=gain,
                learned_nonlinearity=learned_nonlinearity,
                complex_mixing=complex_mixing,
                orders=orders,
            )
            layers.append(layer)
            layout, size = layer.out_layout, layer.wavelets.output_shape
            orders = layer.out_orders
        self.layers = nn.ModuleList(layers)  # type: ignore[assignment]
        self.out_layout, self.output_shape = layout, size
        self.classifier = (
            None if n_classes is None else Classifier(layout, size, n_classes, avg_pool)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of images, or their features if the network has no classifier.

        Parameters
        ----------
        x
            Images ``(B, in_channels, M, N)``, real, or complex for complex input channels.

        Returns
        -------
        torch.Tensor
            Logits ``(B, n_classes)``, or features ``(B, K, M', N')``, complex unless the
            mixing is real.

        Raises
        ------
        ValueError
            If the images are of another size or number of channels.
        TypeError
            If the images are not floating-point tensors, or of another precision.
        """
        x = self._planar(x)
        for layer in self.layers:
            x = layer(x)
        return self.out_layout.to_native(x) if self.classifier is None else self.classifier(x)

    def layer_outputs(self, x: Tensor) -> list[Tensor]:
        """Return the output of each layer, for probes and plots.

        Parameters
        ----------
        x
            Images, as `forward` takes them.

        Returns
        -------
        list of torch.Tensor
            ``(B, K, M', N')`` for each layer, complex unless the mixing is real.

        Raises
        ------
        ValueError, TypeError
            See `forward`.
        """
        x = self._planar(x)
        outputs = []
        for layer in self.layers:
            x = layer(x)
            outputs.append(layer.out_layout.to_native(x))
        return outputs

    def meta(self) -> list[dict[str, Any]]:
        """Tell which channel is which among the columns of each ``layers[i].mixing.weight``.

        Returns
        -------
        list of dict
            One entry a column: ``layer``, ``bank``, ``scale`` (the log2 of the output's
            sampling step), and the keys of `LearnedScatteringLayer.meta`.
        """
        meta, scale = [], 0
        for index, layer in enumerate(self.layers):
            scale += layer.wavelets.stride // 2
            place = {"layer": index, "bank": layer.wavelets.bank, "scale": scale}
            meta += [place | channel for channel in layer.meta()]
        return meta

    def summary(self) -> str:
        """Return a table of layers, sizes, learned parameters and multiply-adds."""
        return summary_table(self)

    def _planar(self, x: Tensor) -> Tensor:
        """Check images, and return their planes."""
        if not torch.is_tensor(x):
            raise TypeError(f"expected a tensor, got {type(x).__name__}")
        if x.dim() != 4 or tuple(x.shape[1:]) != (self.layout.n_channels, *self.shape):
            C, (M, N) = self.layout.n_channels, self.shape
            raise ValueError(f"expected images of shape (B, {C}, {M}, {N}), got {tuple(x.shape)}")
        if not (x.is_floating_point() or x.is_complex()):
            raise TypeError(f"expected a floating-point tensor, got {x.dtype}")
        planes, dtype = self.layout.to_planar(x), self.layers[0].standardization.running_var.dtype
        if planes.dtype != dtype and planes.element_size() > 2:  # half precision is autocast's
            raise TypeError(f"expected images of the network's dtype {dtype}, got {x.dtype}")
        return planes
