"""Training of image classifiers with PyTorch Lightning: modules, data, runs (extra ``train``)."""

from .classification_module import ClassificationModule
from .cli import main
from .data import DATASETS, ImageDataModule, ImageSplits, load_dataset, stratified_subset
from .evaluate import evaluate
from .history import History
from .run_folder import RunFolder
from .schedule import learning_rate_schedule
from .train import train

__all__ = [
    "ClassificationModule",
    "DATASETS",
    "History",
    "ImageDataModule",
    "ImageSplits",
    "RunFolder",
    "evaluate",
    "learning_rate_schedule",
    "load_dataset",
    "main",
    "stratified_subset",
    "train",
]
