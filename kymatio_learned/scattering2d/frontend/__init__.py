"""What users call, one module a framework."""
