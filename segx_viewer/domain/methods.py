"""The attribution methods, as everybody names them."""

METHODS: dict[str, str] = {
    "gradcam": "Grad-CAM",
    "gradcam++": "Grad-CAM++",
    "hirescam": "HiResCAM",
    "layercam": "LayerCAM",
    "xgradcam": "XGrad-CAM",
    "eigencam": "Eigen-CAM",
    "scorecam": "Score-CAM",
    "ablationcam": "Ablation-CAM",
    "gradient_shap": "Gradient SHAP",
    "integrated_gradients": "Integrated Gradients",
    "smoothgrad": "SmoothGrad",
    "occlusion": "Occlusion",
    "rise": "RISE",
}
"""Labels by name, in the order in which they are offered; importing them needs no network library."""
