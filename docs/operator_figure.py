"""Draw _static/operator.png: the operator on a photograph in the public domain."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cbook import get_sample_data
from matplotlib.colors import hsv_to_rgb

from kymatio_learned.numpy import PhaseCollapse2D


def photograph():
    """Return a grey portrait of Grace Hopper (US Navy, public domain), 128 x 128, in [0, 1]."""
    with get_sample_data("grace_hopper.jpg") as file:
        grey = plt.imread(file, format="jpg").mean(-1) / 255
    # The mean over squares of 4 x 4 pixels.
    return grey[30:542].reshape(128, 4, 128, 4).mean((1, 3))


def phase_as_hue(z, largest):
    """Show the phase as a hue, and the modulus as the strength of the colour."""
    hue = np.angle(z) / (2 * np.pi) % 1
    return hsv_to_rgb(np.stack([hue, np.clip(np.abs(z) / largest, 0, 1), np.ones_like(hue)], -1))


def main():
    """Draw the figure."""
    x = photograph()
    S = PhaseCollapse2D(shape=x.shape, L=4)
    phi, psi = S.wavelets(x)
    largest = np.quantile(np.abs(psi), 0.995)

    fig = plt.figure(figsize=(11, 3.6), layout="constrained")
    grid = fig.add_gridspec(2, 6, width_ratios=(2, 1, 1, 1, 1, 1))
    left = (("$x$", grid[:, 0], x), (r"$x \star \phi$", grid[0, 1], phi))
    for title, cell, image in left:
        ax = fig.add_subplot(cell)
        ax.imshow(image, cmap="gray")
        ax.set(title=title, xticks=[], yticks=[])
    for column, (z, meta) in enumerate(zip(psi, S.meta()[1:], strict=True), start=2):
        for row, shown in enumerate((phase_as_hue(z, largest), np.abs(z))):
            ax = fig.add_subplot(grid[row, column])
            ax.imshow(shown, cmap="gray_r", vmin=0, vmax=largest)
            ax.set(xticks=[], yticks=[])
            symbol = (r"x \star \psi", r"|x \star \psi|")[row]
            ax.set_title(f"${symbol}$, {np.rad2deg(meta['angle']):.0f}°")
    fig.savefig(Path(__file__).parent / "_static" / "operator.png", dpi=80)


if __name__ == "__main__":
    main()
