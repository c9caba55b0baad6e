#!/bin/sh
# Build "SegX Viewer.app" and a disk image on macOS: sh packaging/macos/build.sh [FOLDER]. See packaging/README.md.
# SIGN may name a Developer ID; without it the program is signed ad hoc and opens after a right click > Open.
set -eu
project=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-"$project/build/macos"}
mkdir -p "$build"
build=$(cd "$build" && pwd)
[ -d "$build/venv" ] || "${PYTHON:-python3}" -m venv "$build/venv"
. "$build/venv/bin/activate"
pip install 'pyinstaller>=6.10' 'pydicom-data>=1.0' 'pi-heif>=1.0' "$project"
pip install --no-deps --force-reinstall "$project"
python "$project/packaging/icons.py" "$build/icons"
SEGX_VIEWER_ICONS="$build/icons" pyinstaller --noconfirm --distpath "$build/dist" --workpath "$build/work" \
  "$project/packaging/segx_viewer.spec"
app="$build/dist/SegX Viewer.app"
codesign --force --deep --sign "${SIGN:--}" "$app"
version=$(python -c 'import segx_viewer; print(segx_viewer.__version__)')
rm -f "$build/segx-viewer-$version.dmg"
hdiutil create -volname "SegX Viewer" -srcfolder "$app" -format UDZO "$build/segx-viewer-$version.dmg"
