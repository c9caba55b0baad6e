"""The attribution methods: what each one is, in one table. `inference.attribution` carries them out."""

from dataclasses import dataclass
from enum import StrEnum


class Needs(StrEnum):
    """What a method asks of a network."""

    LAYER = "a layer"
    """The target layer's activations, and most often the gradients above it."""
    GRADIENTS = "gradients"
    """Gradients through the whole network."""
    OUTPUTS = "outputs"
    """The class scores of changed inputs: networks that show nothing else (black boxes) are explained, too."""


@dataclass(frozen=True, slots=True)
class MethodInfo:
    """An attribution method.

    Attributes
    ----------
    name, label : str
        What it is called in requests and files, and by people.
    paper : str
        First author and year.
    formula : str
        The map of class c in one line: A is the target layer's output (k channels), x the input, S the class's score;
        all maps are clipped at 0 and resampled to the input grid.
    needs : Needs
    passes : float
        Time per map in forward passes, as `python -m tests.benchmarks.methods` measured it on the packaged dermoscopy
        model on a processor.
    seeded : bool
        Draws random numbers; the same seed gives the same map.
    scaled_as_published : bool
        Whether the published reference scales the map to 0..1 before it is resampled.
    """

    name: str
    label: str
    paper: str
    formula: str
    needs: Needs
    passes: float
    seeded: bool = False
    scaled_as_published: bool = False
    coarse_first: bool = False

    @property
    def cost(self) -> str:
        """In words: "fast" (a few passes), "slow" (about a hundred) or "very slow" (hundreds)."""
        return "fast" if self.passes < 5 else "slow" if self.passes < 150 else "very slow"


_ROWS = (
    MethodInfo("gradcam", "Grad-CAM", "Selvaraju 2017",
               "sum_k mean(dS/dA_k) A_k", Needs.LAYER, 0.12, scaled_as_published=True),
    MethodInfo("gradcam++", "Grad-CAM++", "Chattopadhay 2018",
               "sum_k (sum a_k relu(dS/dA_k)) A_k, a_k = g^2 / (2 g^2 + g^3 sum A_k)", Needs.LAYER, 0.16,
               scaled_as_published=True),
    MethodInfo("hirescam", "HiResCAM", "Draelos 2020",
               "sum_k dS/dA_k * A_k", Needs.LAYER, 0.11, scaled_as_published=True),
    MethodInfo("layercam", "LayerCAM", "Jiang 2021",
               "sum_k relu(dS/dA_k) * A_k", Needs.LAYER, 0.12, scaled_as_published=True),
    MethodInfo("xgradcam", "XGrad-CAM", "Fu 2020",
               "sum_k (sum(dS/dA_k * A_k) / sum(A_k)) A_k", Needs.LAYER, 0.13, scaled_as_published=True),
    MethodInfo("eigencam", "Eigen-CAM", "Muhammad 2020",
               "first principal component of A over its positions; the same for every class", Needs.LAYER, 0.69),
    MethodInfo("scorecam", "Score-CAM", "Wang 2020",
               "sum_k softmax_k(S(x * scaled(A_k))) A_k", Needs.LAYER, 1345, coarse_first=True),
    MethodInfo("ablationcam", "Ablation-CAM", "Desai 2020",
               "sum_k (S - S(without A_k)) A_k", Needs.LAYER, 0.34),
    MethodInfo("gradient_shap", "Gradient SHAP", "Lundberg 2017",
               "|E[(x - b) dS/dx at b + t (x - b) + noise]|, t uniform, b black or the mean colour", Needs.GRADIENTS,
               513, seeded=True, coarse_first=True),
    MethodInfo("integrated_gradients", "Integrated Gradients", "Sundararajan 2017",
               "|(x - b) integral of dS/dx at b + t (x - b) over t|, b the mean colour", Needs.GRADIENTS, 129),
    MethodInfo("smoothgrad", "SmoothGrad", "Smilkov 2017",
               "|E[dS/dx at x + noise]|", Needs.GRADIENTS, 530, seeded=True, coarse_first=True),
    MethodInfo("occlusion", "Occlusion", "Zeiler 2014",
               "mean of S - S(covered) over the squares that cover a place", Needs.OUTPUTS, 249,
               coarse_first=True),
    MethodInfo("rise", "RISE", "Petsiuk 2018",
               "E[m S(x seen through m)] / E[m] - E[S], m random masks", Needs.OUTPUTS, 745, seeded=True,
               coarse_first=True),
)  # fmt: skip

METHODS: dict[str, MethodInfo] = {method.name: method for method in _ROWS}
"""Every method by its name, in the order that they are shown in."""

COMBINED: dict[str, MethodInfo] = {
    method.name: method
    for method in (
        MethodInfo("consensus", "Consensus", "",
                   "mean over the fast methods of each pixel's rank in their maps, 0..1", Needs.LAYER, 1.7),
        MethodInfo("disagreement", "Disagreement", "",
                   "standard deviation of those ranks, 0..0.5: where the methods differ", Needs.LAYER, 1.7),
    )
}  # fmt: skip
"""What several methods say together; asked for like a method. Their time is that of the fast methods, added."""

DISAGREEMENT = "disagreement"
"""Says where methods differ, not what the network looked at, so nothing can be said about how far to trust it."""

BLACK_BOX_METHODS = tuple(name for name, method in METHODS.items() if method.needs is Needs.OUTPUTS)
"""Methods for networks that show neither layers nor gradients, the preferred one first."""

SCALED_AS_PUBLISHED = frozenset(name for name, method in METHODS.items() if method.scaled_as_published)


def method_info(name: str) -> MethodInfo:
    """Return the description of a method, or of what several say together. Raises KeyError where there is none."""
    return METHODS[name] if name in METHODS else COMBINED[name]


def method_label(name: str) -> str:
    """Return a method's name for people; a name that is not known stands for itself.

    Examples
    --------
    >>> method_label("gradcam"), method_label("my own")
    ('Grad-CAM', 'my own')
    """
    return method_info(name).label if name in METHODS or name in COMBINED else name
