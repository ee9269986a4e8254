r"""The products of a mixing matrix with features, with as few real multiplications as possible.

Features are real matrices ``(n, R)``, with the columns ``[re | real | im]``: the real parts of
`n_complex` channels, then real channels, then the imaginary parts, in the order of the slots.
Products are ``(n, 2 K)``, real parts first, or ``(n, K)`` if all is real.

With complex weights, a complex product takes three real ones instead of four (Gauss):

.. math::

    (a + ib)(p + iq) = \bigl((a + b) p - b (p + q)\bigr) + i \bigl((a + b) p + a (q - p)\bigr)
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from .slots import Block, from_slots, scale_to_slots, to_slots

Factors = tuple[Tensor, ...]


class Gradient(NamedTuple):
    """The gradient of products, and the sums of its real and imaginary parts."""

    values: Tensor
    sums: Tensor | None

    @classmethod
    def of(cls, values: Tensor, factors: Factors) -> "Gradient":
        """Compute the sums, where they are needed."""
        K = values.shape[1] // 2
        return cls(values, values[:, :K] + values[:, K:] if len(factors) == 2 else None)


def factor(
    weight: Tensor, scale: Tensor, blocks: Sequence[Block], n_complex: int, dtype: torch.dtype
) -> Factors:
    """Return the real matrices that features of a precision are multiplied by.

    They come from weights ``(K, C, 2)`` or ``(K, C)``, whose columns are brought to the order of
    the slots and multiplied by `scale`. For complex weights the matrices are
    ``[p | p' | -(p + q)]`` and ``[q - p | q']``, where primes mark the columns of the real
    channels. The first acts on ``[re + im | real | im]``: its first columns give what both parts
    share, the others real parts. The second acts on ``[re | real]`` and gives imaginary parts.
    For real weights, and in half precision, where sums and differences lose too many digits,
    there is one matrix, ``(2 K, R)`` or ``(K, R)``.
    """
    is_complex = weight.dim() == 3
    if not is_complex or dtype.itemsize < 4:
        parts = weight.movedim(2, 0) if is_complex else weight
        return (_block_matrix(to_slots(parts, blocks) * scale, n_complex).to(dtype),)
    K, C, _ = weight.shape
    to_re, to_im = weight.new_empty(K, C + n_complex), weight.new_empty(K, C)
    scale = from_slots(scale, blocks)
    for part, scaled in zip(weight.unbind(2), (to_re[:, :C], to_im), strict=True):
        scale_to_slots(part, scale, blocks, out=scaled)
    p, q = to_re[:, :n_complex], to_im[:, :n_complex]
    to_re[:, C:] = -(p + q)
    q -= p
    return to_re.to(dtype), to_im.to(dtype)


def multiply(x: Tensor, factors: Factors) -> Tensor:
    """Multiply features by the weights."""
    if len(factors) == 1:
        return x @ factors[0].mT
    to_re, to_im = factors
    K, C = to_im.shape
    n_complex = x.shape[1] - C
    y = x.new_empty(len(x), 2 * K)
    y[:, :K].addmm_(x[:, n_complex:], to_re[:, n_complex:].mT, beta=0)
    y[:, K:].addmm_(x[:, :C], to_im.mT, beta=0)
    shared = _sum(x, C) @ to_re[:, :n_complex].mT
    y.unflatten(1, (2, K)).add_(shared[:, None])
    return y


def multiply_adjoint_(x: Tensor, grad: Gradient, factors: Factors) -> None:
    """Add to `x` the product of a gradient with the adjoint of the weights."""
    if grad.sums is None:
        x.addmm_(grad.values, factors[0])
        return
    to_re, to_im = factors
    K, C = to_im.shape
    n_complex = x.shape[1] - C
    x[:, :C].addmm_(grad.values[:, K:], to_im)
    x[:, n_complex:].addmm_(grad.values[:, :K], to_re[:, n_complex:])
    shared = grad.sums @ to_re[:, :n_complex]
    x[:, :n_complex] += shared
    x[:, C:] += shared


def weight_gradient(x: Tensor, grad: Gradient, n_complex: int, is_complex: bool) -> Tensor:
    """Return the gradient of complex weights, ``(2, K, C)``, or of real ones, ``(K, C)``.

    Their columns are in the order of the slots.
    """
    C = x.shape[1] - n_complex
    if grad.sums is None:
        return _block_gradient(grad.values.mT @ x, n_complex, is_complex)
    re, im = grad.values.tensor_split(2, 1)
    weight = x.new_empty(2, re.shape[1], C)
    torch.mm(im.mT, x[:, :C], out=weight[1])
    weight[0, :, n_complex:].addmm_(re.mT, x[:, n_complex:C], beta=0)
    # With a, b the parts of the features: re (b) is subtracted from im (a), and both from
    # (re + im)(a + b), which leaves re (a) + im (b).
    of_re, im_a = weight[..., :n_complex]
    re_b = re.mT @ x[:, C:]
    of_re.addmm_(grad.sums.mT, _sum(x, C), beta=0).sub_(im_a).sub_(re_b)
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
