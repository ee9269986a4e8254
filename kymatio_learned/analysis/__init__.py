"""Measuring how the layers of a network separate classes (extra ``analysis``)."""

from .class_statistics import ClassStatistics, class_statistics
from .deformations import random_deformation, translate, warp
from .figures import changes_by_depth, mean_angles, separation_by_depth
from .fisher_ratio import fisher_ratio
from .layer_features import classifier_features, layer_features, layer_names
from .linear_probe import LinearProbe, fit_reduction, linear_probe
from .neural_collapse import NeuralCollapse, neural_collapse
from .phase_collapse_cascade import PhaseCollapseCascade
from .separation import LayerSeparation, classifier_collapse, layer_separation
from .stability import layer_changes

__all__ = [
    "ClassStatistics",
    "LayerSeparation",
    "LinearProbe",
    "NeuralCollapse",
    "PhaseCollapseCascade",
    "changes_by_depth",
    "class_statistics",
    "classifier_collapse",
    "classifier_features",
    "fisher_ratio",
    "fit_reduction",
    "layer_changes",
    "layer_features",
    "layer_names",
    "layer_separation",
    "linear_probe",
    "mean_angles",
    "neural_collapse",
    "random_deformation",
    "separation_by_depth",
    "translate",
    "warp",
]
