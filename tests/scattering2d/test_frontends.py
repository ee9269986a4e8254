"""What both frontends promise: batch shapes, dtypes, sizes, and which channel is which."""

from typing import Any

import numpy as np
import pytest
import torch

from kymatio_learned.numpy import PhaseCollapse2D as NumpyPhaseCollapse2D
from kymatio_learned.scattering2d.filter_bank import BANKS, angles
from kymatio_learned.torch import PhaseCollapse2D

from ..assertions import FLOAT32, assert_close, to_numpy
from .backends import BACKENDS

DTYPES = ["float32", "float64", "complex64", "complex128"]
COMPLEX = {"float32": "complex64", "float64": "complex128"}


class TorchFrontend:
    """The PyTorch frontend on NumPy arrays, with one of its backends."""

    def __init__(self, *args: Any, backend: str, **kwargs: Any) -> None:
        self.S = PhaseCollapse2D(*args, backend=backend, **kwargs)

    def __call__(self, x: Any) -> Any:
        y = self.S(torch.from_numpy(x))
        return y.numpy() if isinstance(y, torch.Tensor) else y

    def wavelets(self, x: Any) -> tuple[Any, Any]:
        phi, psi = self.S.wavelets(torch.from_numpy(x))
        return phi.numpy(), psi.numpy()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.S, name)


@pytest.fixture(params=["numpy", "torch", "torch_matmul"])
def build(request: pytest.FixtureRequest) -> Any:
    """Return what builds a frontend."""
    if request.param == "numpy":
        return NumpyPhaseCollapse2D
    return lambda *args, **kwargs: TorchFrontend(*args, backend=request.param, **kwargs)


def draw(shape: tuple[int, ...], dtype: str = "float64") -> Any:
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape)
    if dtype.startswith("complex"):
        x = x + 1j * rng.standard_normal(shape)
    return x.astype(dtype)


@pytest.mark.parametrize("batch", [(), (1,), (3,), (2, 3), (2, 1, 2), (0,), (2, 0)], ids=str)
@pytest.mark.parametrize("dtype", ["float64", "complex64"])
def test_batch_shape_is_kept(build: Any, batch: tuple[int, ...], dtype: str) -> None:
    S = build((6, 9), 4)
    x = draw((*batch, 6, 9), dtype)
    y, (phi, psi) = S(x), S.wavelets(x)
    assert y.shape == (*batch, 5, 3, 4)
    assert phi.shape == (*batch, 3, 4)
    assert psi.shape == (*batch, 4, 3, 4)
    # Each image is filtered on its own.
    flat, flat_y = x.reshape(-1, 6, 9), y.reshape(-1, 5, 3, 4)
    for image, expected in zip(flat, flat_y, strict=True):
        assert_close(S(image), expected, FLOAT32)


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtype_of_the_images_is_kept(build: Any, dtype: str) -> None:
    S, x = build((8, 8), 4), draw((2, 8, 8), dtype)
    phi, psi = S.wavelets(x)
    assert S(x).dtype == phi.dtype == np.dtype(dtype)
    assert psi.dtype == np.dtype(COMPLEX.get(dtype, dtype))


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("shape", [(2, 2), (3, 2), (31, 32), (33, 18)], ids=str)
def test_output_size_is_half_the_image_or_its_even_part(shape: tuple[int, int], bank: str) -> None:
    S = PhaseCollapse2D(shape, 4, bank=bank, backend="torch")
    halves = tuple(size // 2 for size in shape)
    expected = tuple(2 * size for size in halves) if bank == "half_octave_first" else halves
    assert S.output_shape == expected
    assert S(torch.zeros(shape)).shape == (5, *expected)


@pytest.mark.parametrize("shape", [(8, 8), (9, 6), (2, 3)], ids=str)
def test_pre_padded_images_give_the_same_output(build: Any, shape: tuple[int, int]) -> None:
    S, S_pre_padded = build(shape, 4), build(shape, 4, pre_pad=True)
    x = draw((3, *shape))
    before = [(p - s) // 2 for p, s in zip(S.padded_shape, shape, strict=True)]
    width = [(b, p - s - b) for b, p, s in zip(before, S.padded_shape, shape, strict=True)]
    padded = np.pad(x, [(0, 0), *width], mode="reflect")
    assert S_pre_padded.input_shape == S.padded_shape
    assert_close(S_pre_padded(padded), S(x), 1e-6)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_list_holds_the_channels_of_the_array(build: Any, dtype: str) -> None:
    x = draw((2, 8, 9), dtype)
    array, channels = build((8, 9), 4)(x), build((8, 9), 4, out_type="list")(x)
    assert len(channels) == array.shape[1] == 5
    for n, channel in enumerate(channels):
        assert channel.keys() == {"coef", "j", "n", "theta"}
        np.testing.assert_array_equal(to_numpy(channel["coef"]), array[:, n])
    assert [channel["theta"] for channel in channels] == [(), (0,), (1,), (2,), (3,)]
    assert [channel["n"] for channel in channels] == [(), (0,), (1,), (2,), (3,)]
    assert [channel["j"] for channel in channels] == [(), (0,), (0,), (0,), (0,)]
    # A modulus is real, whatever the image.
    assert not np.iscomplexobj(np.asarray(channels[1]["coef"]))


@pytest.mark.parametrize("full_circle", [False, True])
def test_meta_tells_the_channel_that_answers_to_a_wave(build: Any, full_circle: bool) -> None:
    # A plane wave at the centre of a wavelet is seen best by that wavelet, and by no phi.
    S = build((12, 12), 8, full_circle=full_circle)
    meta, u = S.meta(), np.arange(12)
    assert [entry["filter"] for entry in meta] == ["phi", *["psi"] * 8]
    assert [entry["modulus"] for entry in meta] == [False, *[True] * 8]
    assert [entry["angle"] for entry in meta[1:]] == angles(8, full_circle).tolist()
    for channel, entry in enumerate(meta[1:], start=1):
        w = 3 * np.pi / 4 * np.array([np.cos(entry["angle"]), np.sin(entry["angle"])])
        wave = np.exp(1j * (w[0] * u[:, None] + w[1] * u[None, :]))
        energies = (abs(S(wave)) ** 2).sum((1, 2))
        assert energies.argmax() == channel


VIEWS = {
    "channels last": lambda x: x.to(memory_format=torch.channels_last),
    "transposed": lambda x: x.mT.contiguous().mT,
    "every other column": lambda x: x.repeat_interleave(2, -1)[..., ::2],
    "expanded": lambda x: x[:1].expand(2, -1, -1, -1),
    "conjugate": lambda x: x.conj(),
    "imaginary part": lambda x: torch.complex(x, x).imag,
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("view", VIEWS)
def test_strides_of_tensors_do_not_matter(view: str, backend: str) -> None:
    dtype = torch.complex64 if view == "conjugate" else torch.float32
    x = VIEWS[view](torch.randn(2, 3, 8, 10, dtype=dtype))
    S = PhaseCollapse2D((8, 10), 4, backend=backend)
    plain = x.resolve_conj().contiguous()
    assert not x.is_contiguous() or x.is_conj()
    assert_close(S(x), S(plain), 1e-6)


@pytest.mark.parametrize("step", [-1, 2], ids=str)
def test_strides_of_arrays_do_not_matter(step: int) -> None:
    x = draw((2, 16, 16))[:, ::step, ::step]
    S = NumpyPhaseCollapse2D(x.shape[1:], 4)
    np.testing.assert_array_equal(S(x), S(np.ascontiguousarray(x)))


def test_default_backend_gives_the_same_numbers_as_the_fft() -> None:
    for size in (8, 16, 18, 32):
        x, fft = torch.randn(2, size, size), PhaseCollapse2D((size, size), 4, backend="torch")
        assert_close(PhaseCollapse2D((size, size), 4)(x), fft(x), FLOAT32)


def test_numpy_frontend_does_not_write_to_its_input() -> None:
    x = draw((2, 8, 8))
    x.flags.writeable = False
    NumpyPhaseCollapse2D((8, 8), 4)(x)


@pytest.mark.parametrize("frontend", [PhaseCollapse2D, NumpyPhaseCollapse2D])
def test_representation_names_size_and_arguments(frontend: Any) -> None:
    backend = frontend.backends[0]
    arguments = {"bank": "half_octave_first", "full_circle": True, "backend": backend}
    text = repr(frontend((32, 20), 4, **arguments))
    assert text == (
        "PhaseCollapse2D(32x20 -> 32x20, L=4, bank='half_octave_first', full_circle=True, "
        f"backend='{backend}')"
    )
