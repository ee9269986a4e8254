"""The classifier is batch normalization of each plane, pooling, and a linear map."""

from typing import Any

import pytest
import torch

from kymatio_learned.layers import ChannelLayout, Classifier

from .. import reference
from ..assertions import FLOAT64, assert_close


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("layout", [ChannelLayout(2, 1), ChannelLayout(n_real=3)], ids=str)
@pytest.mark.parametrize("avg_pool", [None, "global", 1, 2, 3])
def test_classifier_equals_its_definition(
    avg_pool: Any, layout: ChannelLayout, training: bool
) -> None:
    classifier = Classifier(layout, (3, 4), 5, avg_pool).double()
    with torch.no_grad():
        for parameter in classifier.parameters():
            parameter.normal_()
    x = 2 + torch.randn(6, layout.n_planes, 3, 4, dtype=torch.float64)
    classifier(x)  # running averages that are not those of the start
    classifier.train(training)
    # On planes, which are real channels.
    expected = reference.classify(classifier, x.numpy(), avg_pool)
    assert_close(classifier(x), expected, FLOAT64)


def test_planes_of_complex_channels_are_features_of_their_own() -> None:
    layout = ChannelLayout(n_complex=3)
    classifier = Classifier(layout, (2, 2), 5).double().eval()
    x = torch.randn(4, 6, 2, 2, dtype=torch.float64)
    native = layout.to_native(x).numpy()
    assert classifier.linear.in_features == 2 * 3 * 2 * 2
    assert_close(classifier(x), reference.classify(classifier, native, None), FLOAT64)


@pytest.mark.parametrize("avg_pool", [0, -1, 2.0, True, "local"])
def test_unknown_pooling_is_refused(avg_pool: Any) -> None:
    with pytest.raises(ValueError, match="'global', a positive integer or None, got"):
        Classifier(ChannelLayout(2), (4, 4), 10, avg_pool)


def test_pooling_larger_than_the_feature_maps_is_refused() -> None:
    with pytest.raises(ValueError, match="feature maps' side, got avg_pool=3 for 2x4"):
        Classifier(ChannelLayout(2), (2, 4), 10, 3)


def test_classifier_without_classes_is_refused() -> None:
    with pytest.raises(ValueError, match="n_classes to be at least 1, got 0"):
        Classifier(ChannelLayout(2), (2, 2), 0)
