"""torchvision, timm and what builds on them: to be taken from here, where they come without torch's compiler."""

from segx_viewer import process

process.send_nothing()  # timm brings huggingface_hub along, which reads this when it is imported
torchvision = process.import_lean("torchvision")
timm = process.import_lean("timm")
smp = process.import_lean("segmentation_models_pytorch")
