"""The operator on tensors, as a module."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch
from kymatio.frontend.torch_frontend import ScatteringTorch
from torch import Tensor

from ..backend.autocast import without_autocast
from ..backend.cost import fastest_backend
from ..backend.products import ranks
from ..filter_bank import filter_bank
from .base_frontend import PhaseCollapseBase2D

_DTYPES = (torch.float32, torch.float64, torch.complex64, torch.complex128)


class PhaseCollapse2D(ScatteringTorch, PhaseCollapseBase2D):
    r"""Compute the phase-collapse operator: a wavelet transform at one scale, and a modulus.

    .. math::

        \rho P x(u) = \left( x \star \phi(2u),
        \left( |x \star \psi_\theta(2u)| \right)_\theta \right)

    A small translation multiplies :math:`x \star \psi_\theta` by a phase, which the modulus
    removes. Nothing is learned. Iterating it gives scattering coefficients of every order.

    Parameters
    ----------
    shape
        Size ``(M, N)`` of the images, each side at least 2.
    L
        Number of angles.
    bank
        ``"octave"`` or ``"half_octave_second"`` (subsampled by 2, to ``floor(M/2)``), or
        ``"half_octave_first"`` (same size, ``2 floor(M/2)``).
    full_circle
        Whether the angles cover :math:`[0, 2\pi)` instead of :math:`[0, \pi)`. Complex images
        tell opposite angles apart, real ones do not.
    pre_pad
        Whether the images come already padded, to ``padded_shape``.
    backend
        ``"torch"`` (FFT), ``"torch_matmul"`` (matrix products, for small images), None to
        take the one of these that is faster for the size on a processor, or ``"torch_triton"``
        (one kernel on a GPU, elsewhere as ``"torch"``).
    out_type
        ``"array"``, or ``"list"`` for one dictionary a channel, with Kymatio's keys.

    Attributes
    ----------
    phi : torch.Tensor
        Buffer: the low-pass filter in the Fourier domain, ``(M_p, N_p)``, real.
    psi : torch.Tensor
        Buffer: the wavelets in the Fourier domain, ``(L, M_p, N_p)``, real.

    Raises
    ------
    ValueError, TypeError
        If an argument is not one of the above.

    Notes
    -----
    The filters are buffers that a ``state_dict`` does not hold: they follow from the arguments.
    In single precision backends multiply by tables made of them when the operator is built.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022.

    Examples
    --------
    >>> import torch
    >>> from kymatio_learned.torch import PhaseCollapse2D
    >>> S = PhaseCollapse2D(shape=(32, 32), L=8)
    >>> x = torch.randn(5, 3, 32, 32)
    >>> S(x).shape
    torch.Size([5, 3, 9, 16, 16])
    >>> phi, psi = S.wavelets(x)
    >>> phi.dtype, psi.dtype
    (torch.float32, torch.complex64)
    """

    backends = ("torch", "torch_matmul", "torch_triton")
    phi: Tensor
    psi: Tensor

    def __init__(
        self,
        shape: Sequence[int],
        L: int = 8,
        *,
        bank: str = "octave",
        full_circle: bool = False,
        pre_pad: bool = False,
        backend: Any = None,
        out_type: str = "array",
    ) -> None:
        ScatteringTorch.__init__(self)
        PhaseCollapseBase2D.__init__(self, shape, L, bank, full_circle, pre_pad, backend, out_type)
        self.build()
        if backend is None:
            self.backend = fastest_backend(L, _ranks(L, bank, full_circle), self.geometry)
        self._instantiate_backend("kymatio_learned.scattering2d.backend.")
        self.create_filters()
        self.register_filters()

    def register_filters(self) -> None:
        """Turn the filters, and what the backend derives from them, into named buffers."""
        tables = self.backend.tables(self.phi, self.psi, self.geometry)
        del self.phi, self.psi
        for name, table in tables.items():
            self.register_buffer(name, torch.from_numpy(table), persistent=False)
        self._tables = tuple(tables)

    def planar_wavelets(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Filter real planes, channels last, the form in which networks compute.

        Parameters
        ----------
        x
            ``(B, M, N, p, C)``, with ``p = 1`` for real images, and 2 for the real and imaginary
            parts of complex ones.

        Returns
        -------
        phi : torch.Tensor
            ``(B, M', N', p, C)``.
        psi : list of torch.Tensor
            ``(B, M', N', 2, l, C)``, real and imaginary parts of `l` angles, in order.
        """
        low, *highs = self._planar(x, lambda *args: _flat(self.backend.wavelets(*args)))
        return low, highs

    def planar_collapse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Filter real planes as `planar_wavelets`, and take moduli ``(B, M', N', L, C)``."""
        low, moduli = self._planar(x, self.backend.collapse)
        return low, moduli

    def _planar(self, x: Tensor, apply: Callable[..., Sequence[Tensor]]) -> Sequence[Tensor]:
        """Apply a method of the backend to planes."""
        if not x.numel():  # an empty batch, which some FFTs refuse
            maps = self._planar(x.new_zeros(1, *x.shape[1:4], 1), apply)
            return [y.new_zeros(len(x), *y.shape[1:-1], x.shape[-1]) for y in maps]
        # The filters follow the images, except below single precision, which no FFT has.
        dtype = x.dtype if x.dtype in _DTYPES else self.phi.dtype
        tables = {
            name: table.to(dtype) if table.is_floating_point() else table
            for name, table in ((name, getattr(self, name)) for name in self._tables)
        }
        with without_autocast(x):
            return apply(x.to(dtype), tables, self.geometry)

    def wavelets(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Compute the linear coefficients :math:`(x \star \phi, x \star \psi_\theta)`.

        Parameters
        ----------
        x
            Images ``(..., M, N)``, float32, float64, complex64 or complex128, on the device of
            the filters.

        Returns
        -------
        phi : torch.Tensor
            ``(..., M', N')``, of the dtype of `x`.
        psi : torch.Tensor
            ``(..., L, M', N')``, complex.

        Raises
        ------
        ValueError
            If the images are not of the size that the operator is built for.
        TypeError
            If `x` is not a tensor of real or complex floating-point numbers.
        """
        low, highs = self.planar_wavelets(self._planes(x))
        psi = torch.cat(highs, 4).permute(0, 5, 4, 1, 2, 3)
        return _like(low, x), _complex(psi).reshape(x.shape[:-2] + psi.shape[2:-1])

    def scattering(self, x: Tensor) -> Any:
        r"""Compute :math:`(x \star \phi, |x \star \psi_\theta|)`.

        Parameters
        ----------
        x
            Images ``(..., M, N)``, float32, float64, complex64 or complex128, on the device of
            the filters.

        Returns
        -------
        torch.Tensor or list of dict
            ``(..., 1 + L, M', N')``, complex if `x` is (the moduli with imaginary part 0), or
            one dictionary a channel, the moduli real; see `meta`.

        Raises
        ------
        ValueError, TypeError
            See `wavelets`.
        """
        low, moduli = self.planar_collapse(self._planes(x))
        phi = _like(low, x)
        moduli = moduli.permute(0, 4, 3, 1, 2).reshape(x.shape[:-2] + (self.L, *phi.shape[-2:]))
        if self.out_type == "list":
            return self._collapsed_list(phi, moduli)
        return torch.cat([phi.unsqueeze(-3), moduli], -3)  # complex if one is

    def forward(self, x: Tensor) -> Any:
        """Apply `scattering`."""
        return self.scattering(x)

    def _planes(self, x: Tensor) -> Tensor:
        """Check images, and return their planes (1, M, N, p, n)."""
        if not torch.is_tensor(x):
            raise TypeError(f"expected a tensor, got {type(x).__name__}")
        self.check_spatial_shape(x.shape)
        if x.dtype not in _DTYPES:
            raise TypeError(
                f"expected a tensor of dtype float32, float64, complex64 or complex128, "
                f"got {x.dtype}"
            )
        x = torch.view_as_real(x.resolve_conj()) if x.is_complex() else x[..., None]
        return x.reshape(-1, *x.shape[-3:]).permute(1, 2, 3, 0)[None]

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        return self._repr_arguments()


@cache
def _ranks(L: int, bank: str, full_circle: bool) -> list[tuple[int, int]]:
    """Return the ranks of the wavelets, which do not depend on the size of the images."""
    return ranks(filter_bank(32, 32, L, bank=bank, full_circle=full_circle)[1])


def _flat(maps: tuple[Tensor, list[Tensor]]) -> list[Tensor]:
    low, highs = maps
    return [low, *highs]


def _like(low: Tensor, x: Tensor) -> Tensor:
    """Return (1, M', N', p, n) as images (..., M', N'), complex or real as `x` is."""
    low = low.permute(0, 4, 1, 2, 3)
    y = _complex(low) if x.is_complex() else low
    return y.reshape(x.shape[:-2] + low.shape[2:4])


def _complex(pairs: Tensor) -> Tensor:
    """Return the complex numbers ``(...)`` of pairs ``(..., 2)``, whatever their strides."""
    return torch.view_as_complex(pairs.clone(memory_format=torch.contiguous_format))


__all__ = ["PhaseCollapse2D"]
