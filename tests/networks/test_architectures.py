"""Networks by name: building one asks nobody."""

import socket

import pytest

from segx_viewer.errors import ModelError
from segx_viewer.networks.architectures import build_classifier, build_segmenter


@pytest.fixture
def nobody_is_asked(monkeypatch):
    """Fail a test that looks a host up, even where the one who asks takes the failure for an answer."""
    asked = []

    def look_up(host, *_rest, **_named):
        asked.append(host)
        raise OSError(f"no network in this test: {host}")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield
    assert not asked


@pytest.mark.usefixtures("nobody_is_asked")
@pytest.mark.parametrize("name", ["hf-hub:timm/resnet18", "hf_hub:timm/resnet18", "local-dir:/somewhere", "no_such"])
def test_a_classifier_that_timm_would_fetch_is_refused(name):
    with pytest.raises(ModelError, match="timm itself has no model"):
        build_classifier(f"timm/{name}", 2)


@pytest.mark.usefixtures("nobody_is_asked")
@pytest.mark.parametrize("name", ["hf-hub:timm/resnet18", "local-dir:/somewhere", "no_such"])
def test_a_segmenter_whose_encoder_timm_would_fetch_is_refused(name):
    with pytest.raises(ModelError, match="timm itself has no model"):
        build_segmenter("smp/unet", {"encoder_name": f"tu-{name}"})


def test_names_with_the_tag_of_their_weights_are_known():
    assert build_classifier("timm/test_efficientnet.r160_in1k", 2) is not None
