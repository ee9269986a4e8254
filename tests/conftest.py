"""What every test shares: seeded generators, and drawn examples that are the same each time."""

import numpy as np
import pytest
import torch
from hypothesis import settings

# Derandomized: a failure is a change of the code, not of the draw. No deadline: machines differ.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=20)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
