"""Which images belong to one stack, and in which order."""

import math
from dataclasses import replace

import pytest

from segx_viewer.domain.slices import SlicePosition
from segx_viewer.imaging.stacks import Member, StackOrder, frame_stacks, natural_key, plane, stacks_of

AXIAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
SAGITTAL = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0))
CORONAL = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0))


def slice_at(z: float, direction=AXIAL, **facts) -> SlicePosition:
    across = {AXIAL: (0, 0, z), SAGITTAL: (z, 0, 0), CORONAL: (0, z, 0)}[direction]
    return SlicePosition(*direction, position=tuple(map(float, across)), **facts)


def only(members) -> StackOrder:
    (stack,) = stacks_of(members)
    return stack


def places(*found, **named) -> list[Member]:
    return [Member(place, f"{i}.dcm", f"1.{i}") for i, place in enumerate(found)]


def test_geometry_orders_whatever_the_file_names_say():
    members = places(slice_at(30, instance=1), slice_at(10, instance=3), slice_at(20, instance=2))
    assert only(members).order == (0, 2, 1)


def test_instance_numbers_give_the_sense_of_the_geometry():
    up = places(*(slice_at(z, instance=z) for z in (30, 10, 20)))
    down = places(*(slice_at(z, instance=100 - z) for z in (30, 10, 20)))
    assert [(10, 20, 30).index(int(up[i].place.position[2])) for i in only(up).order] == [0, 1, 2]
    assert [(10, 20, 30).index(int(down[i].place.position[2])) for i in only(down).order] == [2, 1, 0]


def test_geometry_wins_over_instance_numbers_that_jump():
    # Interleaved acquisition: numbers 1, 2, 3 at 0, 20, 40 mm, then 4, 5 between them.
    members = places(*(slice_at(z, instance=n) for n, z in enumerate((0, 20, 40, 10, 30), 1)))
    assert [members[i].place.position[2] for i in only(members).order] == [0, 10, 20, 30, 40]


def test_an_oblique_stack_is_ordered_along_its_normal():
    angle = math.radians(20)
    rows, columns = (1.0, 0.0, 0.0), (0.0, math.cos(angle), math.sin(angle))
    normal = (0.0, -math.sin(angle), math.cos(angle))
    found = [SlicePosition(rows, columns, tuple(step * n for n in normal), instance=step) for step in (4, 1, 3, 2)]
    assert only(places(*found)).order == (1, 3, 2, 0)


def test_a_gantry_tilt_moves_positions_sideways_and_changes_no_order():
    found = [SlicePosition(*AXIAL, position=(0.0, -z * 0.3, float(z)), instance=z) for z in (9, 3, 6)]
    assert only(places(*found)).order == (1, 2, 0)


def test_without_numbers_an_axial_stack_runs_from_the_head_down():
    assert only(places(slice_at(1), slice_at(3), slice_at(2))).order == (1, 2, 0)


def test_without_geometry_the_instance_number_orders():
    members = [Member(SlicePosition(instance=n), name) for n, name in ((10, "a"), (9, "b"), (1, "z"))]
    assert only(members).order == (2, 1, 0)


def test_without_numbers_time_orders_and_then_the_name_as_people_count():
    timed = [Member(SlicePosition(time=t), name) for t, name in (("20240102120500", "a"), ("20240102120000", "b"))]
    assert only(timed).order == (1, 0)
    named = [Member(SlicePosition(), name) for name in ("IM10", "IM9", "im1")]
    assert only(named).order == (2, 1, 0)


def test_names_are_sorted_as_people_count():
    assert sorted(["s10/2", "s9/10", "s9/9"], key=natural_key) == ["s9/9", "s9/10", "s10/2"]


def test_a_localiser_is_a_stack_of_its_own():
    axial = [slice_at(z, instance=z + 2) for z in range(3)]
    scout = slice_at(0, CORONAL, instance=1, image_type=("LOCALIZER",))
    first, second = stacks_of(places(*axial, scout))
    assert (first.order, first.parts) == ((3,), (("localiser", "localiser"),))
    assert second.order == (0, 1, 2)
    assert ("plane", "axial") in second.parts


def test_directions_are_parted_and_named():
    members = places(*(slice_at(z, d, instance=n) for n, (z, d) in enumerate(
        [(0, AXIAL), (0, SAGITTAL), (1, AXIAL), (1, SAGITTAL)])))  # fmt: skip
    first, second = stacks_of(members)
    assert (first.order, first.parts) == ((0, 2), (("plane", "axial"),))
    assert (second.order, second.parts) == ((1, 3), (("plane", "sagittal"),))


def test_slices_that_each_have_a_direction_of_their_own_stay_one_stack():
    turned = []
    for n in range(12):
        a = math.radians(15 * n)
        turned.append(SlicePosition((math.cos(a), math.sin(a), 0.0), (0.0, 0.0, -1.0), (0.0, 0.0, 0.0), instance=n))
    assert only(places(*reversed(turned))).order == tuple(range(11, -1, -1))


def test_echoes_are_parted():
    members = places(*(slice_at(z, echo=e, instance=10 * z + int(e)) for z in range(3) for e in "12"))
    first, second = stacks_of(members)
    assert (first.order, first.parts) == ((0, 2, 4), (("echo", "1"),))
    assert (second.order, second.parts) == ((1, 3, 5), (("echo", "2"),))


@pytest.mark.parametrize(
    ("fact", "values", "kind"),
    [
        ("temporal", (1, 2), "time"),
        ("acquisition", (1, 2), "acquisition"),
        ("b_value", (0.0, 800.0), "b"),
        ("trigger", (0.0, 40.5), "trigger"),
        ("image_type", (("M",), ("P",)), "type"),
    ],
)
def test_repeated_places_are_parted_by_what_makes_them_unique(fact, values, kind):
    members = places(*(slice_at(z, instance=n, **{fact: v}) for n, (v, z) in enumerate(
        (v, z) for v in values for z in range(4))))  # fmt: skip
    stacks = stacks_of(members)
    assert [s.order for s in stacks] == [(0, 1, 2, 3), (4, 5, 6, 7)]
    assert [s.parts[0][0] for s in stacks] == [kind, kind]


def test_a_number_of_acquisition_at_every_place_parts_nothing():
    members = places(*(slice_at(z, instance=z, acquisition=z) for z in range(5)))
    assert only(members).order == (0, 1, 2, 3, 4)


def test_repeated_places_without_a_reason_are_parted_by_their_turn():
    members = places(*(slice_at(z, instance=n) for n, z in enumerate([0, 1, 2, 0, 1, 2])))
    stacks = stacks_of(members)
    assert [s.order for s in stacks] == [(0, 1, 2), (3, 4, 5)]
    assert [s.parts for s in stacks] == [(), (("number", "2"),)]


def test_a_film_of_one_place_is_one_stack_in_time():
    members = places(*(slice_at(5, instance=1, trigger=t) for t in (80.0, 0.0, 40.0)))
    assert only(members).order == (1, 2, 0)


def test_one_instance_twice_is_shown_once_and_told():
    members = places(*(slice_at(z, instance=z) for z in range(3)))
    again = replace(members[1], name="copy.dcm")
    stack = only([*members, again])
    assert stack.order == (0, 1, 2)
    assert stack.duplicates == ((3, 1),)


def test_two_frames_of_reference_are_not_compared():
    members = places(*(slice_at(z, instance=n, frame_of_reference=f) for n, (f, z) in enumerate(
        [("1", 0), ("1", 1), ("2", 100), ("2", 99)])))  # fmt: skip
    assert [s.order for s in stacks_of(members)] == [(0, 1), (2, 3)]


def test_no_member_is_lost():
    odd = [
        slice_at(0, instance=1),
        SlicePosition(),
        SlicePosition(instance=7),
        slice_at(0, SAGITTAL),
        slice_at(0, image_type=("LOCALIZER",)),
        slice_at(0, instance=1),
        slice_at(math.pi, echo="3"),
    ]
    stacks = stacks_of(places(*odd))
    assert sorted(i for s in stacks for i in s.order) == list(range(len(odd)))
    assert stacks_of([]) == ()


def test_frames_of_which_nothing_is_known_keep_their_order():
    (stack,) = frame_stacks([SlicePosition()] * 12)
    assert stack.order == tuple(range(12))


def test_planes_have_names():
    assert [plane(slice_at(0, d)) for d in (AXIAL, SAGITTAL, CORONAL)] == ["axial", "sagittal", "coronal"]
    assert plane(SlicePosition((1.0, 0.0, 0.0), (0.0, 0.7, 0.7), None)) == "oblique"
    assert plane(SlicePosition()) == ""
