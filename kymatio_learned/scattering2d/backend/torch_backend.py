"""Kymatio's PyTorch backend, with the operator through the Fourier domain."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import torch
from kymatio.scattering2d.backend.torch_backend import TorchBackend2D as KymatioTorchBackend2D
from numpy.typing import NDArray
from torch import Tensor

from ..utils import Geometry
from . import fourier
from .grid import on_fast_grid
from .linear_map import LinearMap, Map


class Modulus(torch.autograd.Function):
    """The modulus of real and imaginary parts along an axis, with gradient 0 at 0."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, dim: int) -> Tensor:
        """Return the modulus."""
        re, im = z.unbind(dim)
        modulus = torch.addcmul(re * re, im, im).sqrt_()
        ctx.save_for_backward(z, modulus)
        ctx.dim = dim
        return modulus

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        """Return the gradient, ``grad * z / modulus``."""
        z, modulus = ctx.saved_tensors
        slope = torch.where(modulus > 0, grad / modulus, 0)
        return slope.unsqueeze(ctx.dim) * z, None


class TorchBackend2D(KymatioTorchBackend2D):
    """The operations of the operator on tensors.

    Images come in and features leave as real planes, with the channels last:
    ``(B, M, N, p, C)``, where ``p`` is 1 for real images, and 2 for the real and imaginary parts
    of complex ones.
    """

    @staticmethod
    def modulus(z: Tensor, dim: int) -> Tensor:
        """Return the modulus of real and imaginary parts along an axis, with gradient 0 at 0."""
        return Modulus.apply(z, dim)

    @staticmethod
    def tables(phi: NDArray[Any], psi: NDArray[Any], geometry: Geometry) -> dict[str, NDArray[Any]]:
        """Return the arrays that `wavelets` reads, by name."""
        filters = torch.from_numpy(on_fast_grid(np.concatenate([phi[None], psi]), geometry))
        filters = fourier.paired(filters, geometry.stride)
        return {"phi": phi, "psi": psi, "filters": filters.numpy()}

    @classmethod
    def wavelets(
        cls, x: Tensor, tables: Mapping[str, Tensor], geometry: Geometry
    ) -> tuple[Tensor, list[Tensor]]:
        """Filter planes ``(B, M, N, p, C)``.

        The results are ``(B, M', N', p, C)`` for the low-pass filter, and a list of tensors
        ``(B, M', N', 2, l, C)`` for the wavelets, of `l` angles each, in order.
        """
        low, *highs = LinearMap.apply(*cls.maps(x.dtype, tables, geometry), x)
        return low, highs

    @classmethod
    def collapse(
        cls, x: Tensor, tables: Mapping[str, Tensor], geometry: Geometry
    ) -> tuple[Tensor, Tensor]:
        """Filter planes ``(B, M, N, p, C)``, and take moduli, ``(B, M', N', L, C)``."""
        low, highs = cls.wavelets(x, tables, geometry)
        moduli = [cls.modulus(high, 3) for high in highs]
        return low, moduli[0] if len(moduli) == 1 else torch.cat(moduli, 3)

    @classmethod
    def fuses_modulus(cls, x: Tensor) -> bool:
        """Tell whether `collapse` is faster than what it consists of."""
        return False

    @classmethod
    def maps(
        cls, dtype: torch.dtype, tables: Mapping[str, Tensor], geometry: Geometry
    ) -> tuple[Map, Map]:
        """Return the linear map and its adjoint, exact to rounding in double precision."""
        if dtype == torch.float64:  # on a larger grid filters are equal in single precision only
            filters = torch.cat([tables["phi"][None], tables["psi"]])
            filters = fourier.paired(filters, geometry.stride)
        else:
            filters = tables["filters"]
        keywords: dict[str, Any] = {"filters": filters, "geometry": geometry}
        return partial(fourier.analysis, **keywords), partial(fourier.synthesis, **keywords)


backend = TorchBackend2D
