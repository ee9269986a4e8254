"""A cascade of phase-collapse operators, without learning."""

from collections.abc import Sequence

from torch import Tensor, nn

from ..scattering2d.frontend.torch_frontend import PhaseCollapse2D
from ..scattering2d.utils import check_integer


class PhaseCollapseCascade(nn.Module):
    r"""Iterate the phase-collapse operator, with nothing learned.

    Layer :math:`j` maps each channel :math:`x` of :math:`C (1 + L)^j` to
    :math:`(x \star \phi, (|x \star \psi_\theta|)_\theta)`, at half the size: scattering
    coefficients of every order up to :math:`J`. It is the baseline of what learning the matrices of
    `LearnedScattering2D` adds.

    Parameters
    ----------
    J
        Number of octaves, one layer each.
    shape
        Size ``(M, N)`` of the images.
    L
        Number of angles.

    Raises
    ------
    ValueError, TypeError
        If the images are too small, or an argument is not an integer.

    Examples
    --------
    >>> import torch
    >>> cascade = PhaseCollapseCascade(J=2, shape=(32, 32), L=4)
    >>> cascade(torch.randn(2, 3, 32, 32)).shape
    torch.Size([2, 75, 8, 8])
    """

    operators: Sequence[PhaseCollapse2D]

    def __init__(self, J: int, shape: Sequence[int], L: int = 8) -> None:
        super().__init__()
        check_integer("J", J, least=1)
        operators = []
        for _ in range(J):
            operators.append(PhaseCollapse2D(shape, L))
            shape = operators[-1].output_shape
        self.operators = nn.ModuleList(operators)  # type: ignore[assignment]

    def forward(self, x: Tensor) -> Tensor:
        """Return the last layer's output."""
        return self.layer_outputs(x)[-1]

    def layer_outputs(self, x: Tensor) -> list[Tensor]:
        """Return the output of each layer, ``(B, C (1 + L)^j, M', N')``."""
        outputs = []
        for operator in self.operators:
            x = operator(x).flatten(1, 2)  # (B, C, 1 + L, M', N') -> (B, C (1 + L), M', N')
            outputs.append(x)
        return outputs
