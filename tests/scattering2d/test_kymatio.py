"""With one scale, the bank "octave" is Kymatio's: the same filters, so the same coefficients."""

import numpy as np
import pytest
import torch
from kymatio.scattering2d.filter_bank import filter_bank as kymatio_filter_bank
from kymatio.scattering2d.filter_bank import gabor_2d, morlet_2d
from kymatio.scattering2d.frontend.torch_frontend import ScatteringTorch2D
from scipy.fft import fft2

from kymatio_learned.numpy import PhaseCollapse2D as NumpyPhaseCollapse2D
from kymatio_learned.scattering2d.filter_bank import angles, filter_bank, wavelet_parameters
from kymatio_learned.torch import PhaseCollapse2D

from ..assertions import assert_close

# Both build the same complex64 numbers; on another support they differ by their rounding.
ROUNDING = 2e-7


@pytest.mark.parametrize(
    ("size", "L"),
    [((36, 36), 8), ((36, 36), 4), ((6, 6), 8), ((34, 20), 6), ((12, 44), 3)],
    ids=str,
)
def test_octave_bank_equals_kymatio(size: tuple[int, int], L: int) -> None:
    phi, psi = filter_bank(*size, L)
    kymatio = kymatio_filter_bank(*size, J=1, L=L)
    assert_close(phi, kymatio["phi"]["levels"][0], ROUNDING)
    for n in range(L):
        assert_close(psi[n], kymatio["psi"][n]["levels"][0], ROUNDING)


@pytest.mark.parametrize(("shape", "L"), [((32, 32), 8), ((32, 32), 4), ((31, 18), 4)], ids=str)
def test_low_pass_equals_kymatio_order_0(
    rng: np.random.Generator, shape: tuple[int, int], L: int
) -> None:
    x = torch.from_numpy(rng.standard_normal((2, *shape)))
    kymatio = ScatteringTorch2D(J=1, shape=shape, L=L, max_order=1).double()(x)
    phi, _ = PhaseCollapse2D(shape, L).wavelets(x)
    assert_close(phi, kymatio[:, 0], ROUNDING)


@pytest.mark.parametrize(("shape", "L"), [((32, 32), 8), ((31, 18), 4)], ids=str)
def test_low_passed_moduli_equal_kymatio_order_1(
    rng: np.random.Generator, shape: tuple[int, int], L: int
) -> None:
    # Kymatio filters |x * psi| by phi before it subsamples: here with our filters and operations.
    x = rng.standard_normal(shape)
    kymatio = ScatteringTorch2D(J=1, shape=shape, L=L, max_order=1).double()
    S = NumpyPhaseCollapse2D(shape, L)
    backend = S.backend
    pad = backend.Pad(S.geometry.padding, shape)
    U = backend.modulus(backend.ifft(backend.filter(backend.fft(pad(x[None])), S.psi)))[0]
    low = backend.subsample_fourier(backend.filter(backend.fft(U), S.phi[None]), k=2)
    moduli = backend.unpad(backend.irfft(low), stride=2)[:, 0]
    assert_close(moduli, kymatio(torch.from_numpy(x))[1:], ROUNDING)


@pytest.mark.parametrize(
    ("size", "bank"),
    [((512, 300), "octave"), ((200, 160), "half_octave_second"), ((6, 200), "half_octave_first")],
    ids=str,
)
def test_embedded_filters_equal_those_of_full_size(size: tuple[int, int], bank: str) -> None:
    # A large filter is built on a small support; here Kymatio builds it on the whole grid. The
    # narrow angles of L = 12 have the longest envelopes.
    L = 12
    phi, psi = filter_bank(*size, L, bank=bank)
    p = wavelet_parameters(bank, L, full_circle=False)
    assert_close(phi, fft2(gabor_2d(*size, p["sigma_phi"], 0, 0)).real, 1e-6)
    for n in (0, 5):
        direct = morlet_2d(*size, p["sigma"], angles(L)[n], p["xi"], p["slant"])
        assert_close(psi[n], fft2(direct).real, 1e-6)
