"""The operations that the operator is made of, one module a backend."""
