"""From the maps of the operator to the matrix of features that is standardized and mixed."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..scattering2d.backend.blocks import blocks, transposed, write


class FeatureMaps(NamedTuple):
    """Maps of `l` filters applied to `C` input channels, and what becomes of them.

    `maps` is ``(B, M, N, p, l, C)``, with ``p = 2`` for complex maps, real and imaginary parts,
    and 1 for real ones. They are features themselves if `keep`, and their moduli if `collapse`.
    """

    maps: Tensor
    keep: bool = True
    collapse: bool = False

    @property
    def is_complex(self) -> bool:
        """Whether the maps are complex."""
        return self.maps.shape[3] == 2

    @property
    def n_channels(self) -> int:
        """Number of maps."""
        return self.maps.shape[4] * self.maps.shape[5]


def gather(features: Sequence[FeatureMaps], dtype: torch.dtype) -> Tensor:
    """Return ``(B, M, N, R)``: real parts of complex channels, real channels, imaginary parts.

    The order of the channels is that of `features`, the kept ones before the moduli, and within
    one the filter is slow and the input channel fast.
    """
    flags = tuple((feature.keep, feature.collapse) for feature in features)
    gathered: Tensor = _Gather.apply((flags, dtype), *(feature.maps for feature in features))
    return gathered


class _Gather(torch.autograd.Function):
    """See `gather`. The moduli have gradient 0 at 0."""

    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> Tensor:
        # Not forward(ctx, flags, dtype, *maps): torch.compile would leave `ctx` out, if there are
        # two maps, since then it takes the number of arguments for that of the parameters.
        (flags, dtype), *maps = arguments
        features = [FeatureMaps(m, *flag) for m, flag in zip(maps, flags, strict=True)]
        kept = [f for f in features if f.keep]
        n_complex = sum(f.n_channels for f in kept if f.is_complex)
        n_channels = sum(f.n_channels for f in kept) + sum(
            f.n_channels for f in features if f.collapse
        )
        y = maps[0].new_empty(*maps[0].shape[:3], n_channels + n_complex, dtype=dtype)
        for places, f in zip(_places(y, features), features, strict=True):
            for part, plane in zip(places.kept, f.maps.unbind(3), strict=False):
                part.copy_(plane)
            if places.moduli is not None:
                for batch in _batches(f.maps):
                    squares = _squares(f.maps[batch].unbind(3))
                    places.moduli[batch].copy_(squares.sqrt_())
        ctx.flags = flags
        ctx.shapes = [m.shape for m in maps]
        # What is kept is among the features, which are needed anyway.
        ctx.save_for_backward(y, *(m for m, (keep, _) in zip(maps, flags, strict=True) if not keep))
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        y, *maps = ctx.saved_tensors
        grad = grad.contiguous()
        features = [
            FeatureMaps(y.new_empty(shape, device="meta"), *flag)
            for shape, flag in zip(ctx.shapes, ctx.flags, strict=True)
        ]
        dtype = torch.promote_types(y.dtype, torch.float32)
        grads: list[Tensor | None] = [None]
        for f, values, places in zip(
            features, _places(y, features), _places(grad, features), strict=True
        ):
            if values.moduli is None or places.moduli is None:
                grads.append(torch.stack(places.kept, 3).to(dtype))
                continue
            if f.keep:
                z, out = values.kept, y.new_empty(f.maps.shape, dtype=dtype)
            else:
                z, out = maps[0].unbind(3), torch.empty_like(maps.pop(0))
            _collapse_gradient(out, z, values.moduli, places.moduli, places.kept)
            grads.append(out)
        return tuple(grads)


class _Places(NamedTuple):
    kept: list[Tensor]  # real and imaginary parts, (B, M, N, l, C), if the maps are features
    moduli: Tensor | None  # (B, M, N, l, C)


def _places(y: Tensor, features: Sequence[FeatureMaps]) -> Iterator[_Places]:
    """View the features, or their gradient, as what they are gathered from."""
    kept = [f for f in features if f.keep]
    n_complex = sum(f.n_channels for f in kept if f.is_complex)
    first_modulus = sum(f.n_channels for f in kept)
    to_im = y.shape[3] - n_complex  # from the real part of a channel to its imaginary part
    start = {True: 0, False: n_complex}
    for f in features:
        n, shape = f.n_channels, f.maps.shape[4:]
        parts, moduli = [], None
        if f.keep:
            first = start[f.is_complex]
            for part in (first, first + to_im)[: f.maps.shape[3]]:
                parts.append(y[..., part : part + n].unflatten(-1, shape))
            start[f.is_complex] += n
        if f.collapse:
            moduli = y[..., first_modulus : first_modulus + n].unflatten(-1, shape)
            first_modulus += n
        yield _Places(parts, moduli)


def _collapse_gradient(
    out: Tensor, z: Sequence[Tensor], moduli: Tensor, grad: Tensor, kept: Sequence[Tensor]
) -> None:
    """Write the gradient of maps.

    It is made of the gradient of their moduli, and of their own if they are kept.
    """
    for batch in _batches(out):
        slope = _slope(moduli[batch], grad[batch], out)
        for i, part in enumerate(z):
            place = write(out[batch, :, :, i], torch.mul, part[batch], slope)
            if kept:
                place += kept[i][batch]


def _slope(moduli: Tensor, grad: Tensor, like: Tensor) -> Tensor:
    """Divide the gradient of moduli by them, in the order of memory and the dtype of maps."""
    least = torch.finfo(like.dtype).tiny ** 0.5  # below it squares vanish
    slope = moduli.to(like.dtype).clamp_min(least)
    torch.div(grad, slope, out=slope)
    if like.stride(-1) > 1:  # one image after the other: brought to that order once
        shape = slope.permute(0, 3, 4, 1, 2).shape
        slope = transposed(slope.flatten(1, 2).flatten(2)).view(shape).permute(0, 3, 4, 1, 2)
    return slope


def _batches(maps: Tensor) -> list[slice]:
    """Split the images, by the size of their maps."""
    return [batch for batch, _ in blocks(maps, len(maps), 1, maps[:1].nbytes)]


def _squares(z: Sequence[Tensor]) -> Tensor:
    """Return the squared modulus of real and imaginary parts, or of real numbers."""
    re, *im = z
    squares = re * re
    return squares.addcmul_(im[0], im[0]) if im else squares
