"""What the frontends share: arguments, sizes, filters and the map of the output channels."""

import importlib
from collections.abc import Sequence
from typing import Any

from kymatio.frontend.base_frontend import ScatteringBase

from ..filter_bank import angles, check_bank, filter_bank
from ..utils import Geometry, check_shape, padded_shape

OUT_TYPES = ("array", "list")


class PhaseCollapseBase2D(ScatteringBase):
    """Kymatio's life cycle for the one-scale operator: `build`, then `create_filters`."""

    frontend_name: str
    phi: Any
    psi: Any
    backends: tuple[str, ...]

    def __init__(
        self,
        shape: Sequence[int],
        L: int,
        bank: str,
        full_circle: bool,
        pre_pad: bool,
        backend: Any,
        out_type: str,
    ) -> None:
        self.shape = check_shape(shape)
        check_bank(bank, L, full_circle)
        if out_type not in OUT_TYPES:
            raise ValueError(f"expected out_type to be 'array' or 'list', got {out_type!r}")
        self.L = L
        self.bank = bank
        self.stride = 1 if bank == "half_octave_first" else 2
        self.full_circle = full_circle
        self.pre_pad = pre_pad
        self.out_type = out_type
        self.backend = backend

    def _instantiate_backend(self, import_string: str) -> None:
        """Import the backend if it is given by its name."""
        if isinstance(self.backend, str):
            if self.backend not in self.backends:
                raise ValueError(
                    f"expected backend to be one of {', '.join(self.backends)}, "
                    f"got {self.backend!r}"
                )
            self.backend = importlib.import_module(f"{import_string}{self.backend}_backend").backend
        elif getattr(self.backend, "name", None) not in self.backends:
            raise ValueError(
                f"expected a backend of the frontend {self.frontend_name!r} "
                f"({', '.join(self.backends)}), got {self.backend!r}"
            )

    def build(self) -> None:
        """Set the sizes."""
        self.padded_shape = padded_shape(self.shape)
        self.input_shape = self.padded_shape if self.pre_pad else self.shape
        self.geometry = Geometry(self.input_shape, self.padded_shape, self.stride)
        self.output_shape = self.geometry.output

    def create_filters(self) -> None:
        """Build the filters ``phi`` and ``psi``."""
        self.phi, self.psi = filter_bank(
            *self.padded_shape, self.L, bank=self.bank, full_circle=self.full_circle
        )

    def check_spatial_shape(self, shape: tuple[int, ...]) -> None:
        """Refuse images of another size.

        Raises
        ------
        ValueError
            If the last two sizes are not those of the images that the operator is built for.
        """
        if tuple(shape[-2:]) != self.input_shape:
            M, N = self.input_shape
            padded = "padded " if self.pre_pad else ""
            raise ValueError(
                f"expected {padded}images of shape (..., {M}, {N}), got {tuple(shape)}"
            )

    def meta(self) -> list[dict[str, Any]]:
        """Tell which output channel is which.

        Returns
        -------
        list of dict
            One entry an output channel, in order, with Kymatio's keys ``j`` (scale), ``n``
            (index of the wavelet) and ``theta`` (index of the angle), all empty for the
            low-pass channel, and ``filter`` (``"phi"`` or ``"psi"``), ``angle`` (radians,
            None for phi) and ``modulus`` (whether the phase is collapsed).
        """
        low: dict[str, Any] = {"j": (), "n": (), "theta": ()}
        meta = [{**low, "filter": "phi", "angle": None, "modulus": False}]
        for n, angle in enumerate(angles(self.L, self.full_circle).tolist()):
            path = {"j": (0,), "n": (n,), "theta": (n,)}
            meta.append({**path, "filter": "psi", "angle": angle, "modulus": True})
        return meta

    def _collapsed_list(self, phi: Any, modulus: Any) -> list[dict[str, Any]]:
        """Return one dictionary a channel: Kymatio's ``out_type="list"``."""
        coefficients = [phi, *(modulus[..., n, :, :] for n in range(self.L))]
        keys = ("j", "n", "theta")
        return [
            {"coef": coefficient, **{key: meta[key] for key in keys}}
            for coefficient, meta in zip(coefficients, self.meta(), strict=True)
        ]

    def _repr_arguments(self) -> str:
        M, N = self.input_shape
        circle = ", full_circle=True" if self.full_circle else ""
        return (
            f"{M}x{N} -> {self.output_shape[0]}x{self.output_shape[1]}, L={self.L}, "
            f"bank={self.bank!r}{circle}, backend={self.backend.name!r}"
        )
