"""Names of the channels that a layer mixes."""

from collections.abc import Sequence
from typing import Any

from .channel_layout import ChannelLayout


def mixed_channels(
    layout: ChannelLayout,
    filters: Sequence[dict[str, Any]],
    nonlinearity: str,
    skip: bool,
    orders: Sequence[int] | None,
) -> list[dict[str, Any]]:
    """Tell which channel is which among those that a layer mixes, the complex ones first.

    Parameters
    ----------
    layout
        Channels that the wavelets filter.
    filters
        The operator's ``meta()``.
    nonlinearity, skip, orders
        Of the layer; see `LearnedScatteringLayer`.

    Returns
    -------
    list of dict
        See `LearnedScatteringLayer.meta`.
    """
    phi, *psi = (
        {"filter": m["filter"], "theta": m["theta"][0] if m["theta"] else None}
        | {"angle": m["angle"]}
        for m in filters
    )
    a, C = layout.n_complex, layout.n_channels
    low = [{"input_channel": c, **phi, "is_complex": c < a} for c in range(C)]
    high = [{"input_channel": c, **m, "is_complex": True} for c in range(C) for m in psi]
    linear = low[:a] + high + low[a:]
    collapsed = {"is_complex": False} if nonlinearity == "modulus" else {}
    rho = [m | collapsed | {"nonlinearity": nonlinearity} for m in (linear if skip else high)]
    kept = [m | {"nonlinearity": None} for m in (linear if skip else low)]
    channels = sorted(kept + rho, key=lambda m: not m["is_complex"])
    if orders is None:
        return [m | {"order": None} for m in channels]
    order = [order for order, n in enumerate(orders) for _ in range(n)]
    return [
        m | {"order": order[m["input_channel"]] + (m["nonlinearity"] is not None)} for m in channels
    ]
