r"""
Scattering as a cascade of one operator
=======================================

Kymatio computes scattering coefficients to order 2 with wavelets of every scale. One scale is
enough if it is iterated: ``PhaseCollapse2D`` applied to its own output computes :math:`x \star
\phi`, :math:`|x \star \psi|`, :math:`||x \star \psi| \star \psi'|` and so on, at scales that
double with each layer. This page puts both side by side, and then looks at what lies beyond order
2.
"""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import torch
from kymatio.scattering2d.frontend.torch_frontend import ScatteringTorch2D
from matplotlib.cbook import get_sample_data

from kymatio_learned.torch import PhaseCollapse2D

# %%
# Two transforms of one image
# ---------------------------
# The image is a portrait of Grace Hopper that comes with Matplotlib (US Navy, public domain). The
# operator maps ``(..., M, N)`` to ``(..., 1 + L, M/2, N/2)``, so that it applies to its own
# output: each layer adds an axis, 0 for the low-pass filter and 1 to L for the angles.

M, L, J = 256, 4, 3
with get_sample_data("grace_hopper.jpg") as file:
    grey = plt.imread(file, format="jpg").mean(-1) / 255
x = torch.from_numpy(grey[30:542].reshape(M, 2, M, 2).mean((1, 3))).float()

cascade = x
for _ in range(J):
    cascade = PhaseCollapse2D(shape=cascade.shape[-2:], L=L)(cascade)
print("cascade:", tuple(cascade.shape), "from the first to the last layer")

kymatio = ScatteringTorch2D(J=J, shape=(M, M), L=L, out_type="list")(x)
print("Kymatio:", len(kymatio), "paths of shape", tuple(kymatio[0]["coef"].shape))

# %%
# A path of Kymatio is a list of scales ``j`` and angles ``theta``. In the cascade the layer ``j``
# takes the wavelet of this angle, and every other layer takes the low-pass filter. We compare the
# paths whose last layer is a low-pass filter, since Kymatio averages all its coefficients.


def in_cascade(path):
    """Return the coefficients of the cascade along a path of Kymatio."""
    index = [0] * J
    for j, theta in zip(path["j"], path["theta"], strict=True):
        index[j] = 1 + theta
    return cascade[tuple(index)]


def correlation(a, b):
    """Return the correlation coefficient of two maps."""
    return float(np.corrcoef(a.flatten(), b.flatten())[0, 1])


shared = [path for path in kymatio if J - 1 not in path["j"]]
shown = [
    next(path for path in shared if (path["j"], path["theta"]) == wanted)
    for wanted in (((), ()), ((0,), (3,)), ((1,), (1,)), ((0, 1), (3, 1)))
]
titles = ("order 0", "order 1, $j=0$", "order 1, $j=1$", "order 2, $j=0, 1$")

fig, axes = plt.subplots(2, 4, figsize=(8, 4.4), layout="constrained")
for column, title, path in zip(axes.T, titles, shown, strict=True):
    pair = path["coef"], in_cascade(path)
    for ax, image in zip(column, pair, strict=True):
        ax.imshow(image, cmap="gray" if not path["j"] else "gray_r")
        ax.set(xticks=[], yticks=[])
    column[0].set_title(f"{title}\ncorrelation {correlation(*pair):.3f}", fontsize=10)
axes[0, 0].set_ylabel("Kymatio")
axes[1, 0].set_ylabel("cascade")
plt.show()

# %%
# The maps are not equal, nor should they be: Kymatio's wavelets of scale 2 are sampled Morlet
# wavelets, those of the cascade are a low-pass filter followed by a wavelet. They are close:

for order in range(3):
    values = [correlation(p["coef"], in_cascade(p)) for p in shared if len(p["j"]) == order]
    print(f"order {order}: {len(values):2d} paths, least correlation {min(values):.3f}")

# %%
# Every order
# -----------
# Three layers compute :math:`(1 + L)^3` paths, of every order up to 3. We measure how the energy
# of the maps, each about its mean, is shared among the orders. It falls with the order, while the
# number of paths grows. A learned network mixes the channels with a matrix in every layer, so
# that their number stays bounded, and standardizes them, so that small coefficients count as
# well.

orders = np.array(
    [sum(i > 0 for i in index) for index in itertools.product(range(1 + L), repeat=J)]
)
paths = cascade.flatten(0, J - 1)
energy = (paths - paths.mean((-2, -1), keepdim=True)).square().sum((-2, -1)).numpy()
share = [energy[orders == order].sum() / energy.sum() for order in range(J + 1)]

fig, axes = plt.subplots(1, 4, figsize=(9, 2.7), layout="constrained", width_ratios=(1.5, 1, 1, 1))
axes[0].bar(range(J + 1), share, color="C0")
axes[0].set(yscale="log", ylim=(3e-4, 3), xticks=range(J + 1))
axes[0].set(xlabel="order", ylabel="share of the energy", title="energy")
for order, value in enumerate(share):
    count = int((orders == order).sum())
    axes[0].text(order, value * 1.2, f"{count} path{'s' * (count > 1)}", ha="center", fontsize=9)
for order, ax in zip((1, 2, 3), axes[1:], strict=True):
    strongest = np.flatnonzero(orders == order)[energy[orders == order].argmax()]
    ax.imshow(paths[strongest], cmap="gray_r")
    ax.set(xticks=[], yticks=[], title=f"strongest of order {order}")
plt.show()
