r"""
Training a network on digits and reading it
===========================================

A small learned scattering network learns scikit-learn's handwritten digits in some seconds, with
a training loop of ten lines. Then we look inside: what each layer computes, what its matrix has
become, and which digits are confused.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import train_test_split
from torch.nn.functional import cross_entropy, interpolate

from kymatio_learned.torch import LearnedScattering2D

# %%
# Data
# ----
# The images have 8 by 8 pixels. We enlarge them to 32 by 32, and keep a fifth of them for the
# test.

digits = load_digits()
images = torch.from_numpy(digits.images)[:, None].float() / 16
images = interpolate(images, (32, 32), mode="bicubic", antialias=True)
labels = torch.from_numpy(digits.target)
train, test = train_test_split(
    np.arange(len(labels)), test_size=0.2, stratify=labels, random_state=0
)

# %%
# Network
# -------
# Three octaves of one layer each. All that a layer learns is its matrix across channels.

torch.manual_seed(0)
net = LearnedScattering2D(
    J=3, octave_layers=3, shape=(32, 32), L=4, channels=(16, 32, 64), in_channels=1, n_classes=10
)
initial = [layer.mixing.weight.detach().clone() for layer in net.layers]
print(net.summary())

# %%
# Training
# --------

epochs, batch_size = 5, 32
steps = epochs * (len(train) // batch_size)
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, total_steps=steps)


@torch.no_grad()
def accuracy(indices):
    """Return the share of correct answers."""
    net.eval()
    return float((net(images[indices]).argmax(1) == labels[indices]).float().mean())


losses, accuracies = [], [accuracy(test)]
for _ in range(epochs):
    net.train()
    order = train[torch.randperm(len(train)).numpy()]
    for batch in order[: len(order) // batch_size * batch_size].reshape(-1, batch_size):
        loss = cross_entropy(net(images[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    accuracies.append(accuracy(test))

fig, axes = plt.subplots(1, 2, figsize=(8, 2.8), layout="constrained")
axes[0].plot(np.arange(1, steps + 1) * epochs / steps, losses, linewidth=0.8)
axes[0].set(xlabel="epoch", ylabel="cross-entropy of a batch", yscale="log", title="training")
axes[1].plot(range(epochs + 1), 100 * np.array(accuracies), "o-")
axes[1].set(xlabel="epoch", ylabel="accuracy (%)", title=f"test, at the end {accuracies[-1]:.2%}")
plt.show()

# %%
# What each layer computes
# ------------------------
# ``layer_outputs`` gives the complex feature map of each layer. Here are the moduli of the first
# ten channels, for one digit. At every position the channels together have norm 1, so that flat
# parts of the image show values too.

digit = test[1]
with torch.no_grad():
    outputs = net.layer_outputs(images[digit : digit + 1])

fig, axes = plt.subplots(3, 11, figsize=(11, 3.2), layout="constrained")
for index, (row, output) in enumerate(zip(axes, outputs, strict=True)):
    row[0].imshow(images[digit, 0], cmap="gray_r")
    row[0].set_ylabel(f"layer {index}")
    for ax, channel in zip(row[1:], output[0].abs(), strict=False):
        ax.imshow(channel, cmap="magma", vmin=0, vmax=output.abs().max())
    for ax in row:
        ax.set(xticks=[], yticks=[])
axes[0, 0].set_title("image", fontsize=10)
for number, ax in enumerate(axes[0, 1:]):
    ax.set_title(f"channel {number}", fontsize=10)
plt.show()

# %%
# What was learned
# ----------------
# A matrix starts with all its singular values equal to 1. Training spreads them: some directions of
# the channels are amplified, others are weakened.

fig, axes = plt.subplots(1, 3, figsize=(10, 2.8), layout="constrained")
for index, (ax, layer) in enumerate(zip(axes, net.layers, strict=True)):
    for weight, label in ((initial[index], "at first"), (layer.mixing.weight.detach(), "learned")):
        values = torch.linalg.svdvals(torch.view_as_complex(weight))
        ax.plot(range(1, len(values) + 1), values, ".-", label=label)
    rows, columns = layer.mixing.weight.shape[:2]
    ax.set(title=f"layer {index}: {rows} x {columns}", xlabel="rank", ylim=(0, 2.6))
axes[0].set_ylabel("singular value")
axes[0].legend(frameon=False)
plt.show()

# %%
# A column of the matrix belongs to one input channel and one filter, which ``meta()`` names. The
# energy of the columns tells how much each layer uses the low-pass channels and each angle.

fig, ax = plt.subplots(figsize=(6.5, 2.8), layout="constrained")
filters = [(None, r"$\phi$")] + [
    (theta, rf"$\psi$, {np.rad2deg(entry['angle']):.0f}°")
    for theta, entry in enumerate(net.layers[0].wavelets.meta()[1:])
]
for index, layer in enumerate(net.layers):
    energy = layer.mixing.weight.detach().square().sum((0, 2)).numpy()
    theta = [column["theta"] for column in layer.meta()]
    means = [np.mean([e for e, t in zip(energy, theta, strict=True) if t == f]) for f, _ in filters]
    means /= energy.mean()
    ax.bar(np.arange(len(filters)) + 0.25 * (index - 1), means, width=0.22, label=f"layer {index}")
ax.set_xticks(range(len(filters)), [name for _, name in filters])
ax.axhline(1, color="k", linewidth=0.8)
ax.set(ylabel="energy of a column,\nrelative to the layer's mean", ylim=(0, 1.6))
ax.legend(frameon=False, ncols=3)
plt.show()

# %%
# Which digits are confused
# -------------------------

with torch.no_grad():
    predictions = net(images[test]).argmax(1)
fig, ax = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
ConfusionMatrixDisplay.from_predictions(
    labels[test], predictions, cmap="Blues", ax=ax, colorbar=False
)
ax.set_title(f"{int((predictions != labels[test]).sum())} errors in {len(test)} test digits")
plt.show()
