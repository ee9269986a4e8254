"""Networks in folders and on the Hugging Face hub: weights as safetensors, arguments as JSON."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import json
import os
from pathlib import Path
from typing import Any, TypeVar

import torch

from ..layers import ChannelLayout

CONFIG, WEIGHTS = "config.json", "model.safetensors"
# Raised by one whenever older code could not read the files.
FORMAT = 1

Network = TypeVar("Network", bound="Pretrained")


class Pretrained:
    """Let a network be saved to a folder or the hub, and loaded from there.

    Needs the extra ``hub``. A network has its arguments as ``config``.
    """

    config: dict[str, Any]

    def save_pretrained(self, save_directory: str | Path, **options: Any) -> None:
        """Save weights and arguments.

        Parameters
        ----------
        save_directory
            Folder that gets ``model.safetensors``, ``config.json`` and a model card.
        **options
            Those of ``huggingface_hub.ModelHubMixin.save_pretrained``: ``push_to_hub`` and
            ``repo_id`` publish it, where there is a network and a token.

        Raises
        ------
        ImportError
            If the extra is not installed.
        """
        _hub_network()(self).save_pretrained(save_directory, **options)

    @classmethod
    def from_pretrained(cls: type[Network], name_or_path: str | Path, **options: Any) -> Network:
        """Load a network that `save_pretrained` saved.

        Parameters
        ----------
        name_or_path
            A folder, or a repository of the hub.
        **options
            Those of ``huggingface_hub.ModelHubMixin.from_pretrained``: ``revision``, ``token``,
            ``cache_dir``, ``force_download``, ``local_files_only``.

        Returns
        -------
        Pretrained
            The network, in evaluation mode.

        Raises
        ------
        ImportError
            If the extra is not installed.
        ValueError
            If the files are not there, damaged, of another class, or of a newer version.
        """
        network = _hub_network().from_pretrained(name_or_path, **options).network
        if not isinstance(network, cls):
            raise ValueError(
                f"expected a {cls.__name__} in {name_or_path}, got a {type(network).__name__}"
            )
        return network


@functools.cache
def _hub_network() -> Any:
    """Make the hub's own mixin read and write networks; importing it takes long, so only now."""
    try:
        from huggingface_hub import ModelHubMixin, hf_hub_download
        from safetensors import SafetensorError
        from safetensors.torch import load_model, save_model
    except ImportError as error:
        raise ImportError(
            "save_pretrained and from_pretrained need the extra 'hub': "
            "pip install kymatio_learned[hub]"
        ) from error

    class HubNetwork(ModelHubMixin, library_name="kymatio_learned", license="bsd-3-clause"):
        def __init__(self, network: Any) -> None:
            self.network = network

        def _save_pretrained(self, save_directory: Path) -> None:
            for name, write in (
                (WEIGHTS, lambda path: save_model(self.network, str(path))),
                (CONFIG, lambda path: path.write_text(_to_json(self.network), encoding="utf-8")),
            ):
                temporary = save_directory / f".{name}.unfinished"
                try:
                    write(temporary)
                    os.replace(temporary, save_directory / name)
                finally:
                    temporary.unlink(missing_ok=True)

        @classmethod
        def _from_pretrained(cls, *, model_id: str, config: Any = None, **where: Any) -> Any:
            if config is None:
                raise ValueError(f"expected {CONFIG} in {model_id}, found none")
            folder = Path(model_id)
            path = folder / WEIGHTS if folder.is_dir() else None
            if path is not None and not path.is_file():
                raise ValueError(f"expected {WEIGHTS} in {model_id}, found none")
            network = _from_config(config, model_id)
            try:
                load_model(network, path or hf_hub_download(model_id, WEIGHTS, **where))
            except SafetensorError as error:
                raise ValueError(f"{WEIGHTS} in {model_id} is damaged: {error}") from error
            except RuntimeError as error:
                raise ValueError(f"{WEIGHTS} in {model_id} is of another network") from error
            return cls(network.eval())

    return HubNetwork


def _to_json(network: Any) -> str:
    arguments = {
        name: dataclasses.asdict(value) if isinstance(value, ChannelLayout) else value
        for name, value in network.config.items()
    }
    content = {
        "class": type(network).__name__,
        "format": FORMAT,
        "dtype": str(next(network.parameters()).dtype).removeprefix("torch."),
        "arguments": arguments,
    }
    return json.dumps(content, indent=2) + "\n"


def _from_config(config: dict[str, Any], source: str) -> Any:
    version = config.get("format")
    if not isinstance(version, int) or "arguments" not in config:
        raise ValueError(f"{CONFIG} in {source} is not of a network of kymatio_learned")
    if version > FORMAT:
        raise ValueError(
            f"{source} has format {version}, of a newer kymatio_learned: this one reads formats "
            f"up to {FORMAT}"
        )
    models = importlib.import_module("kymatio_learned.models")
    known = {
        name: value
        for name, value in vars(models).items()
        if isinstance(value, type) and issubclass(value, Pretrained)
    }
    if config["class"] not in known:
        raise ValueError(f"expected a network among {', '.join(known)}, got {config['class']}")
    arguments = {
        name: ChannelLayout(**value) if isinstance(value, dict) else value
        for name, value in config["arguments"].items()
    }
    network: Any = known[config["class"]](**arguments)
    return network.to(getattr(torch, config["dtype"]))
