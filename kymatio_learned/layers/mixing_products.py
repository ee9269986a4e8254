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


def factor(weight: Tensor, n_complex: int, dtype: torch.dtype) -> Factors:
    """Return the real matrices that features of a precision are multiplied by.

    For complex weights these are the real part ``p`` of the complex channels' columns; then
    ``[q - p | q']``, which acts on ``[re | real]`` and gives imaginary parts; then
    ``[p' | -(p + q)]``, which acts on ``[real | im]`` and gives real parts. Primes mark the
    columns of the real channels. For real weights, and in half precision, where sums and
    differences lose too many digits, there is one matrix, ``(2 K, R)`` or ``(K, R)``.
    """
    if weight.dim() == 2 or dtype.itemsize < 4:
        return (_block_matrix(weight, n_complex).to(dtype),)
    re, im = weight.to(dtype)
    p, q = re[:, :n_complex], im[:, :n_complex]
    to_im = im.clone()
    to_im[:, :n_complex] -= p
    return p, to_im, torch.cat([re[:, n_complex:], -(p + q)], 1)


def multiply(x: Tensor, factors: Factors, bias: Tensor) -> Tensor:
    """Multiply features by the weights, and add a bias ``(2 K,)`` or ``(K,)``."""
    bias = bias.to(x.dtype)
    if len(factors) == 1:
        return torch.addmm(bias, x, factors[0].mT)
    p, to_im, to_re = factors
    K, C = to_im.shape
    y = (_sum(x, C) @ p.mT).repeat(1, 2).add_(bias)
    y[:, :K].addmm_(x[:, p.shape[1] :], to_re.mT)
    y[:, K:].addmm_(x[:, :C], to_im.mT)
    return y


def multiply_adjoint_(x: Tensor, grad: Tensor, factors: Factors) -> None:
    """Add to `x` the product of a gradient with the adjoint of the weights."""
    if len(factors) == 1:
        x.addmm_(grad, factors[0])
        return
    p, to_im, to_re = factors
    K, C = to_im.shape
    re, im = grad[:, :K], grad[:, K:]
    x[:, :C].addmm_(im, to_im)
    x[:, p.shape[1] :].addmm_(re, to_re)
    both = (re + im) @ p
    x[:, : p.shape[1]] += both
    x[:, C:] += both


def weight_gradient(x: Tensor, grad: Tensor, n_complex: int, is_complex: bool) -> Tensor:
    """Return the gradient of complex weights ``(2, K, C)``, or of real ones ``(K, C)``."""
    C = x.shape[1] - n_complex
    if not is_complex or x.element_size() < 4:
        return _block_gradient((grad.mT @ x), n_complex, is_complex)
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


def _block_matrix(weight: Tensor, n_complex: int) -> Tensor:
    """Return the matrix of all planes, ``(2 K, R)``, or ``(K, R)`` if all is real."""
    if weight.dim() == 2:
        if n_complex == 0:
            return weight
        weight = torch.stack([weight, torch.zeros_like(weight)])
    re, im = weight
    to_re = torch.cat([re, -im[:, :n_complex]], 1)
    return torch.cat([to_re, torch.cat([im, re[:, :n_complex]], 1)])


def _block_gradient(matrix: Tensor, n_complex: int, is_complex: bool) -> Tensor:
    """Return the gradient of weights, given that of their `_block_matrix`."""
    C = matrix.shape[1] - n_complex
    if not is_complex and n_complex == 0:
        return matrix
    to_re, to_im = matrix.to(torch.promote_types(matrix.dtype, torch.float32)).tensor_split(2)
    weight = torch.stack([to_re[:, :C], to_im[:, :C]])
    weight[0, :, :n_complex] += to_im[:, C:]
    weight[1, :, :n_complex] -= to_re[:, C:]
    return weight if is_complex else weight[0]


def _sum(x: Tensor, C: int) -> Tensor:
    """Return the sum of real and imaginary parts."""
    n_complex = x.shape[1] - C
    return x[:, :n_complex] + x[:, C:]
