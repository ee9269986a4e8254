"""The backends that compute on any processor; that of Triton has its own tests."""

BACKENDS = ("torch", "torch_matmul")
