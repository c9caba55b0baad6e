import pytest

from segx_viewer.app.model.viewstate import MAX_ZOOM, Compare, View, ViewState


def test_changes_are_told_once_and_only_if_there_are_any(qapp):
    state, told = ViewState(), []
    state.changed.connect(told.append)
    state.update(opacity=0.25, colormap="magma")
    state.update(opacity=0.25)
    assert told == [frozenset({"opacity", "colormap"})]


@pytest.mark.parametrize(
    ("given", "kept"),
    [({"opacity": 3}, 1.0), ({"zoom": 1e9}, MAX_ZOOM), ({"centre": (-1, 2)}, (0.0, 1.0)), ({"rotation": 450}, 90)],
)
def test_values_stay_in_their_ranges(qapp, given, kept):
    state = ViewState()
    state.update(**given)
    assert getattr(state.view, next(iter(given))) == kept


def test_reset_puts_back_only_what_is_named(qapp):
    state = ViewState()
    state.update(zoom=4.0, compare=Compare.BLEND)
    state.reset("zoom")
    assert state.view == View(compare=Compare.BLEND)
