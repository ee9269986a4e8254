"""Zero mean and unit variance, for complex and real channels."""

import torch
from torch import Tensor, nn

from .channel_layout import ChannelLayout


class Standardization(nn.Module):
    r"""Subtract the mean of each channel and divide by its standard deviation.

    .. math:: \hat x_c(u) = \frac{x_c(u) - \mu_c}{\sqrt{v_c + \epsilon}}, \qquad
              v_c = \mathbb{E} |x_c - \mu_c|^2

    In training the expectations are means over the batch and space, and running averages of
    them are kept; in evaluation the running averages are used. A complex channel has a complex
    mean and one real variance. Nothing is learned: on real channels this is
    ``BatchNorm2d(affine=False)``.

    Parameters
    ----------
    layout
        Channels.
    momentum
        Weight of the present batch in the running averages.
    eps
        Added to the variances.

    Attributes
    ----------
    running_mean : torch.Tensor
        Buffer ``(n_planes,)``.
    running_var : torch.Tensor
        Buffer ``(n_channels,)``, complex channels first; unbiased.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.layers import ChannelLayout, Standardization
    >>> standardize = Standardization(ChannelLayout(n_complex=1, n_real=2))
    >>> y = standardize(3 + torch.randn(16, 4, 8, 8))
    >>> bool(y.mean((0, 2, 3)).abs().max() < 1e-5)
    True
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, layout: ChannelLayout, *, momentum: float = 0.1, eps: float = 1e-5) -> None:
        super().__init__()
        self.layout = layout
        self.momentum = momentum
        self.eps = eps
        self.register_buffer("running_mean", torch.zeros(layout.n_planes))
        self.register_buffer("running_var", torch.ones(layout.n_channels))

    def statistics(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Return the means :math:`\mu` and the factors :math:`(v + \epsilon)^{-1/2}`.

        In training they are those of the batch, and the running averages are updated.

        Parameters
        ----------
        x
            Planes ``(B, n_planes, M, N)``.

        Returns
        -------
        mean, inv_std : torch.Tensor
            Each ``(n_planes,)``.

        Raises
        ------
        ValueError
            In training, if there is a single value per channel.
        """
        if not self.training:
            mean, var = self.running_mean, self.running_var
        else:
            n = x.numel() // x.shape[1]
            if n < 2:
                raise ValueError(
                    f"expected more than one value per channel in training, got {tuple(x.shape)}"
                )
            plane_var, mean = torch.var_mean(x, (0, 2, 3), correction=0)
            var = self._pool(plane_var)
            with torch.no_grad():
                self.running_mean.lerp_(mean.to(self.running_mean.dtype), self.momentum)
                unbiased = var * (n / (n - 1))
                self.running_var.lerp_(unbiased.to(self.running_var.dtype), self.momentum)
        return mean, self.layout.per_plane(torch.rsqrt(var + self.eps))

    def _pool(self, plane_var: Tensor) -> Tensor:
        """Add the variances of real and imaginary parts."""
        re, im, real = plane_var.split(
            (self.layout.n_complex, self.layout.n_complex, self.layout.n_real)
        )
        return torch.cat([re + im, real])

    def forward(self, x: Tensor) -> Tensor:
        """Standardize planes ``(B, n_planes, M, N)``."""
        mean, inv_std = (s[:, None, None] for s in self.statistics(x))
        return (x - mean) * inv_std

    def extra_repr(self) -> str:
        return f"{self.layout}, momentum={self.momentum}, eps={self.eps}"
