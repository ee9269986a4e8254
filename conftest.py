"""What is not searched for examples: scripts, and modules without their optional package."""

from importlib.util import find_spec

collect_ignore_glob = ["docs/*.py", "tests/training/preempted.py"]
if not find_spec("triton"):
    collect_ignore_glob.append("kymatio_learned/**/*triton*")
