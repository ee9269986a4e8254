"""What is measured. Each can `evaluate` a batch of random numbers, and most can `train` on one."""

from .device_copy import DeviceCopy
from .loader import Decoder, Loader, by_pillow, by_the_package, draw_photographs
from .matrix_products import MatrixProducts, mixing_products
from .network import Network, baseline, kymatio_scattering, learned_scattering, resnet20
from .operator import Operator, baseline_operator, learned_operator

__all__ = [
    "Decoder",
    "DeviceCopy",
    "Loader",
    "MatrixProducts",
    "Network",
    "Operator",
    "baseline",
    "baseline_operator",
    "by_pillow",
    "by_the_package",
    "draw_photographs",
    "kymatio_scattering",
    "learned_operator",
    "learned_scattering",
    "mixing_products",
    "resnet20",
]
