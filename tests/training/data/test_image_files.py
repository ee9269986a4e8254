"""Images from files: their views and random crops."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from kymatio_learned.training import ImageDataModule, load_dataset
from kymatio_learned.training.data import ImageFiles
from kymatio_learned.training.data.decoding import centre_view, read_image

N = 6


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("images")
    paths = []
    for k in range(N):
        pixels = np.random.default_rng(k).integers(0, 256, (20 + k, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{k}.png")
        paths.append(str(folder / f"{k}.png"))
    return paths


def image_set(files: list[str], crop_seed: int | None = 0) -> ImageFiles:
    return ImageFiles(files, torch.arange(N), (3, 8, 8), crop_seed=crop_seed)


def test_a_file_is_read_as_it_was_written(files: list[str]) -> None:
    expected = np.asarray(Image.open(files[2]))
    assert np.array_equal(read_image(files[2], 3).movedim(0, -1), expected)
    grey = read_image(files[2], 1)
    assert np.array_equal(grey[0], np.asarray(Image.open(files[2]).convert("L")))


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 2, "quality": 50}])
def test_jpeg_files_have_the_pixels_that_pillow_gives(
    mode: str, options: dict[str, int], tmp_path: Path
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (37, 50, 3), dtype=np.uint8)
    path = tmp_path / "a.jpg"
    Image.fromarray(pixels).convert(mode).save(path, **options)  # type: ignore[arg-type]
    for channels, wanted in ((1, "L"), (3, "RGB")):
        expected = np.asarray(Image.open(path).convert(wanted)).reshape(37, 50, channels)
        assert np.array_equal(read_image(str(path), channels).movedim(0, -1), expected)


def test_a_jpeg_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    path = tmp_path / "a.jpg"
    Image.fromarray(pixels).save(path)
    content = path.read_bytes()
    for end in range(0, len(content) - 2, 97):
        path.write_bytes(content[:end])
        with pytest.raises(ValueError, match="cannot be read as an image"):
            read_image(str(path), 3)


def test_the_centre_view_keeps_the_aspect() -> None:
    # A ramp along each axis: the middle stays where it is, and the slope tells the scale.
    rows, columns = torch.meshgrid(torch.arange(60.0), torch.arange(100.0), indexing="ij")
    view = centre_view(torch.stack([rows, columns]), (24, 24), margin=30 / 24)
    assert view.shape == (2, 24, 24)
    scale = 60 / 30  # pixels of the image for one of the view
    for plane, middle, axis in ((view[0], 29.5, 0), (view[1], 49.5, 1)):
        assert plane.mean().item() == pytest.approx(middle, abs=1e-3)
        assert plane.diff(dim=axis).mean().item() == pytest.approx(scale, abs=1e-3)


def test_an_image_of_the_wanted_size_is_left_alone(files: list[str]) -> None:
    image = read_image(files[0], 3)
    assert torch.equal(centre_view(image, image.shape[1:]), image)


def test_crops_depend_on_seed_and_sample_alone(files: list[str]) -> None:
    images = image_set(files)
    alone = torch.cat([images.images([sample]) for sample in (4, 1, 4 + N)])
    torch.manual_seed(1)
    before = torch.get_rng_state()
    together = images.images([4, 1, 4 + N])
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(alone, together)
    assert not torch.equal(together[0], together[2])  # the same image, at its second use
    assert not torch.equal(image_set(files, crop_seed=1).images([4]), together[:1])


def test_a_crop_is_a_part_of_its_image(files: list[str], tmp_path: Path) -> None:
    # Of an image whose colours tell the place: red by row, green by column.
    rows, columns = np.mgrid[:64, :64].astype(np.uint8) * 4
    Image.fromarray(np.stack([rows, columns, rows], -1)).save(tmp_path / "a.png")
    images = ImageFiles([str(tmp_path / "a.png")], torch.zeros(1).long(), (3, 8, 8), crop_seed=3)
    areas = []
    for view in images.images(range(50)).double():
        assert (view[0].diff(dim=0) >= 0).all()
        assert (view[1].diff(dim=1) >= 0).all()
        height, width = (view[c].diff(dim=c).mean().item() / 4 * 8 for c in (0, 1))
        areas.append(height * width / 64**2)
    assert 0.05 < min(areas) < 0.4
    assert 0.7 < max(areas) < 1.1


def tree(root: Path) -> Path:
    for split in ("train", "val"):
        for label, name in enumerate(("cat", "dog", "owl")):
            for k in range(6):
                pixels = np.random.default_rng(9 * label + k).integers(
                    0, 256, (14, 18, 3), dtype=np.uint8
                )
                path = root / split / name / f"{k}.jpg"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels).save(path)
    return root


def batches(data: ImageDataModule, epoch: int, begin: int = 0) -> list[torch.Tensor]:
    loader = data.train_dataloader()
    loader.batch_sampler.sampler.set_epoch(epoch)  # type: ignore[union-attr]
    loader.load_state_dict({"epoch": epoch, "batches": begin})  # type: ignore[attr-defined]
    return [images for images, _ in loader]


# From Python 3.12, a fork of a process that has threads warns; PyTorch's workers are such forks.
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_imagenets_batches_go_on_within_an_epoch(tmp_path: Path) -> None:
    splits = load_dataset("imagenet", data_dir=tree(tmp_path), image_size=8, seed=5)
    data = ImageDataModule(splits, batch_size=4, seed=5, num_workers=0)
    whole = batches(data, epoch=1)
    for first, again in zip(whole[2:], batches(data, epoch=1, begin=2), strict=True):
        assert torch.equal(first, again)
    helped = ImageDataModule(splits, batch_size=4, seed=5, num_workers=1)
    for first, again in zip(whole, batches(helped, epoch=1), strict=True):
        assert torch.equal(first, again)
    assert not torch.equal(whole[0], batches(data, epoch=0)[0])


def test_imagenet_without_augmentation_has_the_middle_of_each_image(tmp_path: Path) -> None:
    splits = load_dataset("imagenet", data_dir=tree(tmp_path), image_size=8, classes=2)
    assert splits.classes == ("cat", "dog")
    assert (len(splits.train), len(splits.test)) == (12, 12)
    data = ImageDataModule(splits, batch_size=12, augment=False, num_workers=0)
    seen = {tuple(image.flatten().tolist()) for image in batches(data, epoch=0)[0]}
    assert isinstance(splits.train, ImageFiles)
    plain = splits.train.cropped(None).images(range(12))
    assert seen == {tuple(image.flatten().tolist()) for image in plain}
