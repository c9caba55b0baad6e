"""Windows to choose from: the file's own, and presets for the modality."""

from dataclasses import replace

from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.domain.image import MedicalImage, VoiLut, WindowLevel

_CT = (mark("Lung"), mark("Mediastinum"), mark("Bone"), mark("Abdomen"), mark("Brain"))
# Radiographs have no absolute scale: these are centre and width relative to the automatic window.
_RADIOGRAPH = (
    (mark("High contrast"), 0.0, 0.55),
    (mark("Low contrast"), 0.0, 1.6),
    (mark("Lungs"), -0.12, 0.75),
    (mark("Bones and mediastinum"), 0.15, 0.75),
)
_RADIOGRAPHS = {"CR", "DX", "RG", "RF", "XA", "MG", "PX", ""}


def windows(image: MedicalImage) -> list[tuple[str, WindowLevel | VoiLut]]:
    """Return (name, window or LUT) pairs for an image, the file's own first; empty for colour."""
    if image.is_colour:
        return []
    from segx_viewer.imaging.display import auto_window

    result: list[tuple[str, WindowLevel | VoiLut]] = []
    for i, lut in enumerate(image.voi_luts, 1):
        result.append((lut.explanation or tr("Look-up table {number} of the file").format(number=i), lut))
    for i, window in enumerate(image.windows, 1):
        result.append((window.explanation or tr("Window {number} of the file").format(number=i), window))
    automatic = auto_window(image)
    result.append((tr("Automatic"), automatic))
    result.append((tr("All values"), full_range(image)))
    if image.modality == "CT":
        from segx_viewer.imaging.ct_windows import CT_WINDOWS

        result += [(tr(name), WindowLevel(*CT_WINDOWS[name], explanation=name)) for name in _CT]
    elif image.modality in _RADIOGRAPHS:
        sign = -1 if image.presentation_inverse else 1
        for name, shift, factor in _RADIOGRAPH:
            center = automatic.center + sign * shift * automatic.width
            window = replace(automatic, center=center, width=automatic.width * factor, explanation=tr(name))
            result.append((tr(name), window))
    return result


def full_range(image: MedicalImage) -> WindowLevel:
    """Return the window that spans all of an image's values."""
    low, high = float(image.pixels.min()), float(image.pixels.max())
    return WindowLevel((low + high) / 2, max(1.0, high - low), explanation=tr("All values"))
