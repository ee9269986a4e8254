"""The separation and concentration network."""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn

from ..layers import (
    ChannelLayout,
    Classifier,
    PhaseReLUScattering,
    ScatteringTree,
    SeparationConcentrationLayer,
)
from ..layers.classifier import check_avg_pool
from ..layers.frame_concentration import check_concentration
from ..scattering2d.frontend.torch_frontend import PhaseCollapse2D
from ..scattering2d.utils import check_integer
from .image_checks import check_batch, check_images, check_lengths
from .pretrained import Pretrained


class SeparationConcentration2D(Pretrained, nn.Module):
    r"""Classify images by separating the means of the classes and concentrating each class.

    Layer :math:`j` maps :math:`x_j` to

    .. math:: x_{j+1} = F_j^T \rho(F_j z_j), \qquad
              z_j = \frac{P_j \, \mathrm{Std} \, S x_j}{\| \cdot \|},

    where :math:`S` rectifies the phases of wavelet coefficients at one octave, the rows of
    :math:`P_j` are orthonormal, and :math:`F_j` is a tight frame. Scattering and projection
    separate the means of the classes; the non-linearity :math:`\rho` in the frame reduces the
    variability within each class. :math:`P_j` and :math:`F_j` are all that is learned, with a
    linear classifier at the end; there are no learned biases.

    ``widths=None`` leaves the concentrations out (learned projections); ``tree=True`` has
    Kymatio's scattering transform and a single projection (scattering tree).

    Parameters
    ----------
    J
        The network's scale is :math:`2^J`: `J` octaves, one layer each.
    shape
        Size ``(M, N)`` of the images.
    L
        Number of angles of the wavelets.
    channels
        Number of output channels of each layer.
    widths
        Number of vectors of the frame of each layer, or None for no concentration.
    in_channels
        Number of real input channels.
    nonlinearity, threshold
        See `kymatio_learned.layers.FrameConcentration`; only with `widths`.
    tree
        Whether a single layer computes Kymatio's transform at scale :math:`2^J`, to order 2,
        instead of one octave in each of `J` layers.
    avg_pool
        Average pooling before the classifier: ``"global"``, the side of a sliding mean, or None.
    n_classes
        Number of classes, or None for features.
    backend
        See `kymatio_learned.torch.PhaseCollapse2D`; not for a tree.

    Attributes
    ----------
    layers : torch.nn.ModuleList
        The layers, `kymatio_learned.layers.SeparationConcentrationLayer`.
    classifier : kymatio_learned.layers.Classifier or None
        Batch normalization, pooling and a linear map.
    config : dict
        The arguments, in plain types: ``SeparationConcentration2D(**net.config)`` is a new
        network of the same form.

    Raises
    ------
    ValueError
        If the numbers of channels or widths do not fit `J`, a projection would have more outputs
        than inputs, the images are too small, or an argument is not one of the above.
    TypeError
        If an integer argument is not one.

    Notes
    -----
    The published training ends every step with a Parseval step of the matrices, and gives them no
    weight decay: see `kymatio_learned.layers.attach_parseval`.

    References
    ----------
    Zarka, Guth, Mallat, *Separation and concentration in deep networks*, ICLR 2021.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.models import SeparationConcentration2D
    >>> net = SeparationConcentration2D(
    ...     J=2, shape=(32, 32), L=8, channels=(64, 128), widths=(256, 512), n_classes=10
    ... )
    >>> net(torch.randn(5, 3, 32, 32)).shape
    torch.Size([5, 10])
    >>> [tuple(y.shape) for y in net.layer_outputs(torch.randn(5, 3, 32, 32))]
    [(5, 64, 16, 16), (5, 128, 8, 8)]
    """

    layers: Sequence[SeparationConcentrationLayer]

    def __init__(
        self,
        J: int,
        shape: Sequence[int],
        L: int = 8,
        *,
        channels: Sequence[int],
        widths: Sequence[int] | None = None,
        in_channels: int = 3,
        nonlinearity: str = "relu",
        threshold: float | None = None,
        tree: bool = False,
        avg_pool: int | Literal["global"] | None = None,
        n_classes: int | None = None,
        backend: str | None = None,
    ) -> None:
        super().__init__()
        self.shape = check_images(J, shape)
        self.in_channels = in_channels
        check_integer("in_channels", in_channels, least=1)
        check_lengths(1 if tree else J, channels, widths)
        check_concentration(nonlinearity, threshold)
        check_avg_pool(avg_pool)
        if n_classes is not None:
            check_integer("n_classes", n_classes, least=1)
        if tree and backend is not None:
            raise ValueError(f"expected no backend for a tree, got {backend!r}")
        self.config: dict[str, Any] = {
            "J": J,
            "shape": self.shape,
            "L": L,
            "channels": tuple(channels),
            "widths": None if widths is None else tuple(widths),
            "in_channels": in_channels,
            "nonlinearity": nonlinearity,
            "threshold": threshold,
            "tree": tree,
            "avg_pool": avg_pool,
            "n_classes": n_classes,
            "backend": backend,
        }
        layers = []
        K, size = in_channels, self.shape
        for index, out_channels in enumerate(channels):
            scattering: PhaseReLUScattering | ScatteringTree
            if tree:
                scattering = ScatteringTree(K, size, J=J, L=L)
            else:
                scattering = PhaseReLUScattering(K, PhaseCollapse2D(size, L, backend=backend))
            layer = SeparationConcentrationLayer(
                scattering,
                out_channels,
                width=None if widths is None else widths[index],
                nonlinearity=nonlinearity,
                threshold=threshold,
            )
            layers.append(layer)
            K, size = out_channels, layer.output_shape
        self.layers = nn.ModuleList(layers)  # type: ignore[assignment]
        self.output_shape = size
        self.classifier = (
            None
            if n_classes is None
            else Classifier(ChannelLayout(n_real=K), size, n_classes, avg_pool)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of images, or their features if the network has no classifier.

        Parameters
        ----------
        x
            Images ``(B, in_channels, M, N)``, real.

        Returns
        -------
        torch.Tensor
            Logits ``(B, n_classes)``, or features ``(B, K, M', N')``.

        Raises
        ------
        ValueError
            If the images are of another size or number of channels.
        TypeError
            If the images are not real tensors of the network's precision.
        """
        check_batch(x, self.in_channels, self.shape, self._dtype())
        for layer in self.layers:
            x = layer(x)
        return x if self.classifier is None else self.classifier(x)

    def layer_outputs(self, x: Tensor) -> list[Tensor]:
        """Return the output of each layer, for probes and plots.

        Parameters
        ----------
        x
            Images, as `forward` takes them.

        Returns
        -------
        list of torch.Tensor
            ``(B, K, M', N')`` for each layer.

        Raises
        ------
        ValueError, TypeError
            See `forward`.
        """
        check_batch(x, self.in_channels, self.shape, self._dtype())
        outputs = []
        for layer in self.layers:
            x = layer(x)
            outputs.append(x)
        return outputs

    def _dtype(self) -> torch.dtype:
        return self.layers[0].projection.weight.dtype
