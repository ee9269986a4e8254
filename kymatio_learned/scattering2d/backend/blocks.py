"""How a processor's caches are used well."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

_BLOCK_BYTES = 2_000_000


def blocks(
    x: Tensor, B: int, C: int, nbytes: int, block_bytes: int = _BLOCK_BYTES
) -> Iterator[tuple[slice, slice]]:
    """Split `B` batches of `C` images into blocks, where each image takes `nbytes` of work.

    On a device with its own memory, and in compiled code, there is one block.
    """
    count = max(1, block_bytes // max(1, nbytes))  # no bytes: an empty batch
    if x.device.type != "cpu" or torch.compiler.is_compiling():
        count = B * C
    batches = max(1, count // C)
    for b in range(0, B, batches):
        for c in range(0, C, count):
            yield slice(b, b + batches), slice(c, c + count)


def write(out: Tensor, operation: Callable[..., Tensor], *args: Tensor) -> Tensor:
    """Write what an operation returns to a view, at once but where compilers cannot trace this."""
    if torch.compiler.is_compiling():
        return out.copy_(operation(*args))
    return operation(*args, out=out)


def transposed(x: Tensor) -> Tensor:
    """Transpose matrices ``(B, m, n)``, to contiguous ones."""
    if x.device.type != "cpu" or torch.compiler.is_compiling():
        return x.mT.contiguous()
    y = x.new_empty(len(x), x.shape[2], x.shape[1])
    # PyTorch goes block by block through one matrix, but not through a batch of them.
    for source, target in zip(x, y, strict=True):
        target.copy_(source.mT)
    return y
