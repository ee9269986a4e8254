"""What a network promises beside its numbers: outputs, description, and independence of a batch."""

from typing import Any

import pytest
import torch

from kymatio_learned.layers import ChannelLayout
from kymatio_learned.models import LearnedScattering2D

from ..assertions import FLOAT32, FLOAT64, assert_close
from .networks import NETWORKS, build, draw_images


@pytest.mark.parametrize("name", NETWORKS)
def test_layer_outputs_are_those_that_the_network_goes_through(name: str) -> None:
    net = build(name).eval()
    x = draw_images(net)
    outputs = net.layer_outputs(x)
    assert len(outputs) == len(net.layers)
    for layer, channels, output in zip(net.layers, net.config["channels"], outputs, strict=True):
        K = channels if isinstance(channels, int) else sum(channels)
        assert output.shape == (3, K, *layer.wavelets.output_shape)
        assert output.is_complex() == (not layer.out_layout.is_real)
    last = net.out_layout.to_planar(outputs[-1])
    y = outputs[-1] if net.classifier is None else net.classifier(last)
    assert torch.equal(net(x), y)


@pytest.mark.parametrize("name", ["half octaves", "octaves", "skip", "global pooling"])
def test_images_of_a_batch_are_independent_in_evaluation(name: str) -> None:
    net = build(name).double()
    net(draw_images(net))
    x = draw_images(net.eval())
    for image, expected in zip(x, net(x), strict=True):
        assert_close(net(image[None])[0], expected, FLOAT64)
    assert net(x[:0]).shape == (0, *net(x).shape[1:])


def test_images_of_a_batch_depend_on_each_other_in_training() -> None:
    net = build("half octaves").double()
    x = draw_images(net)
    assert not torch.allclose(net(x[:2]), net(x)[:2])


def test_strides_of_the_images_do_not_matter() -> None:
    net = build("half octaves").eval()
    x = draw_images(net)
    assert_close(net(x.to(memory_format=torch.channels_last)), net(x), FLOAT32)
    assert_close(net(x.mT.contiguous().mT), net(x), FLOAT32)


@pytest.mark.parametrize("name", NETWORKS)
def test_config_rebuilds_the_network(name: str) -> None:
    net = build(name).eval()
    other = LearnedScattering2D(**net.config).eval()
    other.load_state_dict(net.state_dict())
    x = draw_images(net)
    assert other.config == net.config
    assert torch.equal(other(x), net(x))


@pytest.mark.parametrize("overrides", [{"n_classes": None}, {"n_classes": 3, "avg_pool": "global"}])
def test_state_dict_loads_at_another_image_size(overrides: dict[str, Any]) -> None:
    # What is learned acts across channels; the filters are not in the state.
    arguments: dict[str, Any] = {
        "J": 2,
        "octave_layers": 1,
        "L": 4,
        "channels": (3, 4, 5),
        "in_channels": 1,
    }
    small = LearnedScattering2D(shape=(8, 8), **arguments, **overrides)
    large = LearnedScattering2D(shape=(24, 21), **arguments, **overrides)
    small(torch.randn(4, 1, 8, 8))
    large.load_state_dict(small.state_dict())
    assert not any(key.endswith((".phi", ".psi")) for key in small.state_dict())
    for key, value in small.state_dict().items():
        assert torch.equal(large.state_dict()[key], value)
    assert large.eval()(torch.randn(2, 1, 24, 21)).isfinite().all()


def test_meta_tells_layer_bank_and_scale_of_every_column() -> None:
    net = build("octave, half octaves")
    meta = net.meta()
    for index, layer in enumerate(net.layers):
        columns = [entry for entry in meta if entry["layer"] == index]
        assert len(columns) == layer.mixing.weight.shape[1]
        assert {entry["bank"] for entry in columns} == {layer.wavelets.bank}
        # The output's sampling step is 2^scale: the image's size over the output's.
        step = net.shape[1] // layer.wavelets.output_shape[1]
        assert {2 ** entry["scale"] for entry in columns} == {step}
        expected = [{key: entry[key] for key in layer.meta()[0]} for entry in columns]
        assert expected == layer.meta()


def test_representation_names_each_layer() -> None:
    text = repr(build("octave, half octaves"))
    for part in ("bank='octave'", "bank='half_octave_first'", "9x8 -> 4x4", "out_channels=4"):
        assert part in text
    assert "torch.float" not in text  # no tensors


def test_complex_images_are_channels_of_a_layout() -> None:
    net = LearnedScattering2D(
        J=1, shape=(8, 8), L=4, channels=(3, 4), in_channels=ChannelLayout(n_complex=2)
    )
    x = torch.randn(2, 2, 8, 8, dtype=torch.complex64)
    assert net(x).shape == (2, 4, 4, 4)
    # A global phase turns phi and leaves the moduli: the phase of the image is seen.
    assert not torch.allclose(net.eval()(x), net(1j * x))


def test_quarter_turn_of_a_real_image_permutes_what_the_first_layer_mixes() -> None:
    # The operator's covariance, in the channels that `meta` names: theta -> theta + L/2. Images
    # that vanish near the border are not changed by the padding.
    net = LearnedScattering2D(J=1, shape=(17, 17), L=4, channels=(3, 3), in_channels=1)
    x = torch.zeros(1, 1, 17, 17)
    x[..., 5:12, 5:12] = torch.randn(7, 7)
    layer = net.layers[0]
    before, after = layer.features(x), layer.features(torch.rot90(x, 1, (2, 3)))
    # The grid is centred on pixel 8; the output holds the rows 1 to 16 of the image's 0 to 16.
    centre = (..., slice(4, 11), slice(4, 11))
    thetas = [entry["theta"] for entry in net.meta() if entry["layer"] == 0]
    for column, theta in enumerate(thetas):
        turned = None if theta is None else (theta + 2) % 4
        expected = torch.rot90(before[:, thetas.index(turned)][centre], 1, (1, 2))
        assert_close(after[:, column][centre], expected, FLOAT32)


def test_network_compiles_without_graph_breaks() -> None:
    # The planar form has no complex tensor that the compiler could not take. The backend "eager"
    # runs the captured graph as it is.
    net = build("skip")
    x = draw_images(net)
    weight = net.layers[0].mixing.weight
    net(x).sum().backward()
    expected, weight.grad = weight.grad, None
    compiled = torch.compile(net, fullgraph=True, backend="eager")
    compiled(x).sum().backward()
    assert_close(weight.grad, expected, FLOAT32)
    assert_close(compiled(x), net(x), FLOAT32)
