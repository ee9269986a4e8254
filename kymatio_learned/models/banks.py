"""Which wavelets each layer of a network has, and how small its images may be."""

from collections.abc import Sequence

from ..scattering2d.utils import check_integer, check_shape


def layer_banks(J: int, octave_layers: int, n_layers: int) -> list[str]:
    """Return the bank of each layer.

    Raises
    ------
    ValueError
        If the number of layers does not fit the number of octaves.
    TypeError
        If an argument is not an integer.
    """
    check_integer("J", J, least=0)
    check_integer("octave_layers", octave_layers, least=0)
    if octave_layers > J:
        raise ValueError(
            f"expected octave_layers to be at most J, got octave_layers={octave_layers} and J={J}"
        )
    pairs = J - octave_layers
    banks = ["octave"] * octave_layers + ["half_octave_first", "half_octave_second"] * pairs
    if n_layers not in (len(banks), len(banks) + 1) or n_layers == 0:
        raise ValueError(
            f"expected {len(banks)} channels for J={J} and octave_layers={octave_layers} "
            f"(or {len(banks) + 1}, for a last layer that does not subsample), got {n_layers}"
        )
    return banks + ["half_octave_first"] * (n_layers - len(banks))


def check_depth(banks: Sequence[str], shape: Sequence[int]) -> tuple[int, int]:
    """Return the image size, if every layer gets an image of at least 2 x 2 pixels.

    Raises
    ------
    ValueError
        If the images are too small for so many layers that subsample.
    """
    M, N = check_shape(shape)
    octaves_before_last = sum(bank != "half_octave_first" for bank in banks[:-1])
    least = 2 ** (octaves_before_last + 1)
    if min(M, N) < least:
        raise ValueError(
            f"expected images of at least {least}x{least} for {len(banks)} layers that "
            f"subsample {sum(bank != 'half_octave_first' for bank in banks)} times, got {M}x{N}"
        )
    return M, N
