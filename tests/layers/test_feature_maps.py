"""Gathering maps equals concatenating them and their moduli, as does its gradient."""

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from kymatio_learned.layers.feature_maps import FeatureMaps, gather

from ..assertions import assert_close

# For each sequence of maps: the parts p, filters l, input channels C, whether kept and collapsed.
CASES: dict[str, list[tuple[int, int, int, bool, bool]]] = {
    "kept": [(2, 1, 3, True, False), (1, 1, 2, True, False)],
    "kept, real first": [(1, 1, 2, True, False), (2, 3, 1, True, False)],
    "collapsed": [(2, 2, 3, False, True), (1, 2, 2, False, True)],
    "plain": [
        (2, 1, 2, True, False),
        (2, 3, 2, False, True),
        (2, 3, 1, False, True),
        (1, 1, 1, True, False),
    ],
    "skip": [
        (2, 1, 2, True, True),
        (2, 2, 2, True, True),
        (2, 1, 3, True, True),
        (1, 1, 3, True, True),
    ],
    "only real": [(1, 1, 3, True, True), (1, 2, 2, True, True)],
    "each in its own way": [(2, 1, 2, True, True), (2, 2, 2, False, True), (2, 1, 1, True, False)],
}


def draw(case: str, dtype: torch.dtype = torch.float64) -> list[FeatureMaps]:
    return [
        FeatureMaps(torch.randn(3, 2, 4, p, n_filters, C, dtype=dtype), keep, collapse)
        for p, n_filters, C, keep, collapse in CASES[case]
    ]


def image_after_image(features: Sequence[FeatureMaps]) -> list[FeatureMaps]:
    """Return the same maps in the order of memory in which Fourier transforms give them."""
    return [
        FeatureMaps(f.maps.permute(0, 3, 4, 5, 1, 2).contiguous().permute(0, 4, 5, 1, 2, 3), *f[1:])
        for f in features
    ]


def concatenated(features: Sequence[FeatureMaps]) -> Tensor:
    """Gather by definition: [re | real | moduli | im]."""
    kept = [f for f in features if f.keep]
    pieces = [f.maps[:, :, :, 0] for f in kept if f.is_complex]
    pieces += [f.maps[:, :, :, 0] for f in kept if not f.is_complex]
    pieces += [f.maps.square().sum(3).sqrt() for f in features if f.collapse]
    pieces += [f.maps[:, :, :, 1] for f in kept if f.is_complex]
    return torch.cat([piece.flatten(3) for piece in pieces], 3)


def gradients(y: Tensor, features: Sequence[FeatureMaps], grad: Tensor) -> tuple[Tensor, ...]:
    return torch.autograd.grad(y, [f.maps for f in features], grad.to(y.dtype))


@pytest.mark.parametrize("case", CASES)
def test_value_and_gradient(case: str) -> None:
    features = draw(case)
    for f in features:
        f.maps.requires_grad_()
    y, expected = gather(features, torch.float64), concatenated(features)
    assert y.is_contiguous()
    assert_close(y, expected, 1e-15)
    grad = torch.randn_like(y)
    actual = gradients(y, features, grad)
    for a, b in zip(actual, gradients(expected, features, grad), strict=True):
        assert_close(a, b, 1e-14)


@pytest.mark.parametrize("arrange", [list, image_after_image])
def test_large_maps_are_collapsed_a_few_images_at_a_time(
    arrange: Callable[[list[FeatureMaps]], list[FeatureMaps]],
) -> None:
    # Two MB an image: each is a block of its own.
    maps = [torch.randn(3, 2, 4, 2, 4, 4000, dtype=torch.float64) for _ in range(2)]
    features = arrange([FeatureMaps(maps[0], False, True), FeatureMaps(maps[1], True, True)])
    for f in features:
        f.maps.requires_grad_()
    y, expected = gather(features, torch.float64), concatenated(features)
    assert_close(y, expected, 1e-15)
    grad = torch.randn_like(y)
    pairs = zip(gradients(y, features, grad), gradients(expected, features, grad), strict=True)
    for actual, b in pairs:
        assert_close(actual, b, 1e-14)


@pytest.mark.parametrize("case", CASES)
def test_gradients_equal_finite_differences(case: str) -> None:
    features = draw(case)
    flags = [f[1:] for f in features]

    def function(*maps: Tensor) -> Tensor:
        return gather([FeatureMaps(m, *f) for m, f in zip(maps, flags, strict=True)], maps[0].dtype)

    assert gradcheck(function, [f.maps[:1, :1, :2].clone().requires_grad_() for f in features])


@pytest.mark.parametrize("case", CASES)
def test_strides_do_not_matter(case: str) -> None:
    # Maps are views, as in a layer, and gradients may be.
    features = draw(case)
    views = image_after_image(features)
    for f in [*features, *views]:
        f.maps.requires_grad_()
    y, of_views = gather(features, torch.float64), gather(views, torch.float64)
    assert torch.equal(y, of_views)
    grad = torch.randn(y.shape[0], *y.shape[:0:-1], dtype=y.dtype).permute(0, 3, 2, 1)
    pairs = zip(gradients(of_views, views, grad), gradients(y, features, grad), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("arrange", [list, image_after_image])
def test_gradients_lie_as_collapsed_maps_do(
    arrange: Callable[[list[FeatureMaps]], list[FeatureMaps]],
) -> None:
    # So the adjoint of the operator reads them in the order in which the operator wrote the maps.
    features = arrange(draw("collapsed"))
    for f in features:
        f.maps.requires_grad_()
    y = gather(features, torch.float64)
    for gradient, f in zip(gradients(y, features, y.detach()), features, strict=True):
        assert gradient.stride() == f.maps.stride()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_zero_maps_have_moduli_of_gradient_zero(dtype: torch.dtype) -> None:
    features = [
        FeatureMaps(torch.zeros(2, 3, 3, p, 2, 2, requires_grad=True), keep=False, collapse=True)
        for p in (1, 2)
    ]
    y = gather(features, dtype)
    assert not y.any()
    for gradient in gradients(y, features, torch.ones_like(y)):
        assert torch.equal(gradient, torch.zeros_like(gradient))


def test_kept_zero_maps_have_the_gradient_of_the_kept_ones() -> None:
    maps = torch.zeros(2, 3, 3, 2, 2, 2, requires_grad=True)
    y = gather([FeatureMaps(maps, keep=True, collapse=True)], torch.float32)
    (gradient,) = torch.autograd.grad(y.sum(), maps)
    assert torch.equal(gradient, torch.ones_like(maps))


@pytest.mark.parametrize("case", CASES)
def test_half_precision(case: str) -> None:
    features = draw(case, torch.float32)
    for f in features:
        f.maps.requires_grad_()
    y, expected = gather(features, torch.bfloat16), concatenated(features)
    assert y.dtype == torch.bfloat16
    # Moduli are computed in float32, and rounded once.
    assert_close(y.float(), expected.bfloat16().float(), 1e-4)
    grad = torch.randn_like(y)
    actual = gradients(y, features, grad)
    for a, b in zip(actual, gradients(expected, features, grad), strict=True):
        assert a.dtype == torch.float32
        assert_close(a, b, 1e-2)
