"""Learned scattering networks: deep, trainable scattering transforms.

Fixed wavelets and phase collapses act along space; all that a layer learns is one matrix across
channels. The public names live in submodules, so that importing the package alone loads neither
PyTorch nor Kymatio:

- :mod:`kymatio_learned.torch`: the operator and the network, for PyTorch;
- :mod:`kymatio_learned.numpy`: the operator for NumPy;
- :mod:`kymatio_learned.layers`: the layers;
- :mod:`kymatio_learned.models`: networks and their published settings;
- :mod:`kymatio_learned.interop`: checkpoints of the published code;
- :mod:`kymatio_learned.analysis`: how layers separate classes, extra ``analysis``;
- :mod:`kymatio_learned.training`: Lightning modules and data, extra ``train``.
"""

__version__ = "0.1.0"
