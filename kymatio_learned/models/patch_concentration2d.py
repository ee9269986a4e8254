"""The two-layer network: a concentration of patches, and a classifier."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..layers import ChannelLayout, ChannelNorm, Classifier, FrameConcentration
from ..layers.classifier import check_avg_pool
from ..scattering2d.utils import check_integer, check_shape
from .image_checks import check_batch
from .pretrained import Pretrained


class PatchConcentration2D(Pretrained, nn.Module):
    r"""Classify images by concentrating their patches in one learned tight frame.

    .. math:: x \mapsto \left( \text{mean over the patches that cover } u \text{ of }
              F^T \rho \left( F \, \frac{x_p}{\|x_p\|} \right) \right)_u

    where the :math:`x_p` are overlapping square patches of the image with all its channels. A
    linear classifier follows: a network of two layers.

    Parameters
    ----------
    shape
        Size ``(M, N)`` of the images.
    patch_size
        Side of the patches, in pixels.
    stride
        Pixels from a patch to the next, at most their side; the patches must reach the border.
    width
        Number of vectors of the frame.
    in_channels
        Number of real input channels.
    nonlinearity, threshold
        See `kymatio_learned.layers.FrameConcentration`.
    avg_pool
        Average pooling before the classifier: ``"global"``, the side of a sliding mean, or None.
    n_classes
        Number of classes, or None for features.

    Attributes
    ----------
    concentration : kymatio_learned.layers.FrameConcentration
        The frame, on the ``in_channels * patch_size**2`` values of a patch.
    classifier : kymatio_learned.layers.Classifier or None
        Batch normalization, pooling and a linear map.
    config : dict
        The arguments, in plain types: ``PatchConcentration2D(**net.config)`` is a new network of
        the same form.

    Raises
    ------
    ValueError
        If the patches do not cover the image, or an argument is not one of the above.
    TypeError
        If an integer argument is not one.

    References
    ----------
    Zarka, Guth, Mallat, *Separation and concentration in deep networks*, ICLR 2021, section 2,
    and the code published with it (``analysis``).

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.models import PatchConcentration2D
    >>> net = PatchConcentration2D(
    ...     (28, 28), patch_size=14, stride=7, width=256, in_channels=1, n_classes=10
    ... )
    >>> net(torch.randn(5, 1, 28, 28)).shape
    torch.Size([5, 10])
    """

    patch_count: Tensor

    def __init__(
        self,
        shape: Sequence[int],
        *,
        patch_size: int,
        stride: int,
        width: int,
        in_channels: int = 3,
        nonlinearity: str = "relu",
        threshold: float | None = None,
        avg_pool: int | Literal["global"] | None = None,
        n_classes: int | None = None,
    ) -> None:
        super().__init__()
        self.shape = M, N = check_shape(shape)
        self.in_channels = in_channels
        check_integer("in_channels", in_channels, least=1)
        check_integer("patch_size", patch_size, least=1)
        check_integer("stride", stride, least=1)
        check_avg_pool(avg_pool)
        if stride > patch_size or any(
            size < patch_size or (size - patch_size) % stride for size in (M, N)
        ):
            raise ValueError(
                f"expected patches that cover the {M}x{N} image, got patch_size={patch_size} and "
                f"stride={stride}"
            )
        self.config: dict[str, Any] = {
            "shape": self.shape,
            "patch_size": patch_size,
            "stride": stride,
            "width": width,
            "in_channels": in_channels,
            "nonlinearity": nonlinearity,
            "threshold": threshold,
            "avg_pool": avg_pool,
            "n_classes": n_classes,
        }
        self.patch_size = patch_size
        self.stride = stride
        self.grid = tuple((size - patch_size) // stride + 1 for size in (M, N))
        self.norm = ChannelNorm()
        self.concentration = FrameConcentration(
            in_channels * patch_size**2, width, nonlinearity=nonlinearity, threshold=threshold
        )
        ones = torch.ones(1, patch_size**2, math.prod(self.grid))
        self.register_buffer("patch_count", self._fold(ones), persistent=False)
        self.classifier = (
            None
            if n_classes is None
            else Classifier(ChannelLayout(n_real=in_channels), self.shape, n_classes, avg_pool)
        )

    def features(self, x: Tensor) -> Tensor:
        """Return the concentrated images, of the shape of the images."""
        patches = F.unfold(x, self.patch_size, stride=self.stride)
        # (B, C k^2, M' N') -> (B, C k^2, M', N'): a patch is a vector of channels
        y = self.concentration(self.norm(patches.unflatten(2, self.grid)))
        return self._fold(y.flatten(2)) / self.patch_count

    def _fold(self, patches: Tensor) -> Tensor:
        return F.fold(patches, self.shape, self.patch_size, stride=self.stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of images, or the concentrated images if there is no classifier.

        Parameters
        ----------
        x
            Images ``(B, in_channels, M, N)``, real.

        Returns
        -------
        torch.Tensor
            Logits ``(B, n_classes)``, or ``(B, in_channels, M, N)``.

        Raises
        ------
        ValueError
            If the images are of another size or number of channels.
        TypeError
            If the images are not real tensors of the network's precision.
        """
        self._check(x)
        y = self.features(x)
        return y if self.classifier is None else self.classifier(y)

    def layer_outputs(self, x: Tensor) -> list[Tensor]:
        """Return the concentrated images, as the only layer's output, for probes and plots."""
        self._check(x)
        return [self.features(x)]

    def _check(self, x: Tensor) -> None:
        check_batch(x, self.in_channels, self.shape, self.concentration.weight.dtype)
