"""The banks of one low-pass filter and ``L`` Morlet wavelets, in the Fourier domain."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from kymatio.scattering2d.filter_bank import gabor_2d, morlet_2d
from numpy.typing import NDArray
from scipy.fft import fft2

from .utils import check_integer

BANKS = ("octave", "half_octave_first", "half_octave_second")

# The Gaussian envelopes are below 1e-14 of their maximum beyond this many standard deviations.
_SUPPORT_IN_SIGMAS = 8.0


def check_bank(bank: str, L: int, full_circle: bool) -> None:
    """Refuse a bank that cannot be built.

    Raises
    ------
    ValueError
        If the name is unknown, if ``L`` is below 1, or if the wavelets of
        ``"half_octave_second"`` do not exist for so few angles.
    TypeError
        If ``L`` is not an integer.
    """
    if bank not in BANKS:
        raise ValueError(f"expected bank to be one of {', '.join(BANKS)}, got {bank!r}")
    check_integer("L", L, least=1)
    if bank == "half_octave_second" and octave_slant(L, full_circle) >= 2:
        circle, least = ("[0, 2 pi)", 5) if full_circle else ("[0, pi)", 3)
        raise ValueError(
            f"expected L >= {least} for bank 'half_octave_second' with angles over {circle} "
            f"(its slant needs 4/L < 2, L counted over [0, pi)), got L={L}"
        )


def octave_slant(L: int, full_circle: bool) -> float:
    r"""Return the slant :math:`s = 4/L` of the octave wavelets, `L` over half a circle."""
    return 8.0 / L if full_circle else 4.0 / L


def angles(L: int, full_circle: bool = False) -> NDArray[np.float64]:
    r"""Return the orientations of the wavelets, in radians and in channel order.

    .. math:: \theta_\ell = (\mathrm{int}(L - L/2 - 1) - \ell) \, \pi / L,

    with :math:`2 \pi` in place of :math:`\pi` over the full circle.

    Parameters
    ----------
    L
        Number of angles.
    full_circle
        Whether the angles cover :math:`[0, 2\pi)` instead of :math:`[0, \pi)`.

    Returns
    -------
    numpy.ndarray
        Shape ``(L,)``, float64.

    Examples
    --------
    >>> angles(4).round(4).tolist()
    [0.7854, 0.0, -0.7854, -1.5708]
    """
    step = (2 if full_circle else 1) * np.pi / L
    return np.asarray((int(L - L / 2 - 1) - np.arange(L)) * step, np.float64)


def wavelet_parameters(bank: str, L: int, full_circle: bool) -> dict[str, float]:
    r"""Return ``sigma_phi`` and the wavelets' ``sigma``, ``xi`` and ``slant``, for a bank.

    With :math:`s` the slant of the octave wavelets, :math:`\psi` has
    :math:`\sigma = 0.8, \xi = 3\pi/4` and slant :math:`s`; in the bank
    ``"half_octave_second"`` it has :math:`\sigma = 0.8\sqrt{3/2}`,
    :math:`\xi = \pi/\sqrt 2` and slant :math:`\sqrt{3 s^2 / (4 - s^2)}`. The low-pass
    filter has :math:`\sigma = 0.8`, or :math:`0.8/\sqrt 2` in both half-octave banks.

    Parameters
    ----------
    bank
        One of ``"octave"``, ``"half_octave_first"``, ``"half_octave_second"``.
    L
        Number of angles.
    full_circle
        Whether the angles cover :math:`[0, 2\pi)` instead of :math:`[0, \pi)`.

    Returns
    -------
    dict
        Lengths in pixels, ``xi`` in radians per pixel.

    Raises
    ------
    ValueError, TypeError
        See `check_bank`.

    Examples
    --------
    >>> wavelet_parameters("octave", 8, False)["slant"]
    0.5
    """
    check_bank(bank, L, full_circle)
    s = octave_slant(L, full_circle)
    if bank == "half_octave_second":
        psi = {
            "sigma": 0.8 * math.sqrt(3 / 2),
            "xi": math.pi / math.sqrt(2),
            "slant": math.sqrt(3 * s**2 / (4 - s**2)),
        }
    else:
        psi = {"sigma": 0.8, "xi": 3 * math.pi / 4, "slant": s}
    return {"sigma_phi": 0.8 if bank == "octave" else 0.8 / math.sqrt(2), **psi}


def filter_bank(
    M: int, N: int, L: int = 8, *, bank: str = "octave", full_circle: bool = False
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    r"""Build the low-pass filter and the Morlet wavelets of one layer.

    Every filter is Kymatio's ``gabor_2d`` or ``morlet_2d``, Fourier transformed; with
    ``bank="octave"`` the result is Kymatio's filter bank for ``J=1``. The envelopes are a
    pixel or two wide, so a large filter is built on a small support and embedded.

    Parameters
    ----------
    M, N
        Support of the filters: the size of the padded image.
    L
        Number of angles.
    bank
        One of ``"octave"``, ``"half_octave_first"``, ``"half_octave_second"``; see
        `wavelet_parameters`.
    full_circle
        Whether the angles cover :math:`[0, 2\pi)` instead of :math:`[0, \pi)`.

    Returns
    -------
    phi : numpy.ndarray
        Shape ``(M, N)``, float32, real in the Fourier domain.
    psi : numpy.ndarray
        Shape ``(L, M, N)``, float32, by angle; see `angles`.

    Raises
    ------
    ValueError, TypeError
        See `check_bank`.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022, and the code
    published with it for the half-octave pair.

    Examples
    --------
    >>> phi, psi = filter_bank(36, 36, L=8)
    >>> phi.shape, psi.shape
    ((36, 36), (8, 36, 36))
    """
    p = wavelet_parameters(bank, L, full_circle)
    phi = _fourier_filter(gabor_2d, M, N, sigma=p["sigma_phi"], theta=0.0, xi=0.0)
    psi = np.empty((L, M, N), np.float32)
    for filter_, theta in zip(psi, angles(L, full_circle), strict=True):
        filter_[:] = _fourier_filter(
            morlet_2d, M, N, sigma=p["sigma"], theta=theta, xi=p["xi"], slant=p["slant"]
        )
    return phi, psi


def _fourier_filter(
    build: Callable[..., NDArray[Any]], M: int, N: int, *, sigma: float, **shape: float
) -> NDArray[np.float32]:
    """Return the Fourier transform of a filter built on a support just wide enough for it."""
    width = sigma / min(shape.get("slant", 1.0), 1.0)
    support = 2 * math.ceil(_SUPPORT_IN_SIGMAS * width)
    small = build(min(M, support), min(N, support), sigma, **shape)
    filter_ = _embed(_embed(small, M, axis=0), N, axis=1)
    # A real filter in Fourier: the envelope is even, so the imaginary part is rounding.
    return np.real(fft2(filter_)).astype(np.float32, copy=False)


def _embed(filter_: NDArray[Any], size: int, axis: int) -> NDArray[Any]:
    """Place a filter with its origin at index 0 on a larger periodic grid."""
    small = filter_.shape[axis]
    if small == size:
        return filter_
    first, last = np.split(filter_, [small // 2], axis=axis)
    gap = [filter_.shape[0], filter_.shape[1]]
    gap[axis] = size - small
    return np.concatenate([first, np.zeros(gap, filter_.dtype), last], axis=axis)
