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
        self._tensors: list[weakref.ref[Tensor]] = []

    def get(self, compute: Callable[[], T], tensors: Sequence[Tensor], dtype: torch.dtype) -> T:
        """Return ``compute()``, which depends on these tensors and on the precision alone."""
        if torch.compiler.is_compiling() or any(t.is_inference() for t in tensors):
            return compute()
        # References, since another tensor may have the address of one that was freed.
        kept = [ref() for ref in self._tensors]
        same = len(kept) == len(tensors) and all(a is b for a, b in zip(kept, tensors, strict=True))
        key = (dtype, *((t._version, t.data_ptr()) for t in tensors))
        if self._value is None or not same or key != self._key:
            self._value, self._key = compute(), key
            self._tensors = [weakref.ref(t) for t in tensors]
        return self._value

    def clear(self) -> None:
        """Forget the value."""
        self._value, self._key, self._tensors = None, (), []

    def __reduce__(self) -> tuple[object, ...]:
        return FoldCache, ()
