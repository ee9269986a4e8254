r"""
Phase collapse of a moving edge
===============================

Move an image by a fraction of a pixel. Its wavelet coefficients :math:`x \star \psi` nearly keep
their size and turn their phase: :math:`(\tau . x) \star \psi \approx e^{-i \xi . \tau} (x \star
\psi)`. The modulus removes this phase, which is why one layer of the network is a wavelet
transform and a modulus. This page shows it on the edge of a disc, then measures how good the
approximation is.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import hsv_to_rgb
from scipy.special import expit

from kymatio_learned.numpy import PhaseCollapse2D

# %%
# An edge that moves
# ------------------
# A disc with a soft edge is drawn at a position that need not be a whole number of pixels. It
# moves along the first axis, drawn here from left to right, by half a pixel at a time. We compute
# what the second layer of a half-octave pair sees: the disc through the low-pass filter of the
# first layer, then the wavelet that oscillates along the first axis, subsampled by 2.

M = 48
first = PhaseCollapse2D(shape=(M, M), L=8, bank="half_octave_first")
second = PhaseCollapse2D(shape=(M, M), L=8, bank="half_octave_second")
along = [entry["angle"] for entry in second.meta()[1:]].index(0)


def disc(shift):
    """Draw a disc of radius 13 whose centre is `shift` pixels from the middle."""
    u, v = np.mgrid[:M, :M] - M / 2
    return expit((13 - np.hypot(u - shift, v)) / 0.3)


def coefficients(images):
    """Compute the linear coefficients of one angle, before the modulus."""
    low, _ = first.wavelets(images)
    return second.wavelets(low)[1][:, along]


shifts = np.arange(5) / 2
discs = np.stack([disc(shift) for shift in shifts])
z = coefficients(discs)


def phase_as_hue(z, largest):
    """Show the phase as a hue, and the modulus as the strength of the colour."""
    hue = np.angle(z) / (2 * np.pi) % 1
    return hsv_to_rgb(np.stack([hue, np.abs(z) / largest, np.ones_like(hue)], -1))


largest = np.abs(z).max()
fig, axes = plt.subplots(3, 5, figsize=(8.6, 5.4), layout="constrained")
for column, shift, image, z_shift in zip(axes.T, shifts, discs, z, strict=True):
    column[0].imshow(image.T, cmap="gray")
    column[1].imshow(phase_as_hue(z_shift, largest).swapaxes(0, 1))
    column[2].imshow(np.abs(z_shift).T, cmap="gray_r", vmin=0, vmax=largest)
    column[0].set_title(rf"$\tau$ = {shift:.1f} pixels", fontsize=10)
rows = ("$x$", r"$x \star \psi$" "\nphase as hue", r"$|x \star \psi|$")
for ax, label in zip(axes[:, 0], rows, strict=True):
    ax.set_ylabel(label)
for ax in axes.flat:
    ax.set(xticks=[], yticks=[])
plt.show()

# %%
# One pixel on the edge
# ---------------------
# We follow the coefficient of one pixel while the edge passes it. In the complex plane it turns
# around 0. Its phase turns at an almost constant rate, while its modulus hardly changes within
# half a pixel on each side. Farther away the modulus falls: it is the envelope of the wavelet,
# seen by the edge as it passes.

shifts = np.linspace(-1, 1, 61)
row, column = M // 4 + 6, M // 4
edge = 2 * row - (M // 2 + 13)  # the shift that puts the edge on this pixel
z = coefficients(np.stack([disc(edge + shift) for shift in shifts]))[:, row, column]
phase = np.unwrap(np.angle(z))
rate, offset = np.polyfit(shifts, phase, 1)

fig, axes = plt.subplots(1, 3, figsize=(9, 2.9), layout="constrained")
axes[0].axhline(0, color="0.8", linewidth=0.8)
axes[0].axvline(0, color="0.8", linewidth=0.8)
points = axes[0].scatter(z.real, z.imag, c=shifts, s=10, cmap="viridis")
fig.colorbar(points, ax=axes[0], label=r"shift $\tau$ (pixels)")
axes[0].set(xlabel="real part", ylabel="imaginary part", title=r"$x \star \psi$", aspect="equal")
axes[1].plot(shifts, phase, label="measured")
axes[1].plot(shifts, rate * shifts + offset, "k--", linewidth=1, label=f"{rate:.2f} rad/pixel")
axes[1].set(xlabel=r"shift $\tau$ (pixels)", ylabel="radians", title="phase")
axes[1].legend(frameon=False)
axes[2].plot(shifts, np.abs(z))
axes[2].set(xlabel=r"shift $\tau$ (pixels)", ylim=(0, None), title=r"modulus $|x \star \psi|$")
plt.show()

# %%
# How good the law is
# -------------------
# The relative error of the law is at most :math:`\sigma_x |\tau|`, where :math:`\xi` is the mean
# frequency of the energy of :math:`x \star \psi` and :math:`\sigma_x` its standard deviation, the
# bandwidth. We measure both sides for the disc and for white noise, which are translated exactly,
# by turning the phases of their Fourier transforms. To compare, we measure the change of the
# coefficients when nothing is turned back, and the change of their moduli.

psi = first.phi * second.psi[along]
size = psi.shape[0]
omega = 2 * np.pi * np.fft.fftfreq(size)
omega_1, omega_2 = np.meshgrid(omega, omega, indexing="ij")


def norm(z):
    """Return the Euclidean norm over the image."""
    return np.sqrt((np.abs(z) ** 2).sum((-2, -1)))


def relative_changes(x, shifts):
    """Measure the change as it is, turned back, and in modulus; and compute the bound."""
    y_hat = np.fft.fft2(x) * psi
    energy = np.abs(y_hat) ** 2 / norm(y_hat) ** 2
    xi = (omega_1 * energy).sum()
    sigma = norm(np.hypot(omega_1 - xi, omega_2) * np.sqrt(energy))

    y = np.fft.ifft2(y_hat)
    moved = np.fft.ifft2(y_hat * np.exp(-1j * omega_1 * shifts[:, None, None]))
    turned = np.exp(-1j * xi * shifts[:, None, None]) * y
    return {
        r"$(\tau . x) \star \psi$ from $x \star \psi$": norm(moved - y) / norm(y),
        r"... from $e^{-i \xi . \tau} (x \star \psi)$": norm(moved - turned) / norm(y),
        r"$|(\tau . x) \star \psi|$ from $|x \star \psi|$": norm(abs(moved) - abs(y)) / norm(y),
        rf"$\sigma_x |\tau|$: $\sigma_x$ = {sigma:.2f}, $\xi$ = {xi:.2f}": sigma * shifts,
    }


images = {
    "disc": np.pad(disc(0), (size - M) // 2),
    "white noise": np.random.default_rng(0).standard_normal((size, size)),
}
shifts = np.linspace(0, 1, 41)
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained", sharey=True)
for ax, (title, image) in zip(axes, images.items(), strict=True):
    changes = relative_changes(image, shifts)
    for (label, values), style in zip(changes.items(), ("C3", "C0", "C2", "k--"), strict=True):
        ax.plot(shifts, values, style, label=label)
    ax.set(title=title, xlabel=r"shift $|\tau|$ (pixels)", ylim=(0, 1.7))
    ax.legend(frameon=False, fontsize=8, loc="upper left")
axes[0].set_ylabel("relative change")
plt.show()

# %%
# The edges of the disc have more energy at low frequencies, which brings their mean frequency
# below that of the wavelet. White noise has it everywhere, and shows best what the modulus is
# for: a shift of one pixel changes the coefficients by more than their own norm, their moduli by
# less than half of it.
