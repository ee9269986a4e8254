"""Standardization, mixing and normalization as one operation, with its gradient."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .functional import at_least_single
from .mixing_products import (
    Factors,
    Gradient,
    factor,
    multiply,
    multiply_adjoint_,
    weight_gradient,
)
from .processes import combine, sum_over_processes
from .slots import Block, exchanged, from_slots, scale_to_slots, to_slots


class Statistics(NamedTuple):
    """Means ``(2, C)``, real and imaginary parts, and variances ``(C,)``, of `n` values each."""

    mean: Tensor
    var: Tensor
    n: int = 0  # unknown, for running averages


def statistics(x: Tensor, n_complex: int, sync: bool = False) -> Statistics:
    """Return the statistics of features ``(n, R)``, laid out as in `mixing_products`.

    With `sync`, they are those of the features of all processes.
    """
    C = x.shape[1] - n_complex
    # In single precision at least, which are the running averages that it asks for, unused here.
    unused = x.new_zeros(2, x.shape[1], dtype=at_least_single(x[:0]).dtype)
    mean, var = torch.batch_norm_update_stats(x, unused[0], unused[1], 0.0)
    n = len(x)
    if sync:
        mean, var, n = combine(mean, var, n)
    if n < 2:
        raise ValueError("expected more than one value per channel in training, got one")
    mean_im, var_im = (F.pad(part[C:], (0, C - n_complex)) for part in (mean, var))
    return Statistics(torch.stack([mean[:C], mean_im]), var[:C] + var_im, n)


def standardized_mixing(
    x: Tensor,
    weight: Tensor,
    blocks: Sequence[Block],
    n_complex: int,
    stats: Statistics | None,
    eps: tuple[float, float],
    sync: bool = False,
) -> tuple[Tensor, Statistics]:
    r"""Standardize features, multiply them by a matrix, and normalize the result.

    .. math:: y = \frac{P s (x - \mu)}{\| P s (x - \mu) \|}, \qquad s = (v + \epsilon)^{-1/2}

    The standardization is folded into the matrix, and so is its gradient: with :math:`G` the
    gradient of the product, that of the features is :math:`(P s)^* G - \alpha x + c`, where
    :math:`\alpha` and :math:`c`, one a channel, follow from the gradient of :math:`P`.

    Parameters
    ----------
    x
        Features ``(B, M, N, R)``, laid out as in `mixing_products`.
    weight
        Complex weights ``(K, C, 2)``, or real weights ``(K, C)``, in the public order.
    blocks
        The channels, see `slots`: features and statistics are in the order of the slots.
    n_complex
        Number of complex channels.
    stats
        Means and variances, or None to take those of `x`.
    eps
        What is added to the variances, and the norm below which a position counts as empty.
    sync
        Whether the statistics of `x` are those of all processes.

    Returns
    -------
    y : torch.Tensor
        ``(B, M, N, 2 K)``, real parts first, or ``(B, M, N, K)`` if all is real.
    stats : Statistics
        Those that were used.
    """
    used = stats
    if used is None:
        with torch.no_grad():
            used = statistics(x.detach().flatten(0, 2), n_complex, sync)
    y: Tensor = _StandardizedMixing.apply(
        x, weight, blocks, n_complex, eps, used, stats is None, sync
    )
    return y, used


class Folded(NamedTuple):
    """A standardization and a mixing, as the factors of one matrix, and a bias."""

    factors: Factors
    bias: Tensor


def fold(
    weight: Tensor,
    blocks: Sequence[Block],
    n_complex: int,
    stats: Statistics,
    eps: float,
    dtype: torch.dtype,
) -> Folded:
    """Fold a standardization into a mixing, for features of a precision."""
    scale = torch.rsqrt(stats.var + eps)
    means = _mean_matrix(stats.mean * scale, blocks, weight, n_complex)
    bias = (weight.flatten(1) @ means).mT.flatten()
    return Folded(factor(weight, scale, blocks, n_complex, dtype), -bias)


def _mean_matrix(mean: Tensor, blocks: Sequence[Block], weight: Tensor, n_complex: int) -> Tensor:
    """Return the matrix that rows of weights are multiplied by for their products with means.

    ``(2 C, 2)`` for rows ``(C, 2)`` of complex weights; for real ones ``(C, 2)``, or ``(C, 1)`` if
    all is real.
    """
    re, im = from_slots(mean, blocks)
    if weight.dim() == 3:
        return torch.stack([torch.stack([re, im], 1), torch.stack([-im, re], 1)], 1).flatten(0, 1)
    return torch.stack([re, im], 1) if n_complex else re[:, None]


def mix_and_normalize(x: Tensor, folded: Folded, eps: float) -> tuple[Tensor, Tensor]:
    """Return normalized products ``(n, .)``, and the factors ``(n, 1)`` that normalize them."""
    y = multiply(x, folded.factors).to(folded.bias.dtype).add_(folded.bias)
    norm = torch.linalg.vector_norm(y, dim=1, keepdim=True)
    factors = torch.where(norm > eps, norm.clamp_min(eps).reciprocal(), 0)
    return y.mul_(factors), factors


class _StandardizedMixing(torch.autograd.Function):
    """See `standardized_mixing`."""

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        blocks: Sequence[Block],
        n_complex: int,
        eps: tuple[float, float],
        stats: Statistics,
        of_features: bool,
        sync: bool,
    ) -> Tensor:
        folded = fold(weight, blocks, n_complex, stats, eps[0], x.dtype)
        y, norms = mix_and_normalize(x.flatten(0, 2), folded, eps[1])
        y = y.view(*x.shape[:3], y.shape[1])
        ctx.n_complex, ctx.eps, ctx.of_features, ctx.sync = n_complex, eps[0], of_features, sync
        ctx.n, ctx.blocks = stats.n, blocks
        ctx.save_for_backward(x, weight, y, norms, stats.mean, stats.var)
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, y, norms, mean, var = ctx.saved_tensors
        scale = torch.rsqrt(var + ctx.eps)
        # Computed again: as many numbers as the weights, in each layer.
        factors = factor(weight, scale, ctx.blocks, ctx.n_complex, x.dtype)
        features, y = x.flatten(0, 2), y.flatten(0, 2)
        grad = grad.reshape(y.shape)
        # Through the norm.
        grad = torch.addcmul(grad, y, (y * grad).sum(1, keepdim=True), value=-1).mul_(norms)
        total = grad.sum(0)
        products = Gradient.of(grad.to(x.dtype), factors)
        weight_grad = weight_gradient(features, products, ctx.n_complex, weight.dim() == 3)
        means = _mean_matrix(mean * scale, ctx.blocks, weight, ctx.n_complex)
        weight_grad, product = _through_fold(weight_grad, weight, total, means, scale, ctx.blocks)
        x_grad = None
        if ctx.needs_input_grad[0]:
            if ctx.of_features:
                # Through the statistics: the means over all pixels of the gradient of the
                # standardized features, and of its product with them, are small products.
                if ctx.sync:
                    both = sum_over_processes(torch.cat([total, product]))
                    total, product = both.split([len(total), len(product)])
                alpha = scale**2 / ctx.n * product
                means = features.new_zeros(1, features.shape[1])
                of_means = Gradient.of((total / ctx.n)[None].to(x.dtype), factors)
                multiply_adjoint_(means, of_means, factors)
                alpha, mean = (_per_plane(values, ctx.n_complex) for values in (alpha, mean))
                x_grad = torch.addcmul(
                    (alpha * mean - means[0]).to(x.dtype), features, -alpha.to(x.dtype)
                )
            else:
                x_grad = torch.zeros_like(features)
            multiply_adjoint_(x_grad, products, factors)
            x_grad = x_grad.view(x.shape)
        return x_grad, weight_grad, None, None, None, None, None, None


def _through_fold(
    folded_grad: Tensor,
    weight: Tensor,
    total: Tensor,
    means: Tensor,
    scale: Tensor,
    blocks: Sequence[Block],
) -> tuple[Tensor, Tensor]:
    """Return the gradient of the weights, given that of the folded ones without the bias.

    The bias is minus the product with the means. Also return the sum over the rows of the weights
    times their gradient, ``(C,)``, in the order of the slots.
    """
    grad = torch.empty_like(weight)
    parts = (
        zip(folded_grad, grad.unbind(2), strict=True) if grad.dim() == 3 else [(folded_grad, grad)]
    )
    for folded, part in parts:
        scale_to_slots(folded, scale, exchanged(blocks), out=part)
    of_rows = total.view(means.shape[1], -1).mT  # (K, 2), or (K, 1) if all is real
    grad.flatten(1).addmm_(of_rows, means.mT, alpha=-1)
    product = (weight * grad).sum(0)
    return grad, to_slots(product.sum(1) if product.dim() == 2 else product, blocks)


def _per_plane(values: Tensor, n_complex: int) -> Tensor:
    """Return one value a plane of ``(C,)``, or of complex numbers ``(2, C)``."""
    re, im = (values, values) if values.dim() == 1 else values
    return torch.cat([re, im[:n_complex]])
