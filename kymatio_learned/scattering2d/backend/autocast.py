"""Automatic mixed precision: where it applies, and where it does not."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor


def without_autocast(x: Tensor) -> AbstractContextManager[Any]:
    """Return a context in which operations keep the precision of their arguments."""
    device = x.device.type
    if not torch.amp.is_autocast_available(device):
        return nullcontext()
    return torch.autocast(device, enabled=False)


def product_dtype(x: Tensor) -> torch.dtype:
    """Return the precision of matrix products: autocast's if it is enabled, else single or more."""
    device = x.device.type
    if torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device):
        return torch.get_autocast_dtype(device)
    return torch.promote_types(x.dtype, torch.float32)
