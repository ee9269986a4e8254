"""Zero mean and unit variance, for complex and real channels."""

import torch
from torch import Tensor, nn

from .channel_layout import ChannelLayout
from .functional import at_least_single
from .processes import combine, share_a_batch


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
    sync
        Whether processes that share a batch (``torch.distributed``) use its statistics, not
        those of their part of it.

    Attributes
    ----------
    running_mean : torch.Tensor
        Buffer ``(n_channels, 2)``, real and imaginary parts, or ``(n_channels,)`` if all
        channels are real. The imaginary part of a real channel is 0, unless a checkpoint of the
        published code, which casts real channels to complex, says otherwise.
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

    def __init__(
        self,
        layout: ChannelLayout,
        *,
        momentum: float = 0.1,
        eps: float = 1e-5,
        sync: bool = True,
    ) -> None:
        super().__init__()
        self.sync = sync
        self.layout = layout
        self.momentum = momentum
        self.eps = eps
        parts = () if layout.is_real else (2,)
        self.register_buffer("running_mean", torch.zeros(layout.n_channels, *parts))
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
        mean : torch.Tensor
            Of the shape of ``running_mean``.
        inv_std : torch.Tensor
            ``(n_channels,)``.

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
            plane_var, plane_mean = torch.var_mean(at_least_single(x), (0, 2, 3), correction=0)
            if self.shares_a_batch:
                plane_mean, plane_var, n = combine(plane_mean, plane_var, n)
            mean, var = self.layout.from_planes(plane_mean), self._pool(plane_var)
            self.update(mean, var, n)
        return mean, torch.rsqrt(var + self.eps)

    @property
    def shares_a_batch(self) -> bool:
        """Whether the statistics are those of several processes."""
        return self.sync and share_a_batch()

    @torch.no_grad()
    def update(self, mean: Tensor, var: Tensor, n: int) -> None:
        """Move the running averages towards the statistics of a batch with `n` values a channel.

        Parameters
        ----------
        mean, var
            Of the shapes of ``running_mean`` and ``running_var``; the variance is not corrected
            for the number of values.
        n
            Number of values.
        """
        self.running_mean.lerp_(mean.to(self.running_mean.dtype), self.momentum)
        self.running_var.lerp_(var.to(self.running_var.dtype) * (n / (n - 1)), self.momentum)

    def _pool(self, plane_var: Tensor) -> Tensor:
        """Add the variances of real and imaginary parts."""
        a = self.layout.n_complex
        return torch.cat([plane_var[:a] + plane_var[a : 2 * a], plane_var[2 * a :]])

    def forward(self, x: Tensor) -> Tensor:
        """Standardize planes ``(B, n_planes, M, N)``."""
        mean, inv_std = self.statistics(x)
        mean, scale = self.layout.to_planes(mean), self.layout.repeat_per_plane(inv_std)
        return (x - mean[:, None, None]) * scale[:, None, None]

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        return f"{self.layout}, momentum={self.momentum}, eps={self.eps}"
