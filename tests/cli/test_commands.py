"""The command line: what it says, what it writes, and its exit codes."""

import argparse
import json
import sys
from types import ModuleType, SimpleNamespace

import pytest

from segx_viewer import __version__
from segx_viewer.cli import COMMANDS, main
from segx_viewer.cli.commands import has_display
from segx_viewer.cli.parser import build_parser


def test_the_known_commands_are_those_of_the_parser():
    subparsers = next(a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    assert tuple(subparsers.choices) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_reads_and_says_the_same_where_the_others_are_left_out(name, capsys):
    def told(parser, *words):
        with pytest.raises(SystemExit):
            parser.parse_args([name, *words])
        return capsys.readouterr()

    for words in (["--help"], ["--no-such-option"]):
        assert told(build_parser(name), *words) == told(build_parser(), *words)


def test_version_and_help(capsys):
    assert main(["--version"]) == 0
    assert __version__ in capsys.readouterr().out
    assert main(["analyze", "--help"]) == 0
    text = capsys.readouterr().out
    for part in ("--out", "--bundle", "--include-identity", "exit codes", "first 8 digits of"):
        assert part in text


@pytest.mark.parametrize(
    "wrong",
    [["analyze"], ["analyze", "--out", "x"], ["analyze", "a.png"], ["models"], ["train", "x"], ["open", "--what"]],
)
def test_wrong_usage_is_exit_code_two(wrong, capsys):
    assert main(wrong) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["one.dcm", "folder"], ["open", "one.dcm", "folder"]])
def test_files_alone_open_the_window(argv, monkeypatch):
    opened = []
    fake = ModuleType("segx_viewer.app.application")
    fake.run = lambda paths: opened.extend(paths) or 0
    monkeypatch.setitem(sys.modules, "segx_viewer.app.application", fake)
    assert main(argv) == 0
    assert [path.name for path in opened] == [name for name in argv if name != "open"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, False),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "minimal:enable_fonts"}, False),
        ({}, False),
    ],
)
def test_a_display_is_recognised(environment, expected, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", "linux")
    assert has_display() is expected


def test_a_missing_extra_is_named(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "segx_viewer.training", None)

    def fail(name):
        raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")

    monkeypatch.setattr("segx_viewer.cli.commands.importlib", SimpleNamespace(import_module=fail))
    assert main(["train", "dermoscopy", "--data", str(tmp_path), "--out", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert "sklearn" in error
    assert "pip install 'segx-viewer[train]'" in error


def test_the_installed_program_does_not_train(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert main(["evaluate", "dermoscopy", "--data", str(tmp_path), "--out", str(tmp_path)]) == 1
    assert "pip install 'segx-viewer[train]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "methods"),
    [
        ([], ("gradcam", "gradient_shap")),
        (["--method", "rise"], ("gradcam", "rise")),
        (["--method", "gradcam"], ("gradcam",)),
    ],
)
def test_an_evaluation_measures_the_badges_method_and_what_is_named(monkeypatch, tmp_path, options, methods):
    run, asked = pytest.importorskip("segx_viewer.evaluation.run"), []
    monkeypatch.setattr(run, "evaluate", lambda *_folders, **settings: asked.append(settings["methods"]))
    command = ["evaluate", "dermoscopy-ham10000", "--data", str(tmp_path), "--out", str(tmp_path)]
    assert main([*command, *options]) == 0
    assert asked == [methods]


def test_failures_are_named_and_the_others_are_done(batch, pictures, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["analyze", str(pictures), str(tmp_path / "missing.dcm"), "--out", str(out)]) == 1
    error = capsys.readouterr().err
    for name in ("empty.png", "broken.png", "missing.dcm"):
        (line,) = [line for line in error.splitlines() if line.startswith("failed") and name in line]
        assert len(line.split(": ", 1)[1].split()) >= 3
    assert "3 of 6 analysed" in error
    assert "Traceback" not in error
    suffixes = sorted(path.suffix for path in out.iterdir())
    assert suffixes == [".csv", *[".json"] * 3, ".jsonl", *[".png"] * 3]


def test_outputs_carry_no_file_names_and_the_terminal_tells_which_is_which(batch, pictures, tmp_path, capsys):
    out = tmp_path / "out"
    good = [str(pictures / f"patient-meier-{n}.png") for n in range(3)]
    assert main(["analyze", *good, "--out", str(out)]) == 0
    error = capsys.readouterr().err
    for record in out.glob("*.json"):
        content = json.loads(record.read_text("utf-8"))
        number, digest = record.stem.split("-")
        assert content["image"]["pixel_sha256"].startswith(digest)
        assert "meier" not in record.read_text("utf-8")
        assert f"{record.stem}  {good[int(number) - 1]}" in error
    assert not [path for path in out.iterdir() if "meier" in path.name]


def test_identical_pictures_do_not_overwrite_each_other(batch, pictures, tmp_path):
    twin = pictures / "twin.png"
    twin.write_bytes((pictures / "patient-meier-0.png").read_bytes())
    assert main(["analyze", str(pictures / "patient-meier-0.png"), str(twin), "--out", str(tmp_path / "out")]) == 0
    assert len(list((tmp_path / "out").glob("*.json"))) == 2


def test_an_accident_of_one_image_is_one_line(batch, pictures, tmp_path, capsys, monkeypatch):
    def accident(*args, **kwargs):
        raise RuntimeError("out of luck")

    monkeypatch.setattr(batch.pipeline, "analyse_to_end", accident)
    assert main(["analyze", str(pictures / "patient-meier-0.png"), "--out", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert "unexpected RuntimeError: out of luck" in error
    assert "Traceback" not in error


def test_ctrl_c_stops_without_a_traceback(batch, pictures, tmp_path, capsys, monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(batch.pipeline, "analyse_to_end", interrupt)
    assert main(["analyze", str(pictures), "--out", str(tmp_path / "out")]) == 130
    error = capsys.readouterr().err
    assert "stopped" in error
    assert "Traceback" not in error


def test_a_class_needs_a_bundle(batch, pictures, tmp_path, capsys):
    assert main(["analyze", str(pictures), "--out", str(tmp_path), "--class", "mel"]) == 2
    assert "--bundle" in capsys.readouterr().err


def test_an_unknown_class_names_the_known_ones(batch, pictures, tmp_path, capsys):
    argv = ["analyze", str(pictures), "--out", str(tmp_path / "out"), "--bundle", "none", "--class", "bcc"]
    assert main(argv) == 2
    assert "mel, nv" in capsys.readouterr().err


def test_nothing_is_written_when_there_is_nothing_to_analyse(batch, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    assert main(["analyze", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--output", "png"]) == 1
    assert "no file" in capsys.readouterr().err


def test_models_are_listed_with_classes_and_licence(monkeypatch, capsys, tmp_path):
    from segx_viewer.bundles import store

    info = SimpleNamespace(name="skin", version="1.2", title="Skin", region="lesion", licence="CC0")
    classes = [SimpleNamespace(code="mel", label="Melanoma")]
    bundle = SimpleNamespace(info=info, classes=classes, image_kind="dermoscopy", folder=tmp_path)
    monkeypatch.setattr(store, "BundleStore", lambda: SimpleNamespace(bundles=lambda: {"skin": bundle}, damaged={}))
    assert main(["models", "list"]) == 0
    said = capsys.readouterr().out
    for part in ("skin  1.2", "Melanoma (mel)", "region: lesion", "licence: CC0", str(tmp_path)):
        assert part in said
