"""The wavelet operator through the Fourier domain, for any backend with Kymatio's operations."""

from typing import Any


def wavelets2d(x: Any, *, pad: Any, backend: Any, phi: Any, psi: Any, stride: int) -> Any:
    r"""Compute the linear part of a layer, :math:`(x \star \phi, x \star \psi_\theta)`.

    Parameters
    ----------
    x
        Images of shape ``(n, M, N)``, real or complex, as `pad` takes them.
    pad
        The backend's padding.
    backend
        A backend with Kymatio's operations, and batched `filter`.
    phi, psi
        Fourier filters, ``(M_p, N_p)`` and ``(L, M_p, N_p)``.
    stride
        2 to subsample the outputs, else 1.

    Returns
    -------
    low, high
        In the backend's own representation, of sizes ``(n, 1, M', N')``, real for real
        images, and ``(n, L, M', N')``, complex.
    """
    U = pad(x)
    U_c = backend.fft(U)
    low = backend.filter(U_c, phi[None])
    high = backend.filter(U_c, psi)
    if stride > 1:
        low = backend.subsample_fourier(low, k=stride)
        high = backend.subsample_fourier(high, k=stride)
    low = backend.ifft(low) if backend.is_complex(U) else backend.irfft(low)
    return backend.unpad(low, stride), backend.unpad(backend.ifft(high), stride)
