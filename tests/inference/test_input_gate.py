from dataclasses import replace

import numpy as np
import pytest
import torch

from segx_viewer.bundles.manifest import read_bundle
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.image import Acquisition
from segx_viewer.domain.result import GateLevel, GateVerdict
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.inference.input_gate import (
    InputGate,
    Look,
    PopulationDistance,
    _chroma,
    _grey_levels,
    worst,
)
from segx_viewer.networks.forward import forward, forward_each

CHEST = InputGate("chest radiograph", ("CR", "DX", ""), {"max_age_years": 18})
SKIN = InputGate("dermoscopy", ("XC", "GM", ""), {})


def with_facts(image, **facts):
    return replace(image, acquisition=replace(image.acquisition, **facts))


def test_an_adult_is_outside_a_childrens_classifier(chest_image):
    verdict = CHEST.check_header(chest_image)
    assert chest_image.acquisition.age_years > 18
    assert verdict.level is GateLevel.OUTSIDE
    assert f"{chest_image.acquisition.age_years:.0f} years old" in verdict.reason


def test_a_child_is_not(chest_image):
    assert CHEST.check_header(with_facts(chest_image, age_years=4.0)).level is GateLevel.ACCEPTED


@pytest.mark.parametrize(("years", "level"), [(17.9, GateLevel.ACCEPTED), (18.0, GateLevel.OUTSIDE)])
def test_the_age_limit_itself_is_outside(chest_image, years, level):
    assert CHEST.check_header(with_facts(chest_image, age_years=years)).level is level


def test_without_an_age_nothing_is_said_about_it(chest_image):
    assert CHEST.check_header(with_facts(chest_image, age_years=None)).level is GateLevel.ACCEPTED


def test_a_leg_is_refused_by_its_body_part(leg_image):
    verdict = CHEST.check_header(leg_image)
    assert verdict.level is GateLevel.REFUSED
    assert "extremity" in verdict.reason


def test_a_ct_slice_is_refused_by_name(ct_image):
    for gate in (CHEST, SKIN):
        verdict = gate.check_header(ct_image)
        assert verdict.level is GateLevel.REFUSED
        assert "CT slice" in verdict.reason


def test_an_unheard_of_modality_is_named(chest_image):
    verdict = CHEST.check_header(replace(chest_image, modality="XY"))
    assert verdict.level is GateLevel.REFUSED
    assert "XY" in verdict.reason


def test_a_lateral_view_is_outside(chest_image):
    child = with_facts(chest_image, age_years=4.0, view_position="LL")
    verdict = CHEST.check_header(child)
    assert verdict.level is GateLevel.OUTSIDE
    assert "lateral" in verdict.reason


def test_a_picture_file_says_nothing_and_is_accepted_by_its_header(as_image):
    image = as_image(draw_lesion((64, 64)))
    assert image.acquisition == Acquisition()
    assert SKIN.check_header(image).level is GateLevel.ACCEPTED
    assert CHEST.check_header(image).level is GateLevel.ACCEPTED


def test_a_bundle_states_what_its_own_kind_of_images_is_like(chest_image, leg_image):
    stated = {"many": "knees", "one": "a knee", "pixels": "grey", "body_parts": ["KNEE", "EXTREMITY"],
              "other_views": ["AP"], "other_views_reason": "The knee is to be seen from its side."}  # fmt: skip
    gate = InputGate("knee", ("CR", "DX", "RG"), {}, stated=stated)
    assert "The model reads knees only." in gate.check_header(with_facts(chest_image, body_part="CHEST")).reason
    side = with_facts(leg_image, view_position="LAT")
    assert gate.check_header(side).level is GateLevel.ACCEPTED
    front = gate.check_header(with_facts(leg_image, view_position="AP"))
    assert (front.level, front.reason) == (GateLevel.OUTSIDE, "The knee is to be seen from its side.")
    assert gate.check_picture(draw_lesion((64, 64))).reason == "The image is in colour; the model reads knees only."


def test_of_a_kind_that_nothing_is_known_about_either_sort_of_pixels_is_accepted(chest_image):
    gate = InputGate("ultrasound", ("US", ""), {})
    for picture in (draw_lesion((64, 64)), np.repeat(to_display(chest_image)[..., None], 3, axis=2)):
        assert gate.check_picture(picture).level is GateLevel.ACCEPTED
    assert "reads ultrasound images only" in gate.check_header(replace(chest_image, modality="MR")).reason


def test_a_child_is_outside_an_adults_classifier(chest_image):
    gate = InputGate("chest radiograph", ("CR", "DX", "RG", ""), {"min_age_years": 18})
    assert gate.check_header(chest_image).level is GateLevel.ACCEPTED
    child = gate.check_header(with_facts(chest_image, age_years=4.0))
    assert child.level is GateLevel.OUTSIDE
    assert "4 years old; the classifier learned from adults only" in child.reason


@pytest.mark.parametrize("gate", [CHEST, SKIN])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_blank_image_is_refused(gate, value):
    verdict = gate.check_picture(np.full((64, 64, 3), value, np.uint8))
    assert verdict.level is GateLevel.REFUSED
    assert "blank" in verdict.reason


def test_a_grey_image_is_refused_by_dermoscopy(chest_image):
    grey = to_display(chest_image)
    verdict = SKIN.check_picture(np.repeat(grey[..., None], 3, axis=2))
    assert verdict.level is GateLevel.REFUSED
    assert "grey" in verdict.reason


def test_colour_is_refused_by_chest_although_the_input_is_grey():
    picture = draw_lesion((64, 64))
    grey = np.repeat(picture.mean(2, keepdims=True).astype(np.uint8), 3, axis=2)
    assert CHEST.check_picture(grey).level is GateLevel.ACCEPTED
    verdict = CHEST.check_picture(grey, colour=picture)
    assert verdict.level is GateLevel.REFUSED
    assert "colour" in verdict.reason


def test_their_own_kinds_are_accepted(chest_image):
    grey = to_display(chest_image)
    assert CHEST.check_picture(np.repeat(grey[..., None], 3, axis=2)).level is GateLevel.ACCEPTED
    assert SKIN.check_picture(draw_lesion((64, 64))).level is GateLevel.ACCEPTED


@pytest.fixture(scope="module")
def cloud():
    """Features (1500, 12), their spread falling from direction to direction."""
    random = np.random.default_rng(0)
    return (random.standard_normal((1500, 12)) * np.linspace(3, 0.2, 12) + 5).astype(np.float32)


def test_distance_is_the_mahalanobis_distance_by_directions(cloud):
    """The formula written out with the covariance's eigenvectors."""
    distance = PopulationDistance.fit(cloud, components=4)
    values, vectors = np.linalg.eigh(np.cov(cloud.T.astype(np.float64)))
    order = np.argsort(values)[::-1]
    along = (cloud[:50].astype(np.float64) - cloud.mean(0)) @ vectors[:, order]
    leading = (along[:, :4] ** 2 / values[order][:4]).mean(1)
    rest = (along[:, 4:] ** 2).mean(1) / values[order][4:].mean()
    np.testing.assert_allclose(distance(cloud[:50]), np.sqrt((leading + rest) / 2), rtol=2e-3)


def test_distance_is_about_one_where_it_was_fitted_and_grows_away_from_there(cloud):
    distance = PopulationDistance.fit(cloud, components=4)
    assert np.median(distance(cloud)) == pytest.approx(1, abs=0.15)
    away = cloud.mean(0, keepdims=True) + np.eye(12, dtype=np.float32) * 8
    assert (distance(away) > np.quantile(distance(cloud), 0.99)).sum() >= 8


def test_thresholds_of_the_features(cloud):
    gate = InputGate("dermoscopy", ("",), {}, features=Look(PopulationDistance.fit(cloud, components=4), 2.0, 4.0))
    middle = cloud.mean(0)
    step = np.zeros(12, np.float32)
    step[-1] = 1  # a direction in which the training images hardly differ
    verdicts = [gate.check_features(middle + far * step) for far in (0, 12, 40)]
    assert [v.level for v in verdicts] == [GateLevel.ACCEPTED, GateLevel.OUTSIDE, GateLevel.REFUSED]
    scores = [v.score for v in verdicts]
    assert scores == sorted(scores)
    assert "unlike the images" in verdicts[1].reason
    assert "does not look like a dermoscopy image" in verdicts[2].reason


def test_without_features_the_gate_accepts():
    assert SKIN.check_features(np.zeros(3, np.float32)) == GateVerdict(GateLevel.ACCEPTED)


def test_the_severest_verdict_wins_and_keeps_the_score():
    outside = GateVerdict(GateLevel.OUTSIDE, "age")
    scored = GateVerdict(GateLevel.ACCEPTED, "", 0.7)
    assert worst(outside, scored) == GateVerdict(GateLevel.OUTSIDE, "age", 0.7)
    assert worst(scored, GateVerdict(GateLevel.REFUSED, "no", 9.0)).reason == "no"
    assert worst(outside, GateVerdict(GateLevel.OUTSIDE, "second")).reason == "age"


def test_affinity_prefers_the_kind_of_the_image(chest_image, leg_image, lesion):
    assert CHEST.affinity(chest_image) > SKIN.affinity(chest_image) == 0
    assert SKIN.affinity(lesion) > CHEST.affinity(lesion) > 0
    assert CHEST.affinity(leg_image) == 0


def test_strangeness_is_one_where_outside_begins_for_every_gate():
    gate = replace(CHEST, features=Look(None, 1.6, 2.4))
    assert gate.strangeness(GateVerdict(GateLevel.OUTSIDE, "", 1.6)) == 1.0
    assert gate.strangeness(GateVerdict(GateLevel.ACCEPTED, "", 0.8)) == 0.5
    assert CHEST.strangeness(GateVerdict(GateLevel.ACCEPTED)) == 1.0


def test_levels_are_percentiles():
    """By histogram, within one grey level of numpy's."""
    picture = draw_lesion((90, 70))
    found = _grey_levels(picture, (1, 99))
    np.testing.assert_allclose(found, np.percentile(picture.mean(2), (1, 99)), atol=1)
    assert _chroma(picture) == pytest.approx(np.percentile(np.ptp(picture.astype(int), axis=2), 95), abs=1)


def test_features_are_mean_and_spread_of_the_layers_maps_in_whatever_form_the_network_runs(tiny_models):
    bundle = read_bundle(tiny_models / "tiny-skin")
    network, ready = bundle.load_classifier(), BundleStore([tiny_models]).classifier("tiny-skin")
    x = torch.rand(2, 3, 96, 128, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        maps = network.blocks[1](network.blocks[0](network.bn1(network.conv_stem(x))))
    expected = np.concatenate([maps.mean((2, 3)).numpy(), maps.flatten(2).std(2).numpy()], axis=1)
    for one in (network, ready):
        found = [passed.features for passed in forward_each(one, x, bundle.target_layer, "blocks.1")]
        np.testing.assert_allclose(np.stack(found), expected, rtol=1e-3, atol=1e-4)
    assert forward(network, x[:1], bundle.target_layer).features is None


@pytest.mark.parametrize("part", ["TÓRAX", "POUMON", "BRUSTKORB", "胸部", "UNKNOWN", "OTHER", "RIB"])
def test_words_decide_for_and_unknown_words_decide_nothing(chest_image, part):
    child = with_facts(chest_image, age_years=4.0, body_part=part)
    assert CHEST.check_header(child).level is GateLevel.ACCEPTED


@pytest.mark.parametrize("part", ["KNEE", "SCHÄDEL", "BASSIN", "CSPINE"])
def test_another_part_is_refused_in_any_language(chest_image, part):
    assert CHEST.check_header(with_facts(chest_image, age_years=4.0, body_part=part)).level is GateLevel.REFUSED


@pytest.mark.parametrize(("direction", "word"), [("lateral", "a lateral view"), ("oblique", "an oblique view")])
def test_a_direction_that_the_header_says_in_any_way_is_outside(chest_image, direction, word):
    verdict = CHEST.check_header(with_facts(chest_image, age_years=4.0, projection=direction))
    assert verdict.level is GateLevel.OUTSIDE
    assert word in verdict.reason


@pytest.mark.parametrize(
    ("stated", "told"), [("EXTREMITY", "extremity"), ("LSPINE", "lumbar spine"), ("KNIE BDS", "KNIE BDS")]
)
def test_a_part_of_the_body_is_told_in_words_or_as_the_header_has_it(chest_image, stated, told):
    reason = CHEST.check_header(with_facts(chest_image, body_part=stated)).reason
    assert reason == f"The file says that this shows: {told}. The model reads chest radiographs only."
