"""Images to train on: data sets by name, subsets, augmentation, batches."""

from .datasets import DATASETS, load_dataset
from .folder import load_folder
from .image_data_module import ImageDataModule
from .image_files import ImageFiles
from .image_set import ImageSet
from .image_splits import ImageSplits
from .image_tensor import ImageTensor
from .subset import stratified_subset

__all__ = [
    "DATASETS",
    "load_dataset",
    "load_folder",
    "ImageDataModule",
    "ImageFiles",
    "ImageSet",
    "ImageSplits",
    "ImageTensor",
    "stratified_subset",
]
