"""How processes divide the test images."""

import numpy as np


def evaluation_batches(
    n_images: int, batch_size: int, *, rank: int = 0, world_size: int = 1
) -> list[list[int]]:
    """Give the batches of one process: of all processes together, every image once.

    All have the same number of batches, because processes that divide a network (FSDP) or stop
    together (SIGTERM) talk to each other in each. Batches are as equal as they can be, and none is
    larger than `batch_size`, except for one image more where a process would else have an empty
    one.

    Parameters
    ----------
    n_images
        Number of images, at least that of the processes.
    batch_size
        Images a batch.
    rank, world_size
        Number of the process, and of all.

    Returns
    -------
    list of list of int
        Indices of the images.

    Raises
    ------
    ValueError
        When there are fewer images than processes.

    Examples
    --------
    >>> [evaluation_batches(7, 3, rank=rank, world_size=2) for rank in (0, 1)]
    [[[0, 2], [4, 6]], [[1, 3], [5]]]
    """
    fewest = n_images // world_size
    if fewest < 1:
        raise ValueError(
            f"expected at least one test image for each of {world_size} processes, got {n_images}"
        )
    most = -(-n_images // world_size)
    n_batches = min(-(-most // batch_size), fewest)
    own = np.arange(rank, n_images, world_size)
    return [part.tolist() for part in np.array_split(own, n_batches)]
