"""The network as its authors compute it: Fourier transforms, and one pass for each step.

It follows the computation graph of the code published with *Phase collapse in neural networks*
(ICLR 2022), step by step and without a short cut, so that it has that code's speed and memory.
Channels are complex tensors; concatenation with a complex tensor makes real channels complex.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from kymatio_learned.torch import PhaseCollapse2D


class FourierWavelets(nn.Module):
    """Filter every channel by a product in the Fourier domain.

    Parameters
    ----------
    shape, L, bank
        See `PhaseCollapse2D`, whose filters it takes.
    """

    phi: Tensor
    psi: Tensor

    def __init__(self, shape: Sequence[int], L: int, bank: str) -> None:
        super().__init__()
        S = PhaseCollapse2D(shape, L, bank=bank, backend="torch")
        self.register_buffer("phi", S.phi, persistent=False)
        self.register_buffer("psi", S.psi, persistent=False)
        self.stride = 1 if bank == "half_octave_first" else 2
        (M, N), (M_p, N_p) = shape, S.phi.shape
        top, left = (M_p - M) // 2, (N_p - N) // 2
        self.pad = nn.ReflectionPad2d((left, N_p - N - left, top, M_p - M - top))
        crop = 4 // self.stride
        self.output_shape = (M_p // self.stride - crop, N_p // self.stride - crop)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map channels ``(B, C, M, N)`` to ``(B, C, M', N')`` and complex ``(B, C L, M', N')``."""
        if x.requires_grad:
            x.register_hook(without_bad_numbers)
        U = torch.fft.fft2(self.pad(x))
        low = self._filter(U, self.phi[None])
        if not x.is_complex():
            low = low.real
        return self._crop(low), self._crop(self._filter(U, self.psi))

    def _filter(self, U: Tensor, filters: Tensor) -> Tensor:
        y = (U[:, :, None] * filters).flatten(1, 2)
        if self.stride == 2:  # the mean of the four quarters of the spectrum
            B, K, M, N = y.shape
            y = y.view(B, K, 2, M // 2, 2, N // 2).mean((2, 4))
        return torch.fft.ifft2(y)

    def _crop(self, y: Tensor) -> Tensor:
        crop = 2 // self.stride
        return y[..., crop:-crop, crop:-crop]


class FourierPhaseCollapse(FourierWavelets):
    """The wavelets, and the moduli of the high frequencies: what a layer without skip mixes."""

    def forward(self, x: Tensor) -> Any:
        """Map channels ``(B, C, M, N)`` to ``(B, C (1 + L), M', N')``, complex if they are."""
        low, high = super().forward(x)
        return torch.cat([low, high.abs()], 1)


class FourierPhaseCollapseWithSkip(FourierWavelets):
    """The wavelets, and the moduli of all of them: what a layer with skip mixes."""

    def forward(self, x: Tensor) -> Any:
        """Map channels ``(B, C, M, N)`` to complex ``(B, 2 C (1 + L), M', N')``."""
        linear = torch.cat(super().forward(x), 1)
        return torch.cat([linear, linear.abs()], 1)


class Standardization(nn.Module):
    """Zero mean and unit variance of each channel, as a pass of its own."""

    mean: Tensor
    var: Tensor

    def __init__(self, channels: int, is_complex: bool, momentum: float = 0.1) -> None:
        super().__init__()
        self.momentum = momentum
        mean = torch.zeros(channels, 2) if is_complex else torch.zeros(channels)
        self.register_buffer("mean", mean)
        self.register_buffer("var", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Standardize channels ``(B, C, M, N)``, complex or real."""
        if self.training:
            mean = x.mean((0, 2, 3))
            centred = x - mean[:, None, None]
            energy = (centred * centred.conj()).real if x.is_complex() else centred * centred
            var = energy.mean((0, 2, 3))
            self._update(mean, var, samples=x.numel() // x.shape[1])
        else:
            mean = torch.view_as_complex(self.mean) if x.is_complex() else self.mean
            var = self.var
        return (x - mean[:, None, None]) * torch.rsqrt(1e-5 + var[:, None, None])

    @torch.no_grad()
    def _update(self, mean: Tensor, var: Tensor, samples: int) -> None:
        mean = torch.view_as_real(mean) if mean.is_complex() else mean
        self.mean.lerp_(mean, self.momentum)
        self.var.lerp_(var * (samples / (samples - 1)), self.momentum)


class ComplexMixing(nn.Module):
    """Multiply by a complex matrix at every position; real channels are made complex first."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        shape = max(channels, out_channels), min(channels, out_channels)
        P, _ = torch.linalg.qr(torch.randn(*shape, dtype=torch.complex64))
        P = P if out_channels > channels else P.mH.resolve_conj()
        self.weight = nn.Parameter(torch.view_as_real(P[:, :, None, None]))

    def forward(self, x: Tensor) -> Tensor:
        """Map channels ``(B, C, M, N)`` to complex ``(B, K, M, N)``."""
        x = x.to(torch.promote_types(x.dtype, torch.complex32))
        weight = torch.complex(self.weight[..., 0], self.weight[..., 1])
        P_r, P_i = weight.real, weight.imag
        matrix = torch.cat([torch.cat([P_r, -P_i], 1), torch.cat([P_i, P_r], 1)])
        planes = torch.view_as_real(x).permute(0, 4, 1, 2, 3).flatten(1, 2)
        y = nn.functional.conv2d(planes, matrix).unflatten(1, (2, -1))
        return torch.view_as_complex(y.permute(0, 2, 3, 4, 1).contiguous())


class ChannelNorm(nn.Module):
    """Unit Euclidean norm across channels."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalize channels ``(B, C, M, N)``."""
        return x / x.norm(dim=1, keepdim=True)


class Classifier(nn.Module):
    """Batch normalization and a linear map, of the real and imaginary parts."""

    def __init__(self, channels: int, shape: tuple[int, int], n_classes: int) -> None:
        super().__init__()
        self.batch_norm = nn.BatchNorm2d(2 * channels)
        self.linear = nn.Linear(2 * channels * shape[0] * shape[1], n_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map complex channels ``(B, C, M, N)`` to logits."""
        planes = torch.view_as_real(x).permute(0, 1, 4, 2, 3).flatten(1, 2)
        return self.linear(self.batch_norm(planes).flatten(1))


def without_bad_numbers(gradient: Tensor) -> Tensor:
    """Set what is not finite to 0, as the published code does before it goes on."""
    tests: tuple[Callable[[Tensor], Tensor], ...] = (torch.isnan, torch.isinf)
    for is_bad in tests:
        if is_bad(gradient).any():
            gradient[is_bad(gradient)] = 0
    return gradient


def baseline_network(
    *,
    shape: Sequence[int],
    L: int,
    channels: Sequence[int],
    octave_layers: int,
    skip: bool,
    n_classes: int,
    in_channels: int = 3,
    **_: Any,
) -> nn.Sequential:
    """Build the network of the same arguments as `LearnedScattering2D`, as far as they are taken.

    Parameters
    ----------
    shape, L, channels, octave_layers, skip, n_classes, in_channels
        See `LearnedScattering2D`; what else its ``config`` holds is passed over.
    """
    operator = FourierPhaseCollapseWithSkip if skip else FourierPhaseCollapse
    steps: list[nn.Module] = []
    size = (shape[0], shape[1])
    for index, out_channels in enumerate(channels):
        bank = layer_bank(index, octave_layers)
        wavelets = operator(size, L, bank)
        features = in_channels * (1 + L) * (2 if skip else 1)
        is_complex = skip or index > 0
        steps += [
            wavelets,
            Standardization(features, is_complex),
            ComplexMixing(features, out_channels),
            ChannelNorm(),
        ]
        in_channels, size = out_channels, wavelets.output_shape
    return nn.Sequential(*steps, Classifier(in_channels, size, n_classes))


def layer_bank(index: int, octave_layers: int) -> str:
    """Return the bank of a layer: first the octaves, then pairs of half octaves."""
    if index < octave_layers:
        return "octave"
    return ("half_octave_first", "half_octave_second")[(index - octave_layers) % 2]
