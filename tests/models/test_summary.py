"""The numbers of the summary equal a count by hand."""

from kymatio_learned.models import LearnedScattering2D
from kymatio_learned.models.summary import count_parameters


def cells(net: LearnedScattering2D) -> list[list[str]]:
    """Return the rows of the table, split at wide spaces, without its rules."""
    lines = [line for line in net.summary().splitlines() if set(line) != {"-"}]
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines]


def test_summary_of_a_plain_network() -> None:
    net = LearnedScattering2D(
        J=2, shape=(8, 12), L=3, channels=(2, 3, 4), octave_layers=1, in_channels=1, n_classes=5
    )
    # Layer 0 mixes 1 real phi and 3 real moduli, 4 planes, to 2 complex channels, 4 planes.
    # Layer 1 mixes 2 complex phi and 6 moduli, 10 planes, to 3 complex channels, 6 planes; layer 2
    # mixes 3 and 9, 15 planes, to 4 complex channels, 8 planes.
    assert cells(net) == [
        ["layer", "bank", "output", "learned parameters", "multiply-adds"],
        ["0", "octave", "2 complex x 4 x 6", str(2 * 4 * 2), str(4 * 4 * 4 * 6)],
        ["1", "half_octave_first", "3 complex x 4 x 6", str(2 * 8 * 3), f"{10 * 6 * 4 * 6:,}"],
        ["2", "half_octave_second", "4 complex x 2 x 3", str(2 * 12 * 4), str(15 * 8 * 2 * 3)],
        ["classifier", "5", str(2 * 8 + 5 * (8 * 6 + 1)), str(5 * 8 * 6)],
        ["total", "421", f"{384 + 1440 + 720 + 240:,}"],
    ]
    assert count_parameters(net) == 421


def test_summary_of_a_network_with_skip_and_real_weights() -> None:
    net = LearnedScattering2D(
        J=0, shape=(4, 4), L=2, channels=(3,), in_channels=1, skip=True, complex_mixing=False
    )
    # phi is real, 2 psi are complex, and the 3 moduli are real: 8 planes and 6 channels.
    assert cells(net)[1:] == [
        ["0", "half_octave_first", "3 complex x 4 x 4", str(6 * 3), str(8 * 6 * 16)],
        ["total", "18", "768"],
    ]


def test_summary_tells_real_features() -> None:
    net = LearnedScattering2D(J=0, shape=(4, 4), L=2, channels=(3,), complex_mixing=False)
    assert "3 real x 4 x 4" in net.summary()


def test_parameters_that_are_not_learned_are_not_counted() -> None:
    net = LearnedScattering2D(J=0, shape=(4, 4), L=2, channels=(3,), n_classes=2)
    total = count_parameters(net)
    net.layers[0].mixing.weight.requires_grad_(False)
    assert count_parameters(net) == total - net.layers[0].mixing.weight.numel()
