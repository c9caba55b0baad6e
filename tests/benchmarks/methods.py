"""`python -m tests.benchmarks.methods [--readme]`: time per map of every attribution method, in forward passes.

With --readme the table in README.md is written anew. Processor time of one thread is compared, and in every round the
forward pass is timed again beside the map, so that the ratios hold on a machine that is not quiet.
"""

import argparse
import statistics
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import torch

from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.methods import MethodInfo
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.inference.attribution import METHODS, Subject
from segx_viewer.inference.predictor import preprocess
from segx_viewer.networks.forward import forward

BUNDLE = "dermoscopy-ham10000"
README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- methods:begin -->", "<!-- methods:end -->"
ROUNDS = {"fast": 15, "slow": 5, "very slow": 3}
PASSES = 15  # timed in each round, the median counts


def measure() -> list[MethodInfo]:
    """Return each method with the forward passes per map that it took here."""
    torch.set_num_threads(1)
    store = BundleStore(device="cpu")
    network, layer = store.classifier(BUNDLE), store.target_layer(BUNDLE)
    x = torch.from_numpy(preprocess(draw_lesion(), store.get(BUNDLE).preprocessing)[0])[None]
    x = x.contiguous(memory_format=torch.channels_last)
    rows = []
    for method in METHODS.values():
        subject = Subject(network, x, layer, forward(network, x, layer))
        passes = _ratio(
            lambda method=method, subject=subject: list(method.maps(subject, [0])),
            lambda: forward(network, x, layer),
            ROUNDS[method.info.cost],
        )
        rows.append(replace(method.info, passes=passes))
    return rows


def table(methods: Iterable[MethodInfo]) -> str:
    """Return the methods as Markdown."""
    lines = ["| method | paper | needs | time per map, in forward passes |", "|---|---|---|---|"]
    for m in methods:
        needs = m.needs.value + (", seeded" if m.seeded else "")
        lines.append(f"| {m.label} | {m.paper} | {needs} | {_short(m.passes)} |")
    return "\n".join(lines)


def write_readme(text: str) -> None:
    """Replace what stands between the markers."""
    page = README.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"README.md lacks {BEGIN} and {END}")
    README.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def _ratio(action, one_pass, rounds: int) -> float:
    """Return the median over the rounds of the time of an action in passes, both warmed up."""
    action()
    one_pass()
    ratios = []
    for _ in range(rounds):
        before = [_seconds(one_pass) for _ in range(PASSES)]
        spent = _seconds(action)
        after = [_seconds(one_pass) for _ in range(PASSES)]
        ratios.append(spent / statistics.median(before + after))
    return statistics.median(ratios)


def _seconds(action) -> float:
    begun = time.process_time()
    action()
    return time.process_time() - begun


def _short(passes: float) -> str:
    return f"{passes:.2f}" if passes < 1 else f"{passes:.1f}" if passes < 10 else f"{passes:.0f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.methods", description=__doc__.split("\n")[0])
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    wanted = parser.parse_args()
    found = table(measure())
    print(found)
    if wanted.readme:
        write_readme(found)
