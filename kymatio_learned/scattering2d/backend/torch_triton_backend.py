"""The operator as one kernel on a GPU, with Triton."""

from collections.abc import Mapping
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from ..utils import Geometry
from .torch_backend import TorchBackend2D
from .triton_kernels.tables import triton_tables

try:
    from .triton_kernels.operator import INTERPRETED, analysis
except ImportError as error:
    if error.name is None or error.name.split(".")[0] != "triton":
        raise
    raise ImportError(
        "the backend 'torch_triton' needs the package triton, 3.4 or newer, which PyTorch brings "
        "where it supports it: pip install triton"
    ) from error


class TorchTritonBackend2D(TorchBackend2D):
    """The operator in space, by direct convolution with the few taps of its filters.

    One kernel reads each image once and writes each feature once: padding, filters, subsampling
    and modulus are its parts. Another one is its adjoint. For the gradient of a modulus its
    coefficients are computed again, so that only the images are kept.

    They compute in float32, from images of float32 or below. Double precision, and tensors that
    are not on a GPU, take the Fourier transform of `TorchBackend2D`.
    """

    name = "torch_triton"
    _NAMES = ("taps", "rows", "columns", "analysis_spans", "synthesis_spans")

    @staticmethod
    def tables(phi: NDArray[Any], psi: NDArray[Any], geometry: Geometry) -> dict[str, NDArray[Any]]:
        """Return the filters, and the tables of the kernels."""
        return TorchBackend2D.tables(phi, psi, geometry) | triton_tables(phi, psi, geometry)

    @classmethod
    def wavelets(
        cls, x: Tensor, tables: Mapping[str, Tensor], geometry: Geometry
    ) -> tuple[Tensor, list[Tensor]]:
        """Filter planes ``(B, M, N, p, C)``.

        The results are ``(B, M', N', p, C)`` for the low-pass filter, and a list of one tensor
        ``(B, M', N', 2, L, C)`` for the wavelets.
        """
        if not cls.fuses_modulus(x):
            return super().wavelets(x, tables, geometry)
        low, high = analysis(x, [tables[name] for name in cls._NAMES], geometry.stride, False)
        return low, [high]

    @classmethod
    def collapse(
        cls, x: Tensor, tables: Mapping[str, Tensor], geometry: Geometry
    ) -> tuple[Tensor, Tensor]:
        """Filter planes ``(B, M, N, p, C)``, and take moduli, ``(B, M', N', L, C)``."""
        if not cls.fuses_modulus(x):
            return super().collapse(x, tables, geometry)
        return analysis(x, [tables[name] for name in cls._NAMES], geometry.stride, True)

    @classmethod
    def fuses_modulus(cls, x: Tensor) -> bool:
        """Tell whether the kernels can take a tensor."""
        return x.dtype != torch.float64 and (x.is_cuda or INTERPRETED)


backend = TorchTritonBackend2D
