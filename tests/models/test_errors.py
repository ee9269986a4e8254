"""A network refuses arguments and images that do not fit, before any work, and says why."""

from typing import Any

import pytest
import torch

from kymatio_learned.layers import ChannelLayout
from kymatio_learned.layers.nonlinearity import NONLINEARITIES
from kymatio_learned.models import LearnedScattering2D, learned_scattering_small

ARGUMENTS: dict[str, Any] = {
    "J": 2,
    "shape": (16, 16),
    "L": 4,
    "channels": (3, 4, 5, 6),
    "n_classes": 10,
}
ERRORS: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"channels": (3, 4, 5)}, ValueError, r"4 channels for J=2 .* \(or 5, .*\), got 3"),
    ({"channels": (3,) * 6}, ValueError, r"4 channels for J=2 .* \(or 5, .*\), got 6"),
    ({"channels": (3, 4, 5, 6), "octave_layers": 2}, ValueError, "expected 2 channels .* got 4"),
    ({"J": 0, "channels": ()}, ValueError, r"\(or 1, for .* not subsample\), got 0"),
    ({"channels": (3, 4, 5, 0)}, ValueError, r"channels\[3\] to be at least 1, got 0"),
    ({"channels": (3, 4, 5.5, 6)}, TypeError, r"channels\[2\] to be an integer, got 5.5"),
    ({"J": -1}, ValueError, "J to be at least 0, got -1"),
    (
        {"octave_layers": 3},
        ValueError,
        "octave_layers to be at most J, got octave_layers=3 and J=2",
    ),
    ({"J": 2.0}, TypeError, "J to be an integer, got 2.0"),
    ({"octave_layers": True}, TypeError, "octave_layers to be an integer, got True"),
    ({"shape": (16, 3)}, ValueError, "at least 4x4 for 4 layers that subsample 2 times, got 16x3"),
    ({"shape": (16, 1)}, ValueError, r"at least 2 x 2 pixels, got shape=\(16, 1\)"),
    ({"shape": 16}, TypeError, r"pair of integers \(M, N\), got 16"),
    ({"L": 0}, ValueError, "L to be at least 1, got 0"),
    ({"L": 2}, ValueError, "L >= 3 for bank 'half_octave_second' .* got L=2"),
    ({"L": 4, "full_circle": True}, ValueError, "L >= 5 for bank 'half_octave_second' .* got L=4"),
    ({"nonlinearity": "relu"}, ValueError, f"one of {', '.join(NONLINEARITIES)}, got 'relu'"),
    ({"bias": 0.1}, ValueError, "no bias for nonlinearity 'modulus', got bias=0.1"),
    ({"nonlinearity": "tanh", "gain": 2.0}, ValueError, "no gain for nonlinearity 'tanh'"),
    ({"avg_pool": "local"}, ValueError, "'global', a positive integer or None, got 'local'"),
    ({"avg_pool": 5}, ValueError, "feature maps' side, got avg_pool=5 for 4x4"),
    ({"backend": "numpy"}, ValueError, "one of torch, torch_matmul, torch_triton, got 'numpy'"),
    ({"n_classes": 0}, ValueError, "n_classes to be at least 1, got 0"),
    ({"n_classes": 2.5}, TypeError, "n_classes to be an integer, got 2.5"),
    ({"in_channels": 0}, ValueError, "in_channels to be at least 1, got 0"),
    ({"in_channels": 3.0}, TypeError, "in_channels to be an integer, got 3.0"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), ERRORS, ids=[str(e[0]) for e in ERRORS])
def test_constructor_refuses(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        LearnedScattering2D(**(ARGUMENTS | arguments))


def test_preset_refuses_an_argument_that_no_network_has() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'depth'"):
        learned_scattering_small(depth=3)


@pytest.mark.parametrize(
    ("shape", "channels"), [((2, 2), (3, 4)), ((4, 5), (3, 4, 5)), ((4, 4), (3, 4, 5, 6))]
)
def test_smallest_images_are_accepted(shape: tuple[int, int], channels: tuple[int, ...]) -> None:
    # One pixel less, the constructor refuses: see above.
    net = LearnedScattering2D(J=len(channels) // 2, shape=shape, L=3, channels=channels)
    assert net(torch.randn(2, 3, *shape)).shape == (2, channels[-1], *net.output_shape)


@pytest.mark.parametrize("method", ["__call__", "layer_outputs"])
@pytest.mark.parametrize(
    "shape", [(2, 3, 16, 15), (2, 3, 32, 32), (2, 1, 16, 16), (3, 16, 16), (2, 2, 3, 16, 16), ()]
)
def test_images_of_another_shape_are_refused(method: str, shape: tuple[int, ...]) -> None:
    net = LearnedScattering2D(**ARGUMENTS)
    received = str(shape).replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(ValueError, match=rf"of shape \(B, 3, 16, 16\), got {received}"):
        getattr(net, method)(torch.zeros(shape))


@pytest.mark.parametrize("dtype", [torch.int64, torch.uint8, torch.bool], ids=str)
def test_integer_images_are_refused(dtype: torch.dtype) -> None:
    net = LearnedScattering2D(**ARGUMENTS)
    with pytest.raises(TypeError, match=f"expected a floating-point tensor, got {dtype}"):
        net(torch.zeros(2, 3, 16, 16, dtype=dtype))


def test_images_of_another_kind_than_the_channels_are_refused() -> None:
    x = torch.zeros(2, 3, 16, 16)
    with pytest.raises(TypeError, match=r"expected a real tensor, got torch\.complex64"):
        LearnedScattering2D(**ARGUMENTS)(x + 0j)
    with pytest.raises(TypeError, match=r"expected a complex tensor, got torch\.float32"):
        LearnedScattering2D(**ARGUMENTS, in_channels=ChannelLayout(n_complex=3))(x)


def test_images_of_another_precision_than_the_network_are_refused() -> None:
    net, x = LearnedScattering2D(**ARGUMENTS), torch.zeros(2, 3, 16, 16)
    with pytest.raises(TypeError, match=r"network's dtype torch\.float32, got torch\.float64"):
        net(x.double())
    with pytest.raises(TypeError, match=r"network's dtype torch\.float64, got torch\.float32"):
        net.double()(x)


def test_arrays_are_refused() -> None:
    with pytest.raises(TypeError, match="expected a tensor, got ndarray"):
        LearnedScattering2D(**ARGUMENTS)(torch.zeros(2, 3, 16, 16).numpy())
