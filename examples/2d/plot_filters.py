r"""
Filters in space and frequency
==============================

The operator has one low-pass filter :math:`\phi` and :math:`L` Morlet wavelets
:math:`\psi_\theta`, in one of three banks. ``"octave"`` halves the resolution in one layer.
``"half_octave_first"`` and ``"half_octave_second"`` do it in two. This page shows the filters
pixel by pixel, the frequencies that they cover, and what share of an image's energy they keep.
"""

import matplotlib.pyplot as plt
import numpy as np

from kymatio_learned.numpy import PhaseCollapse2D

BANKS = ("octave", "half_octave_first", "half_octave_second")

# %%
# In space
# --------
# An operator holds its filters in the Fourier domain, as ``S.phi`` and ``S.psi``. We transform
# them back and look at the eleven pixels around the origin. An angle is that of the oscillation,
# counted from the first axis (rows). The envelopes are a pixel or two wide: these are the finest
# filters that a pixel grid can hold, and every later layer of a network applies them to a
# subsampled map.

S = PhaseCollapse2D(shape=(60, 60), L=8)
filters = np.fft.fftshift(np.fft.ifft2(np.stack([S.phi, *S.psi])), axes=(-2, -1))
center = filters.shape[-1] // 2
crop = filters[:, center - 5 : center + 6, center - 5 : center + 6]

fig, axes = plt.subplots(2, 9, figsize=(9, 2.3), layout="constrained")
for column, filter_ in enumerate(crop):
    limit = np.abs(filter_).max()
    for ax, part in zip(axes[:, column], (filter_.real, filter_.imag), strict=True):
        ax.imshow(part, cmap="RdBu_r", vmin=-limit, vmax=limit)
        ax.set(xticks=[], yticks=[])
    angle = None if column == 0 else np.rad2deg(S.meta()[column]["angle"])
    axes[0, column].set_title(r"$\phi$" if angle is None else rf"$\psi$, {angle:.1f}°", fontsize=9)
axes[0, 0].set_ylabel("real part")
axes[1, 0].set_ylabel("imaginary part")
plt.show()

# %%
# In frequency
# ------------
# For each bank, a curve marks where a filter falls to half of its maximum. The colour is the
# Littlewood-Paley sum: the share of the energy at each frequency that the filters keep together.
# A real image has as much energy at :math:`-\omega` as at :math:`\omega`, so its sum is the even
# part of the other one, and half a circle of angles is enough. A complex image, such as every
# layer of a network but the first receives, loses the frequencies opposite to the wavelets,
# unless the angles cover the full circle.


def centered(filter_):
    """Put frequency 0 in the middle."""
    return np.fft.fftshift(filter_, axes=(-2, -1))


def littlewood_paley(S, real):
    """Sum the squared filters, over pairs of opposite frequencies if the images are real."""
    A = S.phi**2 + (S.psi**2).sum(0)
    return (A + np.roll(A[::-1, ::-1], 1, axis=(0, 1))) / 2 if real else A


rows = {
    "real image,\n8 angles, half circle": (True, {"L": 8}),
    "complex image,\n8 angles, half circle": (False, {"L": 8}),
    "complex image,\n16 angles, full circle": (False, {"L": 16, "full_circle": True}),
}
fig, axes = plt.subplots(3, 3, figsize=(8.6, 8.2), layout="constrained", sharex=True, sharey=True)
for row, (label, (real, angles)) in zip(axes, rows.items(), strict=True):
    for ax, bank in zip(row, BANKS, strict=True):
        S = PhaseCollapse2D(shape=(124, 124), bank=bank, **angles)
        extent = (-np.pi, np.pi, -np.pi, np.pi)
        A = littlewood_paley(S, real)
        colors = ax.imshow(
            centered(A).T, extent=extent, origin="lower", vmin=0, vmax=1.6, cmap="viridis"
        )
        for filter_ in (S.phi, *S.psi):
            level = [np.abs(filter_).max() / 2]
            ax.contour(
                centered(filter_).T, levels=level, extent=extent, colors="white", linewidths=0.8
            )
        ax.set_title(f'"{bank}"\n{A.min():.3f} to {A.max():.3f}', fontsize=9)
        ax.set_xticks([-np.pi, 0, np.pi], [r"$-\pi$", "0", r"$\pi$"])
        ax.set_yticks([-np.pi, 0, np.pi], [r"$-\pi$", "0", r"$\pi$"])
    row[0].set_ylabel(f"{label}\n\n$\\omega_2$")
for ax in axes[-1]:
    ax.set_xlabel(r"$\omega_1$ (radians per pixel)")
fig.colorbar(colors, ax=axes, label="Littlewood-Paley sum", shrink=0.6)
plt.show()

# %%
# Two half octaves make one octave
# --------------------------------
# In a pair of half-octave layers, the second layer sees the image through the low-pass filter of
# the first. Its parameters are chosen so that the products are the low-pass filter of the octave
# and a wavelet half an octave below the first one, up to the aliasing of filters so short. We cut
# the frequency plane along the first axis, which is the direction of one of the wavelets.

octave, first, second = (PhaseCollapse2D(shape=(252, 252), L=8, bank=bank) for bank in BANKS)
along = [entry["angle"] for entry in octave.meta()[1:]].index(0)
omega = np.fft.fftfreq(octave.phi.shape[0]) * 2 * np.pi
axis = np.argsort(omega)

fig, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained", sharey=True)
curves = (
    (r"$\phi$", octave.phi),
    (r"$\psi$", octave.psi[along]),
)
for label, filter_ in curves:
    axes[0].plot(omega[axis], filter_[axis, 0], label=label)
curves = (
    (r"$\phi_1 \, \phi_2$", first.phi * second.phi),
    (r"$\psi_1$", first.psi[along]),
    (r"$\phi_1 \, \psi_2$", first.phi * second.psi[along]),
)
for label, filter_ in curves:
    axes[1].plot(omega[axis], filter_[axis, 0], label=label)
for ax, title in zip(axes, ("one octave layer", "two half-octave layers"), strict=True):
    ax.set(title=title, xlabel=r"frequency $\omega$ (radians per pixel)", xlim=(-np.pi, np.pi))
    ax.legend(frameon=False, loc="upper left")
axes[0].set_ylabel("filter in Fourier")
plt.show()
