"""Where a frame lies in its series, as the header says it; what stacks are made of."""

from dataclasses import dataclass

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class SlicePosition:
    """A frame's place in space, in time and in its series; unknown facts are None or empty.

    Attributes
    ----------
    rows, columns : tuple of float or None
        Direction cosines of Image Orientation (Patient) (0020,0037), in the patient's LPS axes.
    position : tuple of float or None
        Image Position (Patient) (0020,0032), mm.
    frame_of_reference : str
        UID; positions of different frames of reference cannot be compared.
    instance : int or None
        Instance Number, or In-Stack Position Number, or the frame's number in its file.
    acquisition : int or None
        Acquisition Number.
    temporal : int or None
        Temporal Position Identifier or Index.
    echo : str
        Echo Number, or Echo Time in ms.
    b_value, trigger : float or None
        Diffusion b-value, s/mm2; cardiac trigger time, ms.
    time : str
        Date and time of the acquisition or the content, sortable as text.
    image_type : tuple of str
        Values 3 and further of Image Type, such as ``("LOCALIZER",)``.
    stack : str
        Stack ID of a multi-frame image.
    """

    rows: Vector | None = None
    columns: Vector | None = None
    position: Vector | None = None
    frame_of_reference: str = ""
    instance: int | None = None
    acquisition: int | None = None
    temporal: int | None = None
    echo: str = ""
    b_value: float | None = None
    trigger: float | None = None
    time: str = ""
    image_type: tuple[str, ...] = ()
    stack: str = ""

    @property
    def is_placed(self) -> bool:
        """Whether it is known where the frame lies in the patient."""
        return self.rows is not None and self.columns is not None and self.position is not None
