r"""The products of a mixing matrix with features, with as few real multiplications as possible.

Features are real matrices ``(n, R)``, with the columns ``[re | real | im]``: the real parts of
`n_complex` channels, then real channels, then the imaginary parts. Weights have one column a
channel, the complex ones first: ``(2, K, C)``, real and imaginary parts, or ``(K, C)``, real
weights. Products are ``(n, 2 K)``, real parts first, or ``(n, K)`` if all is real.

With complex weights, a complex product takes three real ones instead of four (Gauss):

.. math::

    (a + ib)(p + iq) = \bigl((a + b) p - b (p + q)\bigr) + i \bigl((a + b) p + a (q - p)\bigr)
"""

import torch
from torch import Tensor

Factors = tuple[Tensor, ...]


def factor(weight: Tensor, n_complex: int) -> Factors:
    """Return the real matrices that features are multiplied by.

    For complex weights these are the real part ``p`` of the complex channels' columns; then
    ``[q - p | q']``, which acts on ``[re | real]`` and gives imaginary parts; then
    ``[p' | -(p + q)]``, which acts on ``[real | im]`` and gives real parts. Primes mark the
    columns of the real channels. Real weights are their only factor.
    """
    if weight.dim() == 2:
        return (weight,)
    re, im = weight
    p, q = re[:, :n_complex], im[:, :n_complex]
    to_im = im.clone()
    to_im[:, :n_complex] -= p
    return p, to_im, torch.cat([re[:, n_complex:], -(p + q)], 1)


def multiply(x: Tensor, factors: Factors, bias: Tensor) -> Tensor:
    """Multiply features by the weights, and add a bias ``(2 K,)`` or ``(K,)``."""
    bias = bias.to(x.dtype)
    if len(factors) == 1:
        (weight,) = factors
        K, C = weight.shape
        y = torch.addmm(bias[:K], x[:, :C], weight.mT)
        if len(bias) == K:
            return y
        n_complex = x.shape[1] - C
        return torch.cat([y, torch.addmm(bias[K:], x[:, C:], weight[:, :n_complex].mT)], 1)
    p, to_im, to_re = factors
    K, C = to_im.shape
    y = (_sum(x, C) @ p.mT).repeat(1, 2).add_(bias)
    y[:, :K].addmm_(x[:, p.shape[1] :], to_re.mT)
    y[:, K:].addmm_(x[:, :C], to_im.mT)
    return y


def multiply_adjoint_(x: Tensor, grad: Tensor, factors: Factors) -> None:
    """Add to `x` the product of a gradient with the adjoint of the weights."""
    K, C = factors[-1].shape
    re, im = grad[:, :K], grad[:, K:]
    if len(factors) == 1:
        (weight,) = factors
        x[:, :C].addmm_(re, weight)
        if im.shape[1]:
            x[:, C:].addmm_(im, weight[:, : x.shape[1] - C])
        return
    p, to_im, to_re = factors
    x[:, :C].addmm_(im, to_im)
    x[:, p.shape[1] :].addmm_(re, to_re)
    both = (re + im) @ p
    x[:, : p.shape[1]] += both
    x[:, C:] += both


def weight_gradient(x: Tensor, grad: Tensor, n_complex: int, complex_weights: bool) -> Tensor:
    """Return the gradient of weights, ``(2, K, C)`` or ``(K, C)``."""
    C = x.shape[1] - n_complex
    if not complex_weights:
        K = grad.shape[1] // 2 if n_complex else grad.shape[1]
        weight = grad[:, :K].mT @ x[:, :C]
        if n_complex:
            weight[:, :n_complex].addmm_(grad[:, K:].mT, x[:, C:])
        return weight
    re, im = grad.tensor_split(2, 1)
    weight = x.new_empty(2, re.shape[1], C)
    torch.mm(im.mT, x[:, :C], out=weight[1])
    from_re = re.mT @ x[:, n_complex:]
    weight[0, :, n_complex:] = from_re[:, : C - n_complex]
    # With a, b the parts of the features: re (b) is subtracted from im (a), and both from
    # (re + im)(a + b), which leaves re (a) + im (b).
    im_a, re_b = weight[1, :, :n_complex], from_re[:, C - n_complex :]
    weight[0, :, :n_complex] = ((re + im).mT @ _sum(x, C)).sub_(im_a).sub_(re_b)
    im_a -= re_b
    return weight


def _sum(x: Tensor, C: int) -> Tensor:
    """Return the sum of real and imaginary parts."""
    n_complex = x.shape[1] - C
    return x[:, :n_complex] + x[:, C:]
