"""Images to train on: data sets by name, subsets, augmentation, batches."""

from .datasets import DATASETS, load_dataset
from .folder import load_folder, load_imagenet
from .image_data_module import ImageDataModule
from .image_files import ImageFiles
from .image_set import ImageSet
from .image_splits import ImageSplits
from .image_tensor import ImageTensor
from .subset import class_subset, stratified_subset

__all__ = [
    "DATASETS",
    "load_dataset",
    "load_folder",
    "load_imagenet",
    "ImageDataModule",
    "ImageFiles",
    "ImageSet",
    "ImageSplits",
    "ImageTensor",
    "class_subset",
    "stratified_subset",
]
