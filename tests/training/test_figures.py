"""What the pictures show."""

import numpy as np

from kymatio_learned.models import LearnedScattering2D
from kymatio_learned.training import figures


def test_learning_curves_leave_out_epochs_without_test() -> None:
    rows = [
        {
            "epoch": epoch,
            "learning_rate": 0.1 / epoch,
            "train_loss": 1.0 / epoch,
            "train_accuracy": 0.5,
            "test_loss": None if epoch == 2 else 2.0 / epoch,
            "test_accuracy": None if epoch == 2 else 0.25,
        }
        for epoch in (1, 2, 4)
    ]
    loss, accuracy, rate = figures.learning_curves(rows).axes
    train, test = (np.asarray(line.get_xydata()) for line in loss.lines)
    np.testing.assert_array_equal(train, [[1, 1.0], [2, 0.5], [4, 0.25]])
    np.testing.assert_array_equal(test, [[1, 2.0], [4, 0.5]])
    assert [len(np.asarray(line.get_xdata())) for line in accuracy.lines] == [3, 2]
    np.testing.assert_allclose(np.asarray(rate.lines[0].get_ydata()), [0.1, 0.05, 0.025])


def test_confusion_matrix_counts_and_shares() -> None:
    counts = np.array([[3, 1], [0, 0]])
    axes = figures.confusion_matrix(counts, ("cat", "dog")).axes[0]
    expected = np.array([[0.75, 0.25], [0.0, 0.0]])
    np.testing.assert_allclose(np.asarray(axes.images[0].get_array()), expected)
    assert [text.get_text() for text in axes.texts] == ["3", "1"]
    assert axes.get_title() == "3 of 4 test images are right (75.00%)"


def test_many_classes_have_no_names() -> None:
    axes = figures.confusion_matrix(np.eye(100, dtype=int), [str(k) for k in range(100)]).axes[0]
    assert not axes.texts


def test_wavelets_show_each_bank_once() -> None:
    network = LearnedScattering2D(J=3, shape=(16, 16), L=4, channels=(2,) * 5, octave_layers=1)
    figure = figures.wavelets(layer.wavelets for layer in network.layers)
    labels = [axes.get_ylabel().split("\n")[0] for axes in figure.axes if axes.get_ylabel()]
    banks = ["octave", "half octave first", "half octave second"]
    assert labels == [bank for bank in banks for _ in range(2)]
    assert len(figure.axes) == 3 * 2 * (1 + 4)


def test_a_wavelet_is_drawn_about_the_middle_with_its_mean_removed() -> None:
    network = LearnedScattering2D(J=1, shape=(32, 32), L=4, channels=(2,), octave_layers=1)
    figure = figures.wavelets(layer.wavelets for layer in network.layers)
    space, frequency = (
        np.asarray(figure.axes[row * 5 + 1].images[0].get_array()) for row in range(2)
    )
    middle = tuple(size // 2 for size in space.shape)
    assert np.unravel_index(np.abs(space).argmax(), space.shape) == middle
    assert abs(frequency[tuple(size // 2 for size in frequency.shape)]) < 1e-6
