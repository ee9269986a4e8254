"""Speed and memory, as ratios measured in one run: ``cpu.py`` and ``gpu.py`` are the commands."""
