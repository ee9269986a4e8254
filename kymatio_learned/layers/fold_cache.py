"""What follows from tensors that rarely change, computed again only when they did."""

import weakref
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import torch
from torch import Tensor

T = TypeVar("T")


class FoldCache(Generic[T]):
    """Keep one value, as long as it is asked for in the same way, with the same tensors, unchanged.

    Copies and pickles of a cache are empty.
    """

    def __init__(self) -> None:
        self._value: T | None = None
        self._key: tuple[object, ...] = ()

    def get(self, compute: Callable[[], T], tensors: Sequence[Tensor], dtype: torch.dtype) -> T:
        """Return ``compute()``, which depends on these tensors and on the precision alone."""
        if torch.compiler.is_compiling() or any(t.is_inference() for t in tensors):
            return compute()
        key = (dtype, *((weakref.ref(t), t._version, t.data_ptr()) for t in tensors))
        if self._value is None or key != self._key:
            self._value, self._key = compute(), key
        return self._value

    def clear(self) -> None:
        """Forget the value."""
        self._value, self._key = None, ()

    def __reduce__(self) -> tuple[object, ...]:
        return FoldCache, ()
