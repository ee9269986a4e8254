"""Replaces the rectifiers of any network."""

import copy
from collections.abc import Callable, Sequence

import torch
from torch import fx, nn
from torch.fx.passes.shape_prop import ShapeProp
from torch.nn.modules.batchnorm import _BatchNorm

_FUNCTIONS = {torch.relu, torch.relu_, nn.functional.relu, nn.functional.relu_}
_METHODS = {"relu", "relu_"}


def replace_activations(
    model: nn.Module,
    factory: Callable[[int], nn.Module],
    *,
    shape: Sequence[int] = (1, 3, 224, 224),
) -> fx.GraphModule:
    """Put another non-linearity in the place of each rectifier of a network.

    Every place gets a module of its own, also where the network calls one rectifier several
    times, so that learned thresholds are not shared.

    Parameters
    ----------
    model
        Any network that PyTorch can trace, such as torchvision's ``resnet18()``. It stays as it
        is; the result shares its other modules.
    factory
        Builds the non-linearity for a number of channels, for example
        ``functools.partial(activation, "abs")``.
    shape
        Shape of a batch of images, to find the numbers of channels. Nothing is computed with it.

    Returns
    -------
    torch.fx.GraphModule
        The network, with the same names in its ``state_dict``. The second use of a rectifier
        ``relu`` has the name ``relu_1``, and so on.

    Raises
    ------
    ValueError
        If there is no rectifier, or if the network takes another way in evaluation than in
        training.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022, section 4: ResNet-18
    without biases, its rectifiers replaced.

    Examples
    --------
    >>> from torchvision.models import resnet18
    >>> net = replace_activations(remove_biases(resnet18()), lambda channels: torch.nn.Tanh())
    >>> net.get_submodule("layer1.0.relu"), net.get_submodule("layer1.0.relu_1")
    (Tanh(), Tanh())
    """
    traced = _trace(model)
    rectifiers = [node for node in traced.graph.nodes if _is_rectifier(node, traced)]
    if not rectifiers:
        raise ValueError(f"expected a network with rectifiers, got a {type(model).__name__}")
    channels = _channels(traced, shape)
    used: dict[str, int] = {}
    for node in rectifiers:
        base = str(node.target) if node.op == "call_module" else "relu"
        name = base if base not in used else f"{base}_{used[base]}"
        used[base] = used.get(base, 0) + 1
        with traced.graph.inserting_after(node):
            traced.add_submodule(name, factory(channels[node.name]))
            replacement = traced.graph.call_module(name, (node.args[0],))
        node.replace_all_uses_with(replacement)
        traced.graph.erase_node(node)
    traced.recompile()
    return traced


def remove_biases(model: nn.Module) -> nn.Module:
    """Take the learned offsets out of a network, but for those of its linear layers, in place.

    Batch normalizations lose their learned offsets and factors, convolutions their offsets, as in
    the networks without biases of the published code.

    Parameters
    ----------
    model
        Any network.

    Returns
    -------
    torch.nn.Module
        The network.

    Examples
    --------
    >>> from torchvision.models import resnet18
    >>> [name for name, _ in remove_biases(resnet18()).named_parameters() if "bias" in name]
    ['fc.bias']
    """
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.affine = False
            module.register_parameter("weight", None)
            module.register_parameter("bias", None)
        elif isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Conv3d)):
            module.register_parameter("bias", None)
    return model


def _trace(model: nn.Module) -> fx.GraphModule:
    """Trace a network whose way does not depend on its mode, which a trace would freeze."""
    training = model.training
    try:
        codes = [str(fx.Tracer().trace(model.train(mode))) for mode in (True, False)]
    finally:
        model.train(training)
    if codes[0] != codes[1]:
        raise ValueError(
            f"expected a network that takes one way in training and evaluation, "
            f"got a {type(model).__name__}"
        )
    return fx.symbolic_trace(model)


def _is_rectifier(node: fx.Node, traced: fx.GraphModule) -> bool:
    if node.op == "call_module":
        return isinstance(traced.get_submodule(str(node.target)), nn.ReLU)
    return (node.op == "call_function" and node.target in _FUNCTIONS) or (
        node.op == "call_method" and node.target in _METHODS
    )


def _channels(traced: fx.GraphModule, shape: Sequence[int]) -> dict[str, int]:
    """Return the number of channels of each rectifier's output, by the name of its node."""
    shapes = copy.deepcopy(traced).eval().to("meta")
    ShapeProp(shapes).propagate(torch.empty(*shape, device="meta"))
    return {
        node.name: node.meta["tensor_meta"].shape[1]
        for node in shapes.graph.nodes
        if _is_rectifier(node, shapes)
    }
