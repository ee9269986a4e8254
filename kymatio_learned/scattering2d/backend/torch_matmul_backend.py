"""The operator without FFT: one matrix product, for small images."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..utils import output_shape
from .numpy_backend import NumpyBackend2D
from .torch_backend import TorchBackend2D


class TorchMatmulBackend2D(TorchBackend2D):
    """Padding, filtering, subsampling and cropping as one dense matrix.

    They are linear maps, so their composition is the matrix of their values on the unit images.
    For images of a few hundred pixels: its size grows as the square of their number.
    """

    name = "torch_matmul"

    @staticmethod
    def tables(
        phi: NDArray[Any], psi: NDArray[Any], pad: Any, stride: int
    ) -> dict[str, NDArray[Any]]:
        """Return the filters, and the matrices that planes are multiplied by."""
        M, N = pad.input_size
        images = np.eye(M * N, dtype=phi.dtype).reshape(M * N, M, N)
        numpy_pad = NumpyBackend2D.Pad(pad.pad_size, pad.input_size)
        low, high = NumpyBackend2D.wavelets(images, numpy_pad, phi, psi, stride)
        re, im = (part.reshape(M * N, -1) for part in (high.real, high.imag))
        return {
            "phi": phi,
            "psi": psi,
            "phi_matrix": np.ascontiguousarray(low.reshape(M * N, -1)),
            "psi_matrix": np.block([[re, im], [-im, re]]),
        }

    @classmethod
    def wavelets(
        cls, x: Tensor, pad: Any, tables: dict[str, Tensor], stride: int
    ) -> tuple[Tensor, Tensor]:
        """Filter planes ``(n, c, M, N)``: low ``(n, c, M', N')``, high ``(n, 2, L, M', N')``."""
        if x.dtype == torch.float64:  # the matrices are rounded to single precision
            return super().wavelets(x, pad, tables, stride)
        n, c, M, N = x.shape
        M_p, N_p = tables["phi"].shape
        size = output_shape((M_p, N_p), stride)
        x = x.flatten(2)
        low = x @ tables["phi_matrix"]
        # A real image needs the upper half of the matrix of complex ones.
        high = x.flatten(1) @ tables["psi_matrix"][: c * M * N]
        return low.view(n, c, *size), high.view(n, 2, -1, *size)


backend = TorchMatmulBackend2D
