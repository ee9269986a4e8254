"""The one-scale wavelet operator, laid out as Kymatio's own ``scattering2d``."""
