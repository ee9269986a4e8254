"""Networks that learn in part, or begin with weights from elsewhere."""

from collections.abc import Sequence

from torch import Tensor, nn

from ..models import LearnedScattering2D
from .checkpoints import read_checkpoint


def freeze(network: LearnedScattering2D, parts: Sequence[str]) -> None:
    """Let parts of a network keep their parameters while the rest learns.

    Running averages of a frozen part still follow the data, in training.

    Parameters
    ----------
    network
        Changed in place.
    parts
        Numbers of layers, from "0", and "classifier".

    Raises
    ------
    ValueError
        When there is no such part, or nothing is left to learn.

    Examples
    --------
    >>> network = LearnedScattering2D(J=1, shape=(8, 8), L=4, channels=(2, 3), n_classes=2)
    >>> freeze(network, ["0", "classifier"])
    >>> [name for name, p in network.named_parameters() if p.requires_grad]
    ['layers.1.mixing.weight']
    """
    known: dict[str, nn.Module] = {str(i): layer for i, layer in enumerate(network.layers)}
    if network.classifier is not None:
        known["classifier"] = network.classifier
    if unknown := sorted(set(parts) - known.keys()):
        raise ValueError(f"expected parts among {', '.join(known)}, got {', '.join(unknown)}")
    for part in parts:
        known[part].requires_grad_(False)
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise ValueError(f"expected a part that learns, got all frozen: {', '.join(parts)}")


def load_fitting_weights(network: nn.Module, path: str) -> str:
    """Load those weights of a checkpoint that a network has too, of the same shape.

    Parameters
    ----------
    network
        Changed in place.
    path
        A checkpoint of a training.

    Returns
    -------
    str
        What was loaded, and a list of what was not, with the reason.

    Raises
    ------
    ValueError
        When the file cannot be read, or nothing in it fits.
    """
    prefix = "network."
    state: dict[str, Tensor] = {
        name.removeprefix(prefix): tensor
        for name, tensor in read_checkpoint(path)["state_dict"].items()
        if name.startswith(prefix)
    }
    own = network.state_dict()
    skipped = []
    for name in sorted(own.keys() | state.keys()):
        if name not in state:
            skipped.append(f"{name}: not in the file")
        elif name not in own:
            skipped.append(f"{name}: not in the network")
        elif state[name].shape != own[name].shape:
            shapes = tuple(state[name].shape), tuple(own[name].shape)
            skipped.append(f"{name}: {shapes[0]} in the file, {shapes[1]} in the network")
    fitting = {
        name: state[name]
        for name in own.keys() & state.keys()
        if state[name].shape == own[name].shape
    }
    if not fitting:
        raise ValueError(f"expected weights of a like network in {path}, found none that fits")
    network.load_state_dict(fitting, strict=False)
    lines = [f"loaded {len(fitting)} of {len(own)} tensors from {path}"]
    lines += ["left out:", *(f"  {line}" for line in skipped)] if skipped else []
    return "\n".join(lines)
