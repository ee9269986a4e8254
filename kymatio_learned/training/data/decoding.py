"""Image files as tensors of bytes."""

from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO

import numpy as np
import simplejpeg
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torchvision.transforms.v2 import functional as F


def read_image(path: str, channels: int) -> Tensor:
    """Read an image file, as grey or colour, without transparency.

    JPEG files are decoded by simplejpeg, faster than by Pillow and to the same pixels: both use
    libjpeg-turbo. Pillow reads what is no JPEG file, and JPEG files with small defects.

    Parameters
    ----------
    path
        An image file of any format that Pillow reads.
    channels
        1 (grey) or 3 (red, green, blue).

    Returns
    -------
    Tensor
        Shape (channels, M, N), uint8.

    Raises
    ------
    ValueError
        When the file is no image, or a damaged one.
    OSError
        When there is no such file, or it may not be read.
    """
    with open(path, "rb") as file:
        content = file.read()
    try:
        pixels = _decoded(content, "L" if channels == 1 else "RGB")
    except Exception as error:  # decoders fail in many ways
        raise ValueError(f"{path} cannot be read as an image: {error}") from error
    return torch.from_numpy(pixels).reshape(*pixels.shape[:2], channels).movedim(-1, 0)


def _decoded(content: bytes, mode: str) -> NDArray[np.uint8]:
    """Decode the content of a file to an array (M, N) or (M, N, 3)."""
    if simplejpeg.is_jpeg(content):
        with suppress(ValueError):
            colours: NDArray[np.uint8] = simplejpeg.decode_jpeg(content)
            return colours if mode == "RGB" else np.array(Image.fromarray(colours).convert(mode))
    with Image.open(BytesIO(content)) as file:
        image: Image.Image = file
        if file.mode.startswith("I;16"):
            image = Image.fromarray((np.asarray(file) >> 8).astype(np.uint8))
        elif "transparency" in file.info:
            image = file.convert("RGBA")
        return np.array(image.convert(mode))


def centre_view(image: Tensor, size: Sequence[int], margin: float = 1.0) -> Tensor:
    """Resize an image until it just covers a rectangle, and crop about its centre.

    Parameters
    ----------
    image
        Shape (C, M, N).
    size
        Height and width of the result.
    margin
        The image is made to cover a rectangle this much larger, of which the centre is kept: 256 /
        224 is usual for ImageNet.

    Returns
    -------
    Tensor
        Shape (C, *size).

    Examples
    --------
    >>> centre_view(torch.zeros(3, 375, 500, dtype=torch.uint8), (224, 224), 256 / 224).shape
    torch.Size([3, 224, 224])
    """
    height, width = image.shape[-2:]
    if (height, width) == tuple(size) and margin == 1.0:
        return image
    scale = margin * max(size[0] / height, size[1] / width)
    resized = F.resize(image, [round(scale * height), round(scale * width)], antialias=True)
    view: Tensor = F.center_crop(resized, list(size))
    return view
