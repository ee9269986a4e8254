"""Kymatio's NumPy backend, extended to complex images and to banks of filters."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from kymatio.scattering2d.backend.numpy_backend import NumpyBackend2D as KymatioNumpyBackend2D
from numpy.typing import NDArray

from ..core.phase_collapse2d import wavelets2d
from ..utils import Geometry, cropping


class NumpyBackend2D(KymatioNumpyBackend2D):
    """The operations of the operator on NumPy arrays, complex numbers being NumPy's own."""

    class Pad:
        """Reflection padding of images ``(n, M, N)``; unlike Kymatio's, it can be pickled."""

        def __init__(self, pad_size: Sequence[int], input_size: Sequence[int]) -> None:
            top, bottom, left, right = pad_size
            self.widths = ((0, 0), (top, bottom), (left, right))

        def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
            """Pad the images."""
            return np.pad(x, self.widths, mode="reflect")

    @classmethod
    def is_complex(cls, x: NDArray[Any]) -> bool:
        """Tell complex images from real ones."""
        return np.iscomplexobj(x)

    @classmethod
    def fft(cls, x: NDArray[Any]) -> NDArray[Any]:
        """Transform real or complex images ``(..., M, N)``."""
        return cls._fft.fft2(x)

    @staticmethod
    def filter(x: NDArray[Any], filters: NDArray[Any]) -> NDArray[Any]:
        """Multiply ``(n, M, N)`` by each filter ``(K, M, N)``, to ``(n, K, M, N)``."""
        return x[:, None] * filters

    @classmethod
    def subsample_fourier(cls, x: NDArray[Any], k: int) -> NDArray[Any]:
        """Periodize ``(..., M, N)``, which subsamples by `k` in space."""
        y = super().subsample_fourier(x.reshape(-1, *x.shape[-2:]), k)
        return y.reshape(*x.shape[:-2], *y.shape[-2:])

    @staticmethod
    def unpad(x: NDArray[Any], stride: int) -> NDArray[Any]:
        """Crop ``(..., M, N)`` to the support of the unpadded image."""
        crop = cropping(stride)
        return x[..., crop:-crop, crop:-crop]

    @classmethod
    def wavelets(
        cls, x: NDArray[Any], phi: NDArray[Any], psi: NDArray[Any], geometry: Geometry
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Filter images ``(n, M, N)``: low ``(n, M', N')``, high ``(n, L, M', N')`` complex."""
        pad = cls.Pad(geometry.padding, geometry.shape)
        low, high = wavelets2d(x, pad=pad, backend=cls, phi=phi, psi=psi, stride=geometry.stride)
        return low[:, 0], high


backend = NumpyBackend2D
