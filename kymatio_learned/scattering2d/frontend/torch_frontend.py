"""The operator on tensors, as a module."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from kymatio.frontend.torch_frontend import ScatteringTorch
from torch import Tensor

from ..utils import output_shape, padded_shape
from .base_frontend import PhaseCollapseBase2D

# Products of input and output pixels below which a dense matrix was faster than the FFT, on two
# cores in single precision: up to 20 x 20 pixels subsampled, and 14 x 14 not.
_DENSE_PRODUCTS = 40_000
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
        ``"torch"`` (FFT), ``"torch_matmul"`` (matrix products, for small images), or None to
        take the faster one for the size.
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

    backends = ("torch", "torch_matmul")
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
        if backend is None:
            self.backend = fastest_backend(self.shape, self.stride)
        self._instantiate_backend("kymatio_learned.scattering2d.backend.")
        self.build()
        self.create_filters()
        self.register_filters()

    def register_filters(self) -> None:
        """Turn the filters, and what the backend derives from them, into named buffers."""
        tables = self.backend.tables(self.phi, self.psi, self.pad, self.stride)
        del self.phi, self.psi
        for name, table in tables.items():
            self.register_buffer(name, torch.from_numpy(table), persistent=False)
        self._tables = tuple(tables)

    def planar_wavelets(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Filter real planes, the form in which networks compute.

        Parameters
        ----------
        x
            ``(n, 1, M, N)``, real images, or ``(n, 2, M, N)``, real and imaginary parts.

        Returns
        -------
        phi : torch.Tensor
            ``(n, 1, M', N')`` or ``(n, 2, M', N')``.
        psi : torch.Tensor
            ``(n, 2, L, M', N')``, the real parts of all angles, then the imaginary parts.
        """
        if not len(x):  # an empty batch, which some FFTs refuse
            phi, psi = self.planar_wavelets(x.new_zeros(1, *x.shape[1:]))
            return phi[:0], psi[:0]
        # The filters follow the images, except below single precision, which no FFT has.
        dtype = x.dtype if x.dtype in _DTYPES else self.phi.dtype
        tables = {name: getattr(self, name).to(dtype) for name in self._tables}
        with torch.autocast(x.device.type, enabled=False):
            return self.backend.wavelets(x.to(dtype), self.pad, tables, self.stride)

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
        phi, psi = self.planar_wavelets(self._planes(x))
        phi, psi = _native(phi, x.is_complex()), torch.complex(psi[:, 0], psi[:, 1])
        batch = x.shape[:-2]
        return phi.reshape(batch + phi.shape[1:]), psi.reshape(batch + psi.shape[1:])

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
        phi, psi = self.planar_wavelets(self._planes(x))
        phi, modulus = _native(phi, x.is_complex()), self.backend.modulus(psi[:, 0], psi[:, 1])
        batch = x.shape[:-2]
        phi, modulus = (
            phi.reshape(batch + phi.shape[1:]),
            modulus.reshape(batch + modulus.shape[1:]),
        )
        if self.out_type == "list":
            return self._collapsed_list(phi, modulus)
        return torch.cat([phi.unsqueeze(-3), modulus.to(phi.dtype)], -3)

    def forward(self, x: Tensor) -> Any:
        """Apply `scattering`."""
        return self.scattering(x)

    def _planes(self, x: Tensor) -> Tensor:
        """Check images, and return their planes (n, c, M, N)."""
        if not torch.is_tensor(x):
            raise TypeError(f"expected a tensor, got {type(x).__name__}")
        self.check_spatial_shape(x.shape)
        if x.dtype not in _DTYPES:
            raise TypeError(
                f"expected a tensor of dtype float32, float64, complex64 or complex128, "
                f"got {x.dtype}"
            )
        x = x.reshape(-1, *x.shape[-2:])
        return torch.stack([x.real, x.imag], 1) if x.is_complex() else x[:, None]

    def extra_repr(self) -> str:
        """Return what the representation shows."""
        return self._repr_arguments()


def fastest_backend(shape: tuple[int, int], stride: int) -> str:
    """Return the name of the backend that is expected to be the faster one for a size."""
    outputs = math.prod(output_shape(padded_shape(shape), stride))
    return "torch_matmul" if math.prod(shape) * outputs <= _DENSE_PRODUCTS else "torch"


def _native(planes: Tensor, is_complex: bool) -> Tensor:
    """Return (n, ...) complex or real, of planes (n, c, ...)."""
    return torch.complex(planes[:, 0], planes[:, 1]) if is_complex else planes[:, 0]


__all__ = ["PhaseCollapse2D"]
