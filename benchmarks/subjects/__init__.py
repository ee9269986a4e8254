"""What is measured. Each can `evaluate` a batch of random numbers, and most can `train` on one.

`loader` is imported on its own: what it needs takes seconds, in every process.
"""

from .device_copy import DeviceCopy
from .matrix_products import MatrixProducts, mixing_products
from .network import Network, baseline, kymatio_scattering, learned_scattering, resnet20
from .operator import Operator, baseline_operator, learned_operator

__all__ = [
    "DeviceCopy",
    "MatrixProducts",
    "Network",
    "Operator",
    "baseline",
    "baseline_operator",
    "kymatio_scattering",
    "learned_operator",
    "learned_scattering",
    "mixing_products",
    "resnet20",
]
