"""Small translations and deformations of images."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def warp(images: Tensor, displacement: Tensor) -> Tensor:
    r"""Move the pixels of images by a displacement field.

    .. math:: y(u) = x(u - \tau(u))

    by bicubic interpolation; what comes in from outside is the reflection at the border.

    Parameters
    ----------
    images
        ``(B, C, M, N)``, real.
    displacement
        :math:`\tau` in pixels, ``(2, M, N)`` or ``(2, 1, 1)``: along the first axis, then the
        second.

    Returns
    -------
    torch.Tensor
        Images of the same shape.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> import torch
    >>> x = torch.arange(16.0).view(1, 1, 4, 4)
    >>> warp(x, torch.tensor([1.0, 0.0]).view(2, 1, 1))[0, 0, 1:, 0].tolist()
    [0.0, 4.0, 8.0]
    """
    M, N = images.shape[-2:]
    if images.dim() != 4 or displacement.shape not in ((2, M, N), (2, 1, 1)):
        raise ValueError(
            f"expected images (B, C, M, N) and a displacement (2, M, N) or (2, 1, 1), "
            f"got {tuple(images.shape)} and {tuple(displacement.shape)}"
        )
    tau = displacement.to(images).expand(2, M, N)
    u, v = (torch.arange(size).to(images) for size in (M, N))
    rows, columns = u[:, None] - tau[0], v - tau[1]
    # grid_sample wants columns first, with -1 and 1 at the outer edges of the border pixels.
    grid = torch.stack([(2 * columns + 1) / N - 1, (2 * rows + 1) / M - 1], -1)
    return F.grid_sample(
        images,
        grid.expand(len(images), -1, -1, -1),
        mode="bicubic",
        padding_mode="reflection",
        align_corners=False,
    )


def translate(images: Tensor, shift: tuple[float, float]) -> Tensor:
    """Translate images by a number of pixels, which need not be whole.

    Parameters
    ----------
    images
        ``(B, C, M, N)``, real.
    shift
        Pixels along the first axis, then the second.

    Returns
    -------
    torch.Tensor
        Images of the same shape.

    Raises
    ------
    ValueError
        If the shape does not fit.
    """
    return warp(images, torch.tensor(shift).view(2, 1, 1))


def random_deformation(
    shape: tuple[int, int], strength: float, *, scale: float = 8.0, seed: int = 0
) -> Tensor:
    r"""Draw a smooth displacement field without mean.

    Parameters
    ----------
    shape
        Size ``(M, N)`` of the images.
    strength
        Its size :math:`\|\nabla \tau\|_\infty`, the largest slope along an axis: how much it
        stretches. Small deformations have much less than 1.
    scale
        Standard deviation in pixels of the Gaussian that smooths it.
    seed
        Of the draw.

    Returns
    -------
    torch.Tensor
        :math:`\tau` in pixels, ``(2, M, N)``, periodic.

    References
    ----------
    Mallat, *Group invariant scattering*, 2012: stability to the action of small deformations.

    Examples
    --------
    >>> tau = random_deformation((32, 32), strength=0.1)
    >>> float((tau.roll(-1, -1) - tau).abs().max()) <= 0.1
    True
    """
    M, N = shape
    noise = torch.randn(2, M, N, generator=torch.Generator().manual_seed(seed))
    rows, columns = torch.fft.fftfreq(M)[:, None], torch.fft.fftfreq(N)
    gaussian = torch.exp(-2 * (math.pi * scale) ** 2 * (rows**2 + columns**2))
    gaussian[0, 0] = 0  # no translation
    tau = torch.fft.ifft2(torch.fft.fft2(noise) * gaussian).real
    slopes = [(tau.roll(-1, axis) - tau).abs().max() for axis in (-2, -1)]
    return tau * (strength / torch.stack(slopes).max())
