import subprocess
import sys
from pathlib import Path

import pytest

from segx_viewer.domain.methods import BLACK_BOX_METHODS, METHODS, Needs, method_label

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")


def test_there_are_thirteen_methods_and_each_has_its_own_name_and_words():
    assert len(METHODS) == 13
    for attribute in ("name", "label", "formula"):
        assert len({getattr(method, attribute) for method in METHODS.values()}) == 13


def test_each_method_is_carried_out_under_the_name_that_describes_it():
    from segx_viewer.inference import attribution

    assert list(attribution.METHODS) == list(METHODS)
    assert all(attribution.METHODS[name].info is info for name, info in METHODS.items())


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda m: m.name)
def test_the_readmes_table_is_this_one(method):
    """The benchmark writes the README's table: its figures are the measured ones."""
    rows = README.partition("<!-- methods:begin -->")[2].partition("<!-- methods:end -->")[0]
    row = next(line for line in rows.splitlines() if line.startswith(f"| {method.label} |"))
    paper, needs, passes = (cell.strip() for cell in row.strip("|").split("|")[1:])
    assert (paper, float(passes)) == (method.paper, method.passes)
    assert needs == method.needs.value + (", seeded" if method.seeded else "")


def test_a_method_that_takes_a_third_of_a_pass_is_not_called_slow():
    assert METHODS["ablationcam"].cost == "fast"
    assert METHODS["integrated_gradients"].cost == "slow"
    assert {m.cost for m in METHODS.values() if m.needs is Needs.GRADIENTS and m.seeded} == {"very slow"}
    assert METHODS["scorecam"].cost == "very slow"


def test_black_boxes_are_explained_by_their_outputs():
    assert BLACK_BOX_METHODS == ("occlusion", "rise")


def test_a_name_that_is_not_known_stands_for_itself():
    assert method_label("hirescam") == "HiResCAM"
    assert method_label("something else") == "something else"


def test_the_table_needs_no_library():
    code = "import sys, segx_viewer.domain.methods; print(sorted({'torch', 'numpy'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout.strip() == "[]"
