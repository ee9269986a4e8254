"""Slow twins of the operator, the layers and the network, in plain complex NumPy.

They follow the formulas where the package takes short cuts: filters are sampled in space and
convolved by explicit sums, channels are complex numbers in a list that `meta` describes, and
nothing is folded together.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from kymatio_learned.layers import Classifier, LearnedScatteringLayer
from kymatio_learned.models import LearnedScattering2D

Array = NDArray[Any]

KYMATIO_PI = 3.1415  # Kymatio divides its Gaussians by 2 * 3.1415 sigma^2


# The operator


def gabor(size: tuple[int, int], sigma: float, theta: float, xi: float, slant: float) -> Array:
    """Sample a Gaussian times a plane wave in space, and sum its periods.

    With a and b the coordinates along and across the direction theta, it is
    exp(-(a^2 + slant^2 b^2) / (2 sigma^2) + i xi a) / (2 pi sigma^2 / slant).
    """
    reach = int(np.ceil(10 * sigma / min(slant, 1)))
    u = np.arange(-reach, reach + 1)
    u1, u2 = u[:, None], u[None, :]
    a = np.cos(theta) * u1 + np.sin(theta) * u2
    b = -np.sin(theta) * u1 + np.cos(theta) * u2
    values = np.exp(-(a**2 + slant**2 * b**2) / (2 * sigma**2) + 1j * xi * a)
    periodic = np.zeros(size, complex)
    np.add.at(periodic, (u1 % size[0], u2 % size[1]), values)
    return periodic * slant / (2 * KYMATIO_PI * sigma**2)


def morlet(size: tuple[int, int], sigma: float, theta: float, xi: float, slant: float) -> Array:
    """Subtract from a Gabor function its envelope, so that the mean is zero."""
    wave, envelope = gabor(size, sigma, theta, xi, slant), gabor(size, sigma, theta, 0, slant)
    return wave - wave.sum() / envelope.sum() * envelope


def spatial_bank(
    size: tuple[int, int], L: int, bank: str, full_circle: bool
) -> tuple[Array, list[Array]]:
    """Return phi and the wavelets of all angles, in space, on a periodic grid."""
    half_circles = 2 if full_circle else 1
    s = 4 * half_circles / L
    sigma, xi, slant = 0.8, 3 * np.pi / 4, s
    if bank == "half_octave_second":
        sigma, xi = 0.8 * np.sqrt(3 / 2), np.pi / np.sqrt(2)
        slant = np.sqrt(3 * s**2 / (4 - s**2))
    sigma_phi = 0.8 if bank == "octave" else 0.8 / np.sqrt(2)
    thetas = [(int(L - L / 2 - 1) - n) * half_circles * np.pi / L for n in range(L)]
    phi = gabor(size, sigma_phi, 0, 0, 1).real
    return phi, [morlet(size, sigma, theta, xi, slant) for theta in thetas]


def reflect(x: Array, padded: tuple[int, int]) -> Array:
    """Extend by reflections at the border pixels, half of what is added before (rounded down)."""
    for axis, size in ((-2, padded[0]), (-1, padded[1])):
        M = x.shape[axis]
        index = (np.arange(size) - (size - M) // 2) % (2 * (M - 1))
        x = x.take(np.minimum(index, 2 * (M - 1) - index), axis)
    return x


def convolve(x: Array, h: Array) -> Array:
    """Convolve on a periodic grid, by the sum over v of h(u - v) x(v)."""
    M, N = h.shape
    rows = (np.arange(M)[:, None] - np.arange(M)) % M
    columns = (np.arange(N)[:, None] - np.arange(N)) % N
    matrix = h[rows[:, None, :, None], columns[None, :, None, :]]  # (u1, u2, v1, v2)
    return np.tensordot(x, matrix, axes=([-2, -1], [2, 3]))


def filter_image(x: Array, h: Array, stride: int) -> Array:
    """Reflect, convolve, subsample, and crop what the reflection added."""
    y = convolve(reflect(x, h.shape), h)[..., ::stride, ::stride]
    crop = 2 // stride
    return y[..., crop:-crop, crop:-crop]


def padded_size(M: int, N: int) -> tuple[int, int]:
    """Return the sizes with 4 pixels added to an even one, 3 to an odd one."""
    return 2 * (M // 2) + 4, 2 * (N // 2) + 4


def wavelets(x: Array, L: int, bank: str, full_circle: bool) -> tuple[Array, Array]:
    """Return (x * phi, x * psi), of shapes (..., M', N') and (..., L, M', N')."""
    phi, psi = spatial_bank(padded_size(*x.shape[-2:]), L, bank, full_circle)
    stride = 1 if bank == "half_octave_first" else 2
    high = [filter_image(x, h, stride) for h in psi]
    return filter_image(x, phi, stride), np.stack(high, -3)


# The layers, on channels (B, C, M, N), complex where the channels are


def phase(z: Array) -> Array:
    """Return z / |z| as the published code does, with 1e-6 added to the modulus."""
    return z / (abs(z) + 1e-6)


def power(z: Array, b: Any, g: Any) -> Array:
    t = np.exp(b) * abs(z) ** g
    return t / (1 + t) * phase(z)


NONLINEARITIES: dict[str, Callable[..., Array]] = {
    "modulus": lambda z, b, g: abs(z),
    "soft_threshold": lambda z, b, g: np.maximum(1 - b / (abs(z) + 1e-6), 0) * z,
    "sigmoid": lambda z, b, g: phase(z) / (1 + np.exp(-(g * abs(z) + b))),
    "unit_modulus": lambda z, b, g: phase(z),
    "tanh": lambda z, b, g: np.tanh(abs(z)) * phase(z),
    "power": power,
}


def array(parameter: Any) -> Array:
    """Return a tensor, or a number, in NumPy's double precision."""
    return torch.as_tensor(parameter, dtype=torch.float64).detach().numpy()


def from_pairs(parameter: Any, is_complex: bool) -> Array:
    """Return a parameter that stores complex numbers as pairs."""
    numbers = array(parameter)
    return numbers[..., 0] + 1j * numbers[..., 1] if is_complex else numbers


def in_space(fourier_filter: Any) -> Array:
    """Return a filter in space, by the sums of the inverse Fourier transform."""
    filter_ = array(fourier_filter)
    M, N = filter_.shape
    left, right = (np.exp(2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n) for n in (M, N))
    return left @ filter_ @ right / (M * N)


def features(layer: LearnedScatteringLayer, x: Array) -> Array:
    """Return what is mixed, one channel after the other as ``layer.meta()`` tells them."""
    rho = layer.nonlinearity
    values = {n: array(getattr(rho, n)).ravel() for n in ("bias", "gain") if hasattr(rho, n)}
    filters = {
        "phi": [in_space(layer.wavelets.phi)],
        "psi": [in_space(h) for h in layer.wavelets.psi],
    }
    channels, collapsed = [], 0
    for channel in layer.meta():
        image = x[:, channel["input_channel"]]
        h = filters[channel["filter"]][channel["theta"] or 0]
        z = filter_image(image, h, layer.wavelets.stride)
        if channel["filter"] == "phi" and channel["input_channel"] >= layer.layout.n_complex:
            z = z.real  # phi is even up to the rounding of its float32 values
        if channel["nonlinearity"]:
            index = collapsed if rho.learned else 0
            b, g = (values[name][index] if name in values else None for name in ("bias", "gain"))
            z = NONLINEARITIES[channel["nonlinearity"]](z, b, g)
            collapsed += 1
        channels.append(z)
    return np.stack(channels, 1)


def standardize(x: Array, mean: Any = None, var: Any = None, eps: float = 1e-5) -> Array:
    """Set each channel to zero mean and unit variance: its own, or the given ones."""
    if mean is None:
        mean = x.mean((0, 2, 3))
        var = (abs(x - mean[:, None, None]) ** 2).mean((0, 2, 3))
    return (x - mean[:, None, None]) / np.sqrt(var[:, None, None] + eps)


def scattering_layer(layer: LearnedScatteringLayer, x: Array) -> Array:
    """Apply one layer, with the statistics of its mode."""
    z, std, mixing = features(layer, x), layer.standardization, layer.mixing
    if layer.training:
        z = standardize(z)
    else:
        mean = from_pairs(std.running_mean, not std.layout.is_real)
        z = standardize(z, mean, array(std.running_var))
    P = from_pairs(mixing.weight, mixing.complex_weights)
    y = np.einsum("kc,bcmn->bkmn", P, z)
    groups = np.split(y, np.cumsum(layer.out_orders or ())[:-1], 1)
    y = np.concatenate([g / np.sqrt((abs(g) ** 2).sum(1, keepdims=True)) for g in groups], 1)
    return y.real if layer.out_layout.is_real else y


def classify(classifier: Classifier, x: Array, avg_pool: Any) -> Array:
    """Apply the classifier, with the statistics of its mode."""
    planes = np.concatenate([x.real, x.imag], 1) if np.iscomplexobj(x) else x
    norm, linear = classifier.batch_norm, classifier.linear
    if classifier.training:
        planes = standardize(planes)
    else:
        planes = standardize(planes, array(norm.running_mean), array(norm.running_var))
    planes = planes * array(norm.weight)[:, None, None] + array(norm.bias)[:, None, None]
    if avg_pool is not None:
        side = planes.shape[2:] if avg_pool == "global" else (avg_pool, avg_pool)
        windows = np.lib.stride_tricks.sliding_window_view(planes, side, axis=(2, 3))
        planes = windows.mean((-2, -1))
    return planes.reshape(len(x), -1) @ array(linear.weight).T + array(linear.bias)


def network(net: LearnedScattering2D, x: Array) -> Array:
    """Apply a network to native images."""
    for layer in net.layers:
        x = scattering_layer(layer, x)
    return x if net.classifier is None else classify(net.classifier, x, net.config["avg_pool"])
