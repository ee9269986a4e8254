"""How many channels of each order the layers of a network have."""

from collections.abc import Sequence

import numpy as np
from scipy.special import binom

from ..scattering2d.utils import check_integer


def layer_channels(
    channels: Sequence[int | Sequence[int]], separate_orders: bool
) -> list[int | tuple[int, ...]]:
    r"""Return the number of output channels of each layer, one for each order if separated.

    Layer :math:`j` has the orders 0, ..., :math:`j + 1`. They share a total in proportion to
    :math:`\binom{j + 1}{m}`, as if every second coefficient went through the non-linearity of a
    layer, and have one channel at least.

    Raises
    ------
    ValueError
        If a number is not positive, there is not one for each order, or a total is too small.
    TypeError
        If a number is not an integer.

    Examples
    --------
    >>> layer_channels([8, 16, [2, 4, 4, 2]], separate_orders=True)
    [(4, 4), (4, 8, 4), (2, 4, 4, 2)]
    """
    sizes: list[int | tuple[int, ...]] = []
    for index, given in enumerate(channels):
        name, n = f"channels[{index}]", index + 2
        if isinstance(given, Sequence):
            if not separate_orders:
                raise TypeError(
                    f"expected {name} to be an integer, got {given}: only with separate_orders "
                    f"a layer has a number for each order"
                )
            if len(given) != n:
                raise ValueError(f"expected {name} to be {n} numbers, for each order, got {given}")
            for number in given:
                check_integer(name, number, least=1)
            sizes.append(tuple(given))
        else:
            check_integer(name, given, least=n if separate_orders else 1)
            sizes.append(_shares(given, n) if separate_orders else given)
    return sizes


def _shares(total: int, n: int) -> tuple[int, ...]:
    """Divide a total over n orders, by largest remainders after one for each."""
    shares = (total - n) * binom(n - 1, np.arange(n)) / 2 ** (n - 1)
    sizes = np.floor(shares).astype(int)
    largest = np.argsort(sizes - shares, kind="stable")
    sizes[largest[: total - n - sizes.sum()]] += 1
    return tuple((1 + sizes).tolist())
