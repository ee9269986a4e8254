r"""
The two halves of ReLU
======================

A rectifier with a threshold does two things at once. Written as a sum of an even and an odd
function,

.. math::

    \mathrm{ReLU}(x - b) = \tfrac 1 2 \, \mathrm{ReLU}(|x| - b)
    + \tfrac 1 2 \, \mathrm{sign}(x) \, \mathrm{ReLU}(|x| - b) , \qquad b \geq 0 ,

its even part collapses the sign and keeps the amplitude (beyond a dead zone), its odd part keeps
the sign and thresholds the amplitude. On complex wavelet coefficients the same two parts are a
modulus, which collapses the phase, and a complex soft-thresholding, which keeps it. This page draws
both, and shows which one a small translation leaves alone.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.cbook import get_sample_data
from matplotlib.colors import hsv_to_rgb

from kymatio_learned.layers import relu_even_part, relu_odd_part
from kymatio_learned.torch import PhaseCollapse2D

# %%
# On real numbers
# ---------------
# The two parts add up to the rectifier exactly, for every threshold. Without a threshold the even
# part is half the absolute value, and the odd part is linear.

x = torch.linspace(-2, 2, 401)
fig, axes = plt.subplots(1, 3, figsize=(9, 2.8), layout="constrained", sharey=True)
for ax, b in zip(axes, (0.0, 0.5, -0.5), strict=True):
    even, odd = relu_even_part(x, b), relu_odd_part(x, b)
    ax.plot(x, torch.relu(x - b), "k", linewidth=3, alpha=0.25, label="ReLU(x - b)")
    ax.plot(x, even, "C0", label="even part")
    ax.plot(x, odd, "C3--", label="odd part")
    ax.set(title=f"b = {b:g}", xlabel="x", aspect="equal")
    ax.grid(alpha=0.3)
    print(f"b = {b:g}: largest error of the sum {(even + odd - torch.relu(x - b)).abs().max():.0e}")
axes[0].legend(frameon=False, fontsize=8)
plt.show()

# %%
# On complex numbers
# ------------------
# Here is the complex plane, the phase as a hue and the modulus as the strength of the colour. The
# even part is real: no phase is left. The odd part has all phases, and nothing in the dead zone.

side = torch.linspace(-2, 2, 201)
plane = torch.complex(*torch.meshgrid(side, side, indexing="xy"))


def phase_as_hue(z, largest):
    """Show the phase as a hue, and the modulus as the strength of the colour."""
    z = np.asarray(z)
    hue = np.angle(z) / (2 * np.pi) % 1
    strength = np.clip(np.abs(z) / largest, 0, 1)
    return hsv_to_rgb(np.stack([hue, strength, np.ones_like(hue)], -1))


b = 0.7
pictures = {
    "z": phase_as_hue(plane, 2),
    "even part (doubled)": 2 * relu_even_part(plane, b),
    "odd part (doubled)": phase_as_hue(2 * relu_odd_part(plane, b), 2),
}
fig, axes = plt.subplots(1, 3, figsize=(9, 3), layout="constrained", sharey=True)
for ax, (title, picture) in zip(axes, pictures.items(), strict=True):
    ax.imshow(picture, extent=(-2, 2, -2, 2), origin="lower", cmap="gray_r", vmin=0, vmax=2)
    ax.set(title=title, xlabel="real part")
axes[0].set_ylabel("imaginary part")
plt.show()

# %%
# On a photograph
# ---------------
# The wavelet coefficients of a photograph, for one angle, and their two parts. The threshold is
# twice the mean modulus.

with get_sample_data("grace_hopper.jpg") as file:  # a photograph by the US Navy, public domain
    pixels = plt.imread(file, format="jpg")[30:542].mean(-1) / 255
photo = torch.from_numpy(pixels.reshape(128, 4, 128, 4).mean((1, 3))).float()
S = PhaseCollapse2D(shape=photo.shape, L=8)


def coefficients(image):
    """Compute the wavelet coefficients of one angle."""
    return S.wavelets(image)[1][0]


z = coefficients(photo)
b = 2 * z.abs().mean()
even, odd = 2 * relu_even_part(z, b), 2 * relu_odd_part(z, b)
largest = z.abs().max() / 2
fig, axes = plt.subplots(1, 4, figsize=(11, 3), layout="constrained")
for ax, title, picture in zip(
    axes,
    ("photograph", "wavelet coefficients", "even part", "odd part"),
    (photo, phase_as_hue(z, largest), even, phase_as_hue(odd, largest)),
    strict=True,
):
    ax.imshow(picture, cmap="gray" if ax is axes[0] else "gray_r")
    ax.set(title=title, xticks=[], yticks=[])
plt.show()

# %%
# What a translation does
# -----------------------
# Translate the photograph by a fraction of a pixel, and compare the parts with those of the
# photograph in its place: directly (solid lines), and after the low-pass filters of the next two
# layers (dashed). The coefficients turn their phases, and the odd part with them, with or without a
# threshold. The even part changes half as much, and several times less once it is averaged: that is
# what phase collapse is for.

averages = [PhaseCollapse2D(shape=(M, M), L=8) for M in (64, 32)]


def averaged(feature):
    """Apply the low-pass filter of two layers."""
    for average in averages:
        feature = average.wavelets(feature)[0]
    return feature


def translated(image, shift):
    """Translate an image by a number of pixels, by the phases of its Fourier transform."""
    omega = 2 * np.pi * torch.fft.fftfreq(image.shape[-1])
    return torch.fft.ifft(torch.fft.fft(image) * torch.exp(-1j * omega * shift)).real


shifts = np.linspace(0, 1.5, 16)
fig, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained", sharey=True)
titles = ("no threshold", "threshold: twice the mean modulus")
for ax, title, factor in zip(axes, titles, (0, 2), strict=True):
    b = factor * z.abs().mean()
    for name, part, colour in (("even", relu_even_part, "C0"), ("odd", relu_odd_part, "C3")):
        for then, style in ((lambda y: y, "-"), (averaged, "--")):
            still = then(part(z, b))
            moved = [then(part(coefficients(translated(photo, s)), b)) for s in shifts]
            change = [float((y - still).norm() / still.norm()) for y in moved]
            label = f"{name} part" + (", averaged" if then is averaged else "")
            ax.plot(shifts, change, style, color=colour, label=label)
    ax.set(xlabel="translation (pixels)", title=title, ylim=(0, None))
    ax.grid(alpha=0.3)
axes[0].set_ylabel("relative change")
axes[0].legend(frameon=False, fontsize=8)
plt.show()
