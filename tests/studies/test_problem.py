"""Subsets of one data set share its test images."""

import numpy as np
import torch

from kymatio_learned.studies import Problem
from kymatio_learned.studies.problem import normalised
from kymatio_learned.training import load_dataset


def test_subsets_are_those_of_the_data_set() -> None:
    problem = Problem("digits")
    splits = problem.splits(60, seed=3)
    expected = load_dataset("digits", train_samples=60, seed=3)
    assert torch.equal(splits.train.images(range(60)), expected.train.images(range(60)))
    assert torch.equal(splits.train.labels, expected.train.labels)
    assert splits.test is problem.splits(20, seed=1).test
    assert torch.equal(splits.test.labels, expected.test.labels)
    assert len(problem.splits().train) == 1437


def test_fewer_test_images_keep_the_shares_of_the_classes() -> None:
    test = Problem("digits", test_samples=50).splits(10).test
    assert np.bincount(test.labels.numpy()).tolist() == [5] * 10


def test_images_as_a_network_sees_them() -> None:
    splits = Problem("digits").splits()
    x = normalised(splits, splits.train)
    assert x.shape == (1437, 1, 32, 32)
    assert abs(x.mean().item()) < 1e-4
    assert abs(x.std().item() - 1) < 1e-4
