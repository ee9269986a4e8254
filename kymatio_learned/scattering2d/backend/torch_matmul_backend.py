"""The operator without FFT, as matrix products."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from ..utils import Geometry
from . import products
from .cost import dense_cost, separable_cost
from .linear_map import Map
from .torch_backend import TorchBackend2D


class TorchMatmulBackend2D(TorchBackend2D):
    """Padding, filtering, subsampling and cropping as one dense matrix, or one along each axis.

    The matrices are rounded to single precision: images in double precision go through the
    Fourier domain.
    """

    name = "torch_matmul"

    @staticmethod
    def tables(phi: NDArray[Any], psi: NDArray[Any], geometry: Geometry) -> dict[str, NDArray[Any]]:
        """Return the filters, and the matrices that planes are multiplied by."""
        ranks = products.ranks(psi)
        dense = dense_cost(len(psi), geometry) <= separable_cost(ranks, geometry)
        build = products.dense_tables if dense else products.separable_tables
        return {"phi": phi, "psi": psi, **build(phi, psi, geometry)}

    @classmethod
    def maps(
        cls, dtype: torch.dtype, tables: Mapping[str, Tensor], geometry: Geometry
    ) -> tuple[Map, Map]:
        """Return the linear map and its adjoint."""
        if dtype == torch.float64:
            return super().maps(dtype, tables, geometry)
        keywords: dict[str, Any] = {"tables": tables, "geometry": geometry}
        apply: Map = products.separable_analysis
        adjoint: Map = products.separable_synthesis
        if "real_matrix" in tables:
            apply, adjoint = products.dense_analysis, products.dense_synthesis
        return partial(apply, **keywords), partial(adjoint, **keywords)


backend = TorchMatmulBackend2D
