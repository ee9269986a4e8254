"""One layer of a separation and concentration network."""

from torch import Tensor, nn

from .channel_layout import ChannelLayout
from .channel_norm import ChannelNorm
from .frame_concentration import FrameConcentration
from .orthogonal_projection import OrthogonalProjection
from .phase_relu_scattering import PhaseReLUScattering
from .scattering_tree import ScatteringTree
from .standardization import Standardization


class SeparationConcentrationLayer(nn.Module):
    r"""Scatter, standardize, project, normalize, and concentrate.

    .. math:: x \mapsto F^T \rho(F z), \qquad z = \frac{P \, \mathrm{Std} \, S x}{\| \cdot \|}

    where :math:`S` is a scattering, :math:`P` an orthogonal projection across channels and
    :math:`F` a tight frame; or :math:`x \mapsto z` without concentration.

    Parameters
    ----------
    scattering
        The scattering, `PhaseReLUScattering` or `ScatteringTree`.
    out_channels
        Number of output channels.
    width
        Number of vectors of the frame, or None to leave the concentration out.
    nonlinearity, threshold
        See `FrameConcentration`.

    Attributes
    ----------
    scattering, standardization, projection, norm, concentration : torch.nn.Module
        The steps; what is learned is ``projection.weight`` and ``concentration.weight``.
        `concentration` is an ``Identity`` where it is left out.
    output_shape : tuple of int
        Size of the output.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.layers import PhaseReLUScattering, SeparationConcentrationLayer
    >>> from kymatio_learned.torch import PhaseCollapse2D
    >>> scattering = PhaseReLUScattering(3, PhaseCollapse2D((32, 32), L=8))
    >>> layer = SeparationConcentrationLayer(scattering, 64, width=1024)
    >>> layer(torch.randn(2, 3, 32, 32)).shape
    torch.Size([2, 64, 16, 16])
    """

    def __init__(
        self,
        scattering: PhaseReLUScattering | ScatteringTree,
        out_channels: int,
        *,
        width: int | None = None,
        nonlinearity: str = "relu",
        threshold: float | None = None,
    ) -> None:
        super().__init__()
        self.scattering = scattering
        self.standardization = Standardization(ChannelLayout(n_real=scattering.out_channels))
        self.projection = OrthogonalProjection(scattering.out_channels, out_channels)
        self.norm = ChannelNorm()
        self.concentration: nn.Module = (
            nn.Identity()
            if width is None
            else FrameConcentration(
                out_channels, width, nonlinearity=nonlinearity, threshold=threshold
            )
        )
        self.output_shape = scattering.output_shape

    def forward(self, x: Tensor) -> Tensor:
        """Map real channels ``(B, C, M, N)`` to ``(B, out_channels, M', N')``."""
        z = self.norm(self.projection(self.standardization(self.scattering(x))))
        y: Tensor = self.concentration(z)
        return y
