"""A simplex is complete collapse; away from it each measure has a closed form."""

import numpy as np
import pytest

from kymatio_learned.analysis import class_statistics, neural_collapse

from . import gaussians


def simplex(C: int, d: int, rng: np.random.Generator) -> gaussians.Array:
    """Return C points at equal angles around a random centre, in a random subspace."""
    basis = np.linalg.qr(rng.standard_normal((d, C)))[0]
    return (np.eye(C) - 1 / C) @ basis.T + rng.standard_normal(d)


def test_collapse_onto_a_simplex_gives_zeros(rng: np.random.Generator) -> None:
    means = simplex(5, 8, rng)
    W = means - means.mean(0)
    x, y = np.repeat(means, 6, 0), np.repeat(range(5), 6)
    b = -(means @ means.mean(0)) + means.mean(0) @ means.mean(0) / 2  # that of nearest means
    collapse = neural_collapse(x, y, 3 * W, 3 * b)
    assert max(abs(v) for v in vars(collapse).values()) < 1e-10


def test_variability_within_classes_has_a_closed_form(rng: np.random.Generator) -> None:
    """Each of the C - 1 directions of the means has variance 1 / C between, and s^2 within."""
    C, d, s = 4, 7, 0.3
    x, y = gaussians.draw(rng, simplex(C, d, rng), s**2 * np.eye(d), 50)
    collapse = neural_collapse(x, y)
    assert collapse.nc1 == pytest.approx(s**2 * (C - 1), rel=1e-10)
    assert collapse.nc2_norms == pytest.approx(0, abs=1e-10)
    assert collapse.nc2_angles == pytest.approx(0, abs=1e-10)
    assert collapse.nc3 is None
    assert collapse.nc4 is None


def test_variability_equals_the_pseudo_inverse(rng: np.random.Generator) -> None:
    """For any classes, also of unequal sizes, computed with the whole matrices."""
    x, y = rng.standard_normal((70, 6)), rng.choice(3, 70, p=[0.6, 0.3, 0.1])
    s = class_statistics(x, y)
    expected = np.trace(s.within @ np.linalg.pinv(s.between, rcond=1e-10)) / 3
    assert neural_collapse(x, y).nc1 == pytest.approx(expected, rel=1e-8)


def test_norms_and_angles_of_two_orthogonal_pairs() -> None:
    # Means at the corners of a rectangle 2 a x 2 b: equal norms, cosines -1 and +-(a^2 - b^2)/r^2.
    a, b = 1.0, 2.0
    means = np.array([[a, b], [-a, b], [-a, -b], [a, -b]])
    collapse = neural_collapse(np.repeat(means, 2, 0), np.repeat(range(4), 2))
    c = (a**2 - b**2) / (a**2 + b**2)
    expected = (abs(-1 + 1 / 3) + abs(c + 1 / 3) + abs(-c + 1 / 3)) / 3
    assert collapse.nc2_angles == pytest.approx(expected, rel=1e-12)
    assert collapse.nc2_norms == pytest.approx(0, abs=1e-12)
    stretched = neural_collapse([[3.0], [-1.0], [-2.0]], [0, 1, 2])
    assert stretched.nc2_norms == pytest.approx(np.std([3, 1, 2]) / 2, rel=1e-12)


def test_classifier_against_the_means(rng: np.random.Generator) -> None:
    """A classifier at a right angle to the means has distance 2; a turned one disagrees always."""
    means = np.concatenate([simplex(3, 4, rng), np.zeros((3, 4))], 1)
    x, y = np.repeat(means, 5, 0), np.repeat(range(3), 5)
    W = np.roll(means - means.mean(0), 4, axis=1)
    assert neural_collapse(x, y, W).nc3 == pytest.approx(2, rel=1e-12)
    turned = neural_collapse(x - means.mean(0), y, np.roll(means - means.mean(0), 1, axis=0))
    assert turned.nc4 == 1.0
    half = np.concatenate([np.repeat(means[:2], 5, 0), np.repeat(means[[1, 0]], 1, 0)])
    labels = [0] * 5 + [1] * 5 + [0, 1]
    assert neural_collapse(half - half.mean(0), labels, (means - half.mean(0))[:2]).nc4 == 0.0


def test_wrong_arguments() -> None:
    x, y = np.eye(4), [0, 0, 1, 1]
    with pytest.raises(ValueError, match=r"expected a weight \(2, 4\) and labels from 0 to 2"):
        neural_collapse(x, y, np.zeros((3, 4)))
    with pytest.raises(ValueError, match=r"got \(2, 4\) and labels \[3, 5\]"):
        neural_collapse(x, [3, 3, 5, 5], np.zeros((2, 4)))
    with pytest.raises(ValueError, match="expected classes of different means"):
        neural_collapse(np.ones((4, 2)), y)
