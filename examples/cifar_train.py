"""Train a learned scattering network on small images.

With no option it learns scikit-learn's handwritten digits in a minute or two; no network is needed:

    python examples/cifar_train.py

CIFAR-10 (downloaded) with the network and recipe of the paper, and your own images, in
<dir>/train/<class>/ and <dir>/test/<class>/:

    python examples/cifar_train.py --dataset cifar10 --model cifar10
    python examples/cifar_train.py --dataset folder --data-dir <dir>

Everything about a run is in its folder, runs/<dataset>-<model>-<date> or --output-dir. A run that
was stopped goes on with --resume RUN; --evaluate RUN scores it again.
"""

import sys

from kymatio_learned.training import main

if __name__ == "__main__":
    sys.exit(main(description=__doc__))
