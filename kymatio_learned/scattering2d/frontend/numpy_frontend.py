"""The operator on NumPy arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from kymatio.frontend.numpy_frontend import ScatteringNumPy
from numpy.typing import NDArray

from .base_frontend import PhaseCollapseBase2D


class PhaseCollapse2D(ScatteringNumPy, PhaseCollapseBase2D):
    r"""Compute the phase-collapse operator on NumPy arrays.

    .. math::

        \rho P x(u) = \left( x \star \phi(2u),
        \left( |x \star \psi_\theta(2u)| \right)_\theta \right)

    The same operator as `kymatio_learned.torch.PhaseCollapse2D`, which documents it, without
    gradients.

    Parameters
    ----------
    shape
        Size ``(M, N)`` of the images, each side at least 2.
    L
        Number of angles.
    bank
        ``"octave"`` or ``"half_octave_second"`` (subsampled by 2), or ``"half_octave_first"``
        (same size).
    full_circle
        Whether the angles cover :math:`[0, 2\pi)` instead of :math:`[0, \pi)`.
    pre_pad
        Whether the images come already padded, to ``padded_shape``.
    backend
        ``"numpy"``.
    out_type
        ``"array"``, or ``"list"`` for one dictionary a channel, with Kymatio's keys.

    Attributes
    ----------
    phi : numpy.ndarray
        Low-pass filter in the Fourier domain, ``(M_p, N_p)``, real.
    psi : numpy.ndarray
        Wavelets in the Fourier domain, ``(L, M_p, N_p)``, real.

    Raises
    ------
    ValueError, TypeError
        If an argument is not one of the above.

    Examples
    --------
    >>> import numpy as np
    >>> from kymatio_learned.numpy import PhaseCollapse2D
    >>> S = PhaseCollapse2D(shape=(32, 32), L=8)
    >>> S(np.zeros((5, 32, 32))).shape
    (5, 9, 16, 16)
    """

    backends = ("numpy",)
    phi: NDArray[Any]
    psi: NDArray[Any]

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
        ScatteringNumPy.__init__(self)
        PhaseCollapseBase2D.__init__(
            self, shape, L, bank, full_circle, pre_pad, backend or "numpy", out_type
        )
        self._instantiate_backend("kymatio_learned.scattering2d.backend.")
        self.build()
        self.create_filters()

    def wavelets(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        r"""Compute the linear coefficients :math:`(x \star \phi, x \star \psi_\theta)`.

        Parameters
        ----------
        x
            Images ``(..., M, N)``, float32, float64, complex64 or complex128.

        Returns
        -------
        phi : numpy.ndarray
            ``(..., M', N')``, of the dtype of `x`.
        psi : numpy.ndarray
            ``(..., L, M', N')``, complex.

        Raises
        ------
        ValueError
            If the images are not of the size that the operator is built for.
        TypeError
            If `x` is not an array of real or complex floating-point numbers.
        """
        if not isinstance(x, np.ndarray):
            raise TypeError(f"expected a NumPy array, got {type(x).__name__}")
        self.check_spatial_shape(x.shape)
        if x.dtype not in (np.float32, np.float64, np.complex64, np.complex128):
            raise TypeError(
                f"expected an array of dtype float32, float64, complex64 or complex128, "
                f"got {x.dtype}"
            )
        phi, psi = self.backend.wavelets(
            x.reshape(-1, *x.shape[-2:]), self.phi, self.psi, self.geometry
        )
        batch = x.shape[:-2]
        return phi.reshape(batch + phi.shape[1:]), psi.reshape(batch + psi.shape[1:])

    def scattering(self, x: NDArray[Any]) -> Any:
        r"""Compute :math:`(x \star \phi, |x \star \psi_\theta|)`.

        Parameters
        ----------
        x
            Images ``(..., M, N)``, float32, float64, complex64 or complex128.

        Returns
        -------
        numpy.ndarray or list of dict
            ``(..., 1 + L, M', N')``, complex if `x` is (the moduli with imaginary part 0), or
            one dictionary a channel, the moduli real; see `meta`.

        Raises
        ------
        ValueError, TypeError
            See `wavelets`.
        """
        phi, psi = self.wavelets(x)
        modulus = self.backend.modulus(psi)
        if self.out_type == "list":
            return self._collapsed_list(phi, modulus)
        return np.concatenate([phi[..., None, :, :], modulus], axis=-3)

    def __repr__(self) -> str:
        return f"PhaseCollapse2D({self._repr_arguments()})"


__all__ = ["PhaseCollapse2D"]
