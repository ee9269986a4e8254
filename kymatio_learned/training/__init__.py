"""Training of image classifiers with PyTorch Lightning: modules, data, runs (extra ``train``)."""

from .classification_module import ClassificationModule
from .cli import main
from .data import DATASETS, ImageDataModule, ImageSplits, load_dataset, stratified_subset
from .evaluate import evaluate
from .freed_memory import keep_freed_memory
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
    "keep_freed_memory",
    "learning_rate_schedule",
    "load_dataset",
    "main",
    "stratified_subset",
    "train",
]
