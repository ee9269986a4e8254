"""Batch normalization whose statistics processes share."""

import torch
from torch import Tensor, nn

from .processes import combine, share_a_batch


class BatchNorm2d(nn.BatchNorm2d):
    """PyTorch's batch normalization; processes that share a batch share its statistics.

    As ``torch.nn.SyncBatchNorm``, on any device, and for one process as well.

    Examples
    --------
    >>> import torch
    >>> BatchNorm2d(3)(torch.randn(2, 3, 4, 4)).shape
    torch.Size([2, 3, 4, 4])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Normalize ``(B, C, M, N)``."""
        if not (self.training and share_a_batch()):
            return super().forward(x)
        var, mean = torch.var_mean(x, (0, 2, 3), correction=0)
        mean, var, n = combine(mean, var, x.numel() // x.shape[1])
        with torch.no_grad():
            self.get_buffer("num_batches_tracked").add_(1)
            for name, value in (("running_mean", mean), ("running_var", var * (n / (n - 1)))):
                self.get_buffer(name).lerp_(value, self.momentum or 0.0)
        scale = self.weight * torch.rsqrt(var + self.eps)
        return x * scale[:, None, None] + (self.bias - mean * scale)[:, None, None]
