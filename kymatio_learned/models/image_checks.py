"""What networks check about their images and the sizes of their layers."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ..scattering2d.utils import check_integer, check_shape


def check_images(J: int, shape: Sequence[int]) -> tuple[int, int]:
    """Return the image size, if it is at least ``2^J``.

    Raises
    ------
    ValueError, TypeError
        If it is smaller, or if an argument is not an integer.
    """
    check_integer("J", J, least=1)
    M, N = check_shape(shape)
    if min(M, N) < 2**J:
        raise ValueError(f"expected images of at least {2**J}x{2**J} for J={J}, got {M}x{N}")
    return M, N


def check_lengths(n_layers: int, channels: Sequence[int], widths: Sequence[int] | None) -> None:
    """Refuse numbers of channels or widths that are not one positive integer a layer.

    Raises
    ------
    ValueError, TypeError
        With what was expected.
    """
    for name, values in (("channels", channels), ("widths", widths)):
        if values is None:
            continue
        if len(values) != n_layers:
            raise ValueError(f"expected {n_layers} {name}, one a layer, got {len(values)}")
        for index, value in enumerate(values):
            check_integer(f"{name}[{index}]", value, least=1)


def check_batch(x: Tensor, C: int, shape: tuple[int, int], dtype: torch.dtype) -> None:
    """Refuse anything but a batch of real images of the network's size and precision.

    Raises
    ------
    ValueError, TypeError
        With what was expected.
    """
    if not torch.is_tensor(x):
        raise TypeError(f"expected a tensor, got {type(x).__name__}")
    if x.dim() != 4 or tuple(x.shape[1:]) != (C, *shape):
        M, N = shape
        raise ValueError(f"expected images of shape (B, {C}, {M}, {N}), got {tuple(x.shape)}")
    if not x.is_floating_point():
        raise TypeError(f"expected a real floating-point tensor, got {x.dtype}")
    if x.dtype != dtype and x.element_size() > 2:  # half precision is autocast's
        raise TypeError(f"expected images of the network's dtype {dtype}, got {x.dtype}")
