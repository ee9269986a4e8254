"""Modules whose examples run only where an optional package is."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("triton") else ["kymatio_learned/**/*triton*"]
