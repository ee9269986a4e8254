"""The tables hold enough kinds of broken input."""

from . import test_images, test_options, test_runs


def test_there_are_at_least_forty_kinds_and_no_two_the_same() -> None:
    tables = (test_images.ERRORS, test_images.FALLBACKS, test_options.ERRORS, test_runs.ERRORS)
    names = [name for table in tables for name in table]
    # Beside the tables, in test_disk: a full and a read-only disk, a folder that may not be
    # entered, one inside a file; in test_runs: a damaged checkpoint that has one before it.
    assert len(set(names)) == len(names)
    assert len(names) + 5 >= 40
