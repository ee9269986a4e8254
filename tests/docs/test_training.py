"""The commands on the page about training exist, with all their options."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from torch.distributed.run import get_args_parser

from kymatio_learned.training import cli
from kymatio_learned.training.arguments import build_parser
from kymatio_learned.training.report.__main__ import build_parser as build_report_parser

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "training.rst").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    pattern = rf"\.\. code-block:: {language}\n\n((?:   .*\n|\n)+)"
    return [re.sub(r"^   ", "", text, flags=re.MULTILINE) for text in re.findall(pattern, PAGE)]


def commands() -> list[str]:
    """Give the commands of the page, in one line each."""
    console = "".join(blocks("console")).replace("\\\n", " ")
    batch = "".join(blocks("bash")).replace("\\\n", " ")
    in_console = re.findall(r"^\$ (.*)", console, re.MULTILINE)
    return [*in_console, *re.findall(r"^srun .*", batch, re.MULTILINE)]


@pytest.mark.parametrize("command", commands())
def test_a_command_is_understood(command: str) -> None:
    words = shlex.split(command)
    if words[0] == "torchrun":
        asked = get_args_parser().parse_args(words[1:])
        words = ["python", asked.training_script, *asked.training_script_args]
    elif words[0] == "srun":
        words = words[2:]
    if words[0] == "tensorboard":
        return
    assert words[0] == "python"
    if words[1] == "-m":
        assert words[2] == "kymatio_learned.training.report"
        build_report_parser().parse_args(words[3:])
    else:
        assert (ROOT / words[1]).is_file()
        build_parser().parse_args(words[2:])


def test_there_are_commands_of_every_kind() -> None:
    kinds = {shlex.split(command)[0] for command in commands()}
    assert kinds == {"python", "torchrun", "srun", "tensorboard"}


def test_every_option_in_the_text_exists() -> None:
    text = re.sub(r"\.\. code-block::.*\n\n(?:   .*\n|\n)+", "", PAGE)
    of_others = {"--max-restarts", "--nnodes", "--signal", "--requeue", "--gpus-per-task", "--time"}
    known = set(build_parser()._option_string_actions) | of_others
    named = set(re.findall(r"(?<=``)--[a-z-]+|(?<= )--[a-z-]+(?=[ `])", text))
    assert len(named) > 15
    assert named <= known


def test_the_batch_script_is_one(tmp_path: Path) -> None:
    (script,) = blocks("bash")
    path = tmp_path / "job.sh"
    path.write_text(script)
    subprocess.run(["bash", "-n", str(path)], check=True)
    assert f'"$status" -eq {cli.TERMINATED}' in script


def test_the_exit_statuses_are_those_of_the_command() -> None:
    table = PAGE.split("Exit status\n^^^")[1].split("Checkpoints\n^^^")[0]
    statuses = [int(number) for number in re.findall(r"\* - (\d+)", table)]
    assert statuses == [0, cli.FAILED, 2, cli.INTERRUPTED, cli.TERMINATED]
