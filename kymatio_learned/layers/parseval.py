"""Keeps the matrices of projections and frames orthogonal while they are learned."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import orthogonal
from torch.nn.utils.parametrize import is_parametrized
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle

from .frame_concentration import FrameConcentration
from .orthogonal_projection import OrthogonalProjection


@torch.no_grad()
def parseval_step_(matrix: Tensor, beta: float = 5e-4) -> Tensor:
    r"""Move a matrix towards orthonormal rows, or columns where they are fewer, in place.

    .. math:: A \leftarrow (1 + \beta) A - \beta A A^T A

    which is a gradient step on :math:`\|A^T A - 1\|_F^2`: it moves each singular value towards 1.

    Parameters
    ----------
    matrix
        :math:`A`, real, ``(K, C)``; further axes count as columns.
    beta
        Size of the step.

    Returns
    -------
    torch.Tensor
        The matrix.

    Raises
    ------
    ValueError
        If it has fewer than two axes, or if `beta` is negative.
    TypeError
        If it is complex.

    References
    ----------
    Cisse, Bojanowski, Grave, Dauphin, Usunier, *Parseval networks*, ICML 2017; Zarka, Guth,
    Mallat, *Separation and concentration in deep networks*, ICLR 2021.

    Examples
    --------
    >>> import torch
    >>> A = torch.diag(torch.tensor([0.5, 1.0, 1.2]))
    >>> for _ in range(100):
    ...     A = parseval_step_(A, beta=0.1)
    >>> torch.allclose(A, torch.eye(3), atol=1e-6)
    True
    """
    if matrix.is_complex():
        raise TypeError(f"expected a real matrix, got {matrix.dtype}")
    if matrix.dim() < 2:
        raise ValueError(f"expected a matrix, got a tensor of shape {tuple(matrix.shape)}")
    if beta < 0:
        raise ValueError(f"expected beta to be at least 0, got {beta}")
    A = matrix.flatten(1)
    K, C = A.shape
    product = A @ (A.mT @ A) if K > C else (A @ A.mT) @ A  # the smaller Gram matrix
    return matrix.mul_(1 + beta).sub_(product.view_as(matrix), alpha=beta)


def orthogonal_modules(network: nn.Module) -> list[nn.Module]:
    """Return the projections and frames of a network: its modules with an orthogonal ``weight``."""
    kinds = (FrameConcentration, OrthogonalProjection)
    return [module for module in network.modules() if isinstance(module, kinds)]


def attach_parseval(
    optimizer: Optimizer, network: nn.Module, beta: float = 5e-4
) -> RemovableHandle:
    """Make every step of an optimizer end with a Parseval step of each projection and frame.

    Parameters
    ----------
    optimizer
        Any optimizer, mostly with the groups of `parseval_groups`.
    network
        Its projections and frames are kept nearly orthogonal by `parseval_step_`; those that are
        frozen, or that `make_orthogonal` keeps exactly orthogonal, are left alone.
    beta
        Size of the Parseval step.

    Returns
    -------
    torch.utils.hooks.RemovableHandle
        Its method ``remove()`` ends this.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.models import SeparationConcentration2D
    >>> net = SeparationConcentration2D(J=1, shape=(8, 8), L=4, channels=(6,), widths=(12,))
    >>> groups = parseval_groups(net, weight_decay=1e-4)
    >>> optimizer = torch.optim.SGD(groups, lr=0.01, momentum=0.9)
    >>> handle = attach_parseval(optimizer, net)
    """
    modules = [m for m in orthogonal_modules(network) if not is_parametrized(m, "weight")]

    def step(optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        for module in modules:
            if module.weight.requires_grad:
                parseval_step_(module.weight, beta)  # type: ignore[arg-type]

    return optimizer.register_step_post_hook(step)


def parseval_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Return the parameter groups of an optimizer, without weight decay on orthogonal matrices.

    Weight decay would pull against the Parseval steps, and has no effect on what PyTorch's
    orthogonal parametrization computes.

    Parameters
    ----------
    network
        Any network.
    weight_decay
        Of all parameters but the matrices of projections and frames.

    Returns
    -------
    list of dict
        Groups ``{"params": ..., "weight_decay": ...}`` of what is learned; only one where there is
        no such matrix.
    """
    learned = [p for p in network.parameters() if p.requires_grad]
    orthogonal = {id(p) for module in orthogonal_modules(network) for p in module.parameters()}
    others = [p for p in learned if id(p) not in orthogonal]
    matrices = [p for p in learned if id(p) in orthogonal]
    groups: list[dict[str, Any]] = [{"params": others, "weight_decay": weight_decay}]
    return [*groups, {"params": matrices, "weight_decay": 0.0}] if matrices else groups


def make_orthogonal(network: nn.Module) -> None:
    """Keep the projections and frames of a network exactly orthogonal, with no Parseval step.

    Each matrix becomes a function of unconstrained parameters, by
    `torch.nn.utils.parametrizations.orthogonal`: rows orthonormal, or columns where they are
    fewer. The rows of a frame then no longer have equal norms.

    A network with parametrizations is saved by its ``state_dict``; it cannot be pickled.

    Parameters
    ----------
    network
        The network, which is changed.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.layers import FrameConcentration
    >>> concentration = FrameConcentration(3, width=8)
    >>> make_orthogonal(concentration)
    >>> F = concentration.weight
    >>> torch.allclose(F.T @ F, torch.eye(3), atol=1e-5)
    True
    """
    for module in orthogonal_modules(network):
        orthogonal(module, "weight")
