"""Standardization, mixing and normalization as one operation, with its gradient."""

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .functional import at_least_single
from .mixing_products import Factors, factor, multiply, multiply_adjoint_, weight_gradient
from .processes import combine, sum_over_processes


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
        Complex weights ``(2, K, C)``, or real weights ``(K, C)``.
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
    y: Tensor = _StandardizedMixing.apply(x, weight, n_complex, eps, used, stats is None, sync)
    return y, used


class Folded(NamedTuple):
    """A standardization and a mixing, as the factors of one matrix, and a bias."""

    factors: Factors
    bias: Tensor


def fold(
    weight: Tensor, n_complex: int, stats: Statistics, eps: float, dtype: torch.dtype
) -> Folded:
    """Fold a standardization into a mixing, for features of a precision."""
    scaled = weight * torch.rsqrt(stats.var + eps)
    re, im = stats.mean
    if weight.dim() == 3:
        P, Q = scaled
        bias = torch.cat([P @ re - Q @ im, P @ im + Q @ re])
    else:
        bias = torch.cat([scaled @ re, scaled @ im]) if n_complex else scaled @ re
    return Folded(factor(scaled, n_complex, dtype), -bias)


def mix_and_normalize(x: Tensor, folded: Folded, eps: float) -> tuple[Tensor, Tensor]:
    """Return normalized products ``(n, .)``, and the factors ``(n, 1)`` that normalize them."""
    y = multiply(x, folded.factors, folded.bias)
    y = y.to(folded.bias.dtype)
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
        n_complex: int,
        eps: tuple[float, float],
        stats: Statistics,
        of_features: bool,
        sync: bool,
    ) -> Tensor:
        folded = fold(weight, n_complex, stats, eps[0], x.dtype)
        y, norms = mix_and_normalize(x.flatten(0, 2), folded, eps[1])
        y = y.view(*x.shape[:3], y.shape[1])
        ctx.n_complex, ctx.eps, ctx.of_features, ctx.sync = n_complex, eps[0], of_features, sync
        ctx.n = stats.n
        ctx.save_for_backward(x, weight, y, norms, stats.mean, stats.var, *folded.factors)
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, y, norms, mean, var, *factors = ctx.saved_tensors
        features, y = x.flatten(0, 2), y.flatten(0, 2)
        grad = grad.reshape(y.shape)
        # Through the norm.
        grad = (grad - y * (y * grad).sum(1, keepdim=True)).mul_(norms)
        total, grad = grad.sum(0), grad.to(x.dtype)
        weight_grad = weight_gradient(features, grad, ctx.n_complex, weight.dim() == 3)
        weight_grad = _subtract_mean(weight_grad.to(weight.dtype), total, mean)
        scale = torch.rsqrt(var + ctx.eps)
        x_grad = None
        if ctx.needs_input_grad[0]:
            x_grad = torch.zeros_like(features)
            if ctx.of_features:
                # Through the statistics: the means over all pixels of the gradient of the
                # standardized features, and of its product with them, are small products.
                product = (weight * weight_grad).flatten(0, -2).sum(0)
                if ctx.sync:
                    both = sum_over_processes(torch.cat([total, product]))
                    total, product = both.split([len(total), len(product)])
                alpha = scale**3 / ctx.n * product
                means = features.new_zeros(1, features.shape[1])
                multiply_adjoint_(means, (total / ctx.n)[None].to(x.dtype), factors)
                alpha, mean = (_per_plane(values, ctx.n_complex) for values in (alpha, mean))
                torch.addcmul(alpha * mean - means[0], features, -alpha, out=x_grad)
            multiply_adjoint_(x_grad, grad, factors)
            x_grad = x_grad.view(x.shape)
        return x_grad, weight_grad.mul_(scale), None, None, None, None, None


def _subtract_mean(weight_grad: Tensor, total: Tensor, mean: Tensor) -> Tensor:
    """Take the bias, minus the product with the means, into account in the gradient."""
    if weight_grad.dim() == 2:
        total = total.view(-1, len(weight_grad)).mT  # (K, 2), or (K, 1) if all is real
        return weight_grad.addmm_(total, mean[: total.shape[1]], alpha=-1)
    re, im = total.view(2, -1)
    weight_grad[0].addmm_(torch.stack([re, im], 1), mean, alpha=-1)
    weight_grad[1].addmm_(torch.stack([im, -re], 1), mean, alpha=-1)
    return weight_grad


def _per_plane(values: Tensor, n_complex: int) -> Tensor:
    """Return one value a plane of ``(C,)``, or of complex numbers ``(2, C)``."""
    re, im = (values, values) if values.dim() == 1 else values
    return torch.cat([re, im[:n_complex]])
