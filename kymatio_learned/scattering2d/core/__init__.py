"""The operator as the paper writes it, in terms of a backend."""
