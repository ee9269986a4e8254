"""The Triton backend is an option; its kernels are right where they run, and compile for a GPU."""

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

BACKEND = "kymatio_learned.scattering2d.backend.torch_triton_backend"
KERNELS = "kymatio_learned.scattering2d.backend.triton_kernels"
CASES = Path(__file__).with_name("triton_cases.py")


@pytest.mark.parametrize(
    "device",
    [
        "interpreter",
        pytest.param(
            "cuda",
            marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU"),
        ),
    ],
)
def test_kernels_compute_the_operator_and_its_gradient(device: str) -> None:
    pytest.importorskip("triton", reason="Triton is not installed")
    # Triton decides when it is imported whether it interprets kernels, so in another process.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "TRITON_INTERPRET"))
    }
    if device == "interpreter":
        environment["TRITON_INTERPRET"] = "1"
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(CASES)],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-10_000:] + result.stderr


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*sys.modules]:
        if name.startswith((BACKEND, KERNELS)):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "triton", None)
    with pytest.raises(ImportError, match=r"'torch_triton' needs .* pip install triton"):
        importlib.import_module(BACKEND)


@pytest.mark.parametrize(
    ("name", "is_complex", "dtype"),
    [
        ("wavelets", False, "fp32"),
        ("moduli", True, "fp32"),
        ("slopes", True, "bf16"),
        ("synthesis", True, "fp32"),
    ],
)
def test_kernels_compile_for_a_gpu(
    name: str, is_complex: bool, dtype: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The interpreter runs Python that is not Triton; the compiler, which needs no GPU, is strict.
    pytest.importorskip("triton", reason="Triton is not installed")
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    assert "cubin" in compile_kernel(name, is_complex, dtype).asm


def compile_kernel(name: str, is_complex: bool, dtype: str) -> Any:
    """Compile a kernel for an H100, for four angles, as it is launched for many channels."""
    from triton import compile
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    constants: dict[str, Any] = {"R": 4, "Q": 4, "STRIDE": 2, "COMPLEX": is_complex}
    constants |= {"TILE_M": 4, "TILE_N": 8, "BLOCK_C": 64, "ELEMENTS": 1024}
    if name == "synthesis":
        kernel = importlib.import_module(f"{KERNELS}.synthesis").synthesis_kernel.fn
        constants |= {"FILTERS": 5}
    else:
        kernel = importlib.import_module(f"{KERNELS}.analysis").analysis_kernel.fn
        constants |= {"OUTPUT": name, "GROUPS": 1, "ANGLES": 4}
    types = {"x": f"*{dtype}"}
    types |= dict.fromkeys(("rows", "columns", "spans"), "*i32")
    types |= dict.fromkeys(("grad", "taps", "low", "high"), "*fp32")
    signature = {
        argument: "constexpr" if argument in constants else types.get(argument, "i32")
        for argument in kernel.arg_names
    }
    aligned = (*types, "C", "stride_b", "stride_m", "stride_n", "stride_p")
    attributes = {
        (position,): [["tt.divisibility", 16]]
        for position, argument in enumerate(kernel.arg_names)
        if argument in aligned
    }
    source = ASTSource(kernel, signature, constants, attributes)
    return compile(source, target=GPUTarget("cuda", 90, 32), options={"num_warps": 4})
