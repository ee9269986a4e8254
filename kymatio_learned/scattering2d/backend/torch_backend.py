"""Kymatio's PyTorch backend, extended to complex images and to banks of filters."""

from typing import Any

import torch
from kymatio.scattering2d.backend.torch_backend import TorchBackend2D as KymatioTorchBackend2D
from numpy.typing import NDArray
from torch import Tensor

from ..core.phase_collapse2d import wavelets2d
from ..utils import cropping


class Modulus(torch.autograd.Function):
    """The modulus of a pair of real tensors, with gradient 0 at 0."""

    @staticmethod
    def forward(ctx: Any, re: Tensor, im: Tensor) -> Tensor:
        """Return the modulus."""
        modulus = torch.addcmul(re * re, im, im).sqrt_()
        ctx.save_for_backward(re, im, modulus)
        return modulus

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients, ``grad * re / modulus`` and ``grad * im / modulus``."""
        re, im, modulus = ctx.saved_tensors
        slope = torch.where(modulus > 0, grad / modulus, 0)
        return slope * re, slope * im


class TorchBackend2D(KymatioTorchBackend2D):
    """The operations of the operator on tensors.

    As in Kymatio, a last axis of size 1 or 2 holds the real or complex numbers; images come
    in and features leave as real planes, ``(n, 1, M, N)`` or ``(n, 2, M, N)``.
    """

    class Pad(KymatioTorchBackend2D.Pad):
        """Reflection padding of planes ``(n, c, M, N)``, to Kymatio's ``(n, M_p, N_p, c)``."""

        def __call__(self, x: Tensor) -> Tensor:
            """Pad the planes."""
            return super().__call__(x)[..., 0].movedim(1, -1).contiguous()

    @classmethod
    def is_complex(cls, x: Tensor) -> bool:
        """Tell complex images ``(..., 2)`` from real ones ``(..., 1)``."""
        return x.shape[-1] == 2

    @classmethod
    def fft(cls, x: Tensor) -> Tensor:
        """Transform real or complex images ``(..., M, N, c)``."""
        images = torch.view_as_complex(x) if cls.is_complex(x) else x[..., 0]
        return torch.view_as_real(torch.fft.fft2(images))

    @staticmethod
    def filter(x: Tensor, filters: Tensor) -> Tensor:
        """Multiply ``(n, M, N, 2)`` by each real filter ``(K, M, N)``, to ``(n, K, M, N, 2)``."""
        return x[:, None] * filters[..., None]

    @staticmethod
    def unpad(x: Tensor, stride: int) -> Tensor:
        """Crop ``(..., M, N, c)`` to the support of the unpadded image."""
        crop = cropping(stride)
        return x[..., crop:-crop, crop:-crop, :]

    @staticmethod
    def modulus(re: Tensor, im: Tensor) -> Tensor:
        r"""Return :math:`\sqrt{re^2 + im^2}`, with gradient 0 at 0."""
        return Modulus.apply(re, im)

    @staticmethod
    def tables(
        phi: NDArray[Any], psi: NDArray[Any], pad: Any, stride: int
    ) -> dict[str, NDArray[Any]]:
        """Return the arrays that `wavelets` reads, by name."""
        return {"phi": phi, "psi": psi}

    @classmethod
    def wavelets(
        cls, x: Tensor, pad: Any, tables: dict[str, Tensor], stride: int
    ) -> tuple[Tensor, Tensor]:
        """Filter planes ``(n, c, M, N)``: low ``(n, c, M', N')``, high ``(n, 2, L, M', N')``."""
        low, high = wavelets2d(
            x, pad=pad, backend=cls, phi=tables["phi"], psi=tables["psi"], stride=stride
        )
        return low[:, 0].movedim(-1, 1), high.movedim(-1, 1)


backend = TorchBackend2D
