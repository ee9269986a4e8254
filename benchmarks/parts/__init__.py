"""What a run measures, a part a file: `measure` returns rows, `tables` and `figure` show them."""

from types import ModuleType

from . import (
    compilation,
    constructor,
    gpu_cifar10,
    gpu_operator,
    gpu_training,
    loading,
    networks,
    operator,
    precision,
    scaling,
    threads,
)

CPU_PARTS: dict[str, ModuleType] = {
    "networks": networks,
    "operator": operator,
    "precision": precision,
    "threads": threads,
    "scaling": scaling,
    "constructor": constructor,
    "loading": loading,
    "compilation": compilation,
}

# The most telling first: what does not fit into the time is left out.
GPU_PARTS: dict[str, ModuleType] = {
    "gpu_operator": gpu_operator,
    "gpu_cifar10": gpu_cifar10,
    "gpu_training": gpu_training,
}
