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

# How long a part repeats what it measures. Once it measures even where the machine is too slow.
MINUTES = {
    "networks": 7.0,
    "operator": 1.5,
    "precision": 1.25,
    "threads": 1.25,
    "scaling": 0.75,
    "constructor": 0.75,
    "loading": 0.5,
    "compilation": 1.5,
}

# The most telling first: what does not fit into the time is left out.
GPU_PARTS: dict[str, ModuleType] = {
    "gpu_operator": gpu_operator,
    "gpu_cifar10": gpu_cifar10,
    "gpu_training": gpu_training,
}
