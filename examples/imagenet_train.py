"""Train a learned scattering network on ImageNet, or on a folder of images like it.

The images are in <dir>/train/<class>/ and <dir>/val/<class>/. The network and recipe of the paper,
on every GPU of this machine:

    python examples/imagenet_train.py --data-dir <dir>

On ten classes, with a smaller network, in mixed precision:

    python examples/imagenet_train.py --data-dir <dir> --classes 10 --model small \
        --precision bf16-mixed

On two machines with eight GPUs each, on each of them; 8 images for each GPU are the recipe's 128:

    torchrun --nnodes 2 --nproc-per-node 8 --rdzv-backend c10d --rdzv-endpoint <first machine> \
        examples/imagenet_train.py --data-dir <dir> --batch-size 8 --output-dir <run> --resume auto

With --resume auto the same command begins a run and, after an interruption, goes on with it. For
clusters see "Training at scale" in the documentation (docs/training.rst).
"""

import sys

from kymatio_learned.training import main

DEFAULTS = {"dataset": "imagenet", "model": "imagenet"}

if __name__ == "__main__":
    sys.exit(main(description=__doc__, defaults=DEFAULTS))
