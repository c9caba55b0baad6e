#!/bin/sh
# Build the runnable folder for Linux: sh packaging/linux/build.sh [FOLDER]. See packaging/README.md.
# TORCH may name another build of torch; PYTHON another Python (3.11 or newer). WITHOUT_TORCH=1 builds it without torch.
set -eu
project=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-"$project/build/linux"}
mkdir -p "$build"
build=$(cd "$build" && pwd)
[ -z "${WITHOUT_TORCH:-}" ] || "${PYTHON:-python3}" "$project/packaging/without_torch.py" "$build/venv"
[ -d "$build/venv" ] || "${PYTHON:-python3}" -m venv "$build/venv"
. "$build/venv/bin/activate"
pip install 'pyinstaller>=6.10' 'pydicom-data>=1.0' 'pi-heif>=1.0'
if [ -z "${WITHOUT_TORCH:-}" ]; then
  # The CPU build: PyPI's own torch for Linux brings three gigabytes of CUDA, which the bundle would need to start.
  python -c 'import torch' 2>/dev/null || pip install "${TORCH:-torch}" torchvision
  pip install "$project"
  # PyInstaller imports packages to look into them: see the file.
  cp "$project/packaging/hooks/rthook_torchvision.py" "$(python -c 'import site; print(site.getsitepackages()[0])')/sitecustomize.py"
fi
pip install --no-deps --force-reinstall "$project"
python "$project/packaging/icons.py" "$build/icons"
SEGX_VIEWER_ICONS="$build/icons" pyinstaller --noconfirm --distpath "$build/dist" --workpath "$build/work" \
  "$project/packaging/segx_viewer.spec"
cp "$project/packaging/linux/segx-viewer.desktop" "$project/packaging/linux/segx-viewer.xml" \
  "$project/packaging/linux/install.sh" "$build/dist/segx-viewer/"
cp "$build/icons/segx-viewer-256.png" "$build/dist/segx-viewer/segx-viewer.png"
cp "$project/LICENSE" "$build/dist/segx-viewer/"
du -sh "$build/dist/segx-viewer"
