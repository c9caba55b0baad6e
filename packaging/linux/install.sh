#!/bin/sh
# Put the folder that holds this script into the menu, for this user: sh install.sh. `sh install.sh remove` undoes it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=${XDG_DATA_HOME:-"$HOME/.local/share"}
bin="$HOME/.local/bin"
update() {
  command -v update-mime-database >/dev/null && update-mime-database "$data/mime" || true
  command -v update-desktop-database >/dev/null && update-desktop-database "$data/applications" || true
}
if [ "${1:-}" = remove ]; then
  rm -f "$bin/segx-viewer" "$data/applications/segx-viewer.desktop" "$data/mime/packages/segx-viewer.xml" \
    "$data/icons/hicolor/256x256/apps/segx-viewer.png"
  update
  exit 0
fi
mkdir -p "$bin" "$data/applications" "$data/mime/packages" "$data/icons/hicolor/256x256/apps"
ln -sf "$here/segx-viewer" "$bin/segx-viewer"
# The menu may not know ~/.local/bin: the entry names the program by its path.
sed "s|^Exec=segx-viewer|Exec=\"$here/segx-viewer\"|; s|^TryExec=.*|TryExec=$here/segx-viewer|" \
  "$here/segx-viewer.desktop" > "$data/applications/segx-viewer.desktop"
cp "$here/segx-viewer.xml" "$data/mime/packages/"
cp "$here/segx-viewer.png" "$data/icons/hicolor/256x256/apps/"
update
