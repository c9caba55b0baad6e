# Build the program and its installer for Windows: powershell -File packaging\windows\build.ps1
# Needs Python 3.11 or newer as `py`, and Inno Setup 6 (iscc) for the installer. PyPI's torch for Windows is a CPU build.
$ErrorActionPreference = "Stop"
$project = Resolve-Path "$PSScriptRoot\..\.."
$build = if ($args.Count) { $args[0] } else { "$project\build\windows" }
New-Item -ItemType Directory -Force $build | Out-Null
function Run { & $args[0] $args[1..($args.Count - 1)]; if ($LASTEXITCODE) { throw "$($args -join ' ') failed" } }

if (-not (Test-Path "$build\venv")) { Run py -3 -m venv "$build\venv" }
$python = "$build\venv\Scripts\python.exe"
Run $python -m pip install "pyinstaller>=6.10" "pydicom-data>=1.0" "pi-heif>=1.0" "$project"
Run $python -m pip install --no-deps --force-reinstall "$project"
Run $python "$project\packaging\icons.py" "$build\icons"
$env:SEGX_VIEWER_ICONS = "$build\icons"
Run $python -m PyInstaller --noconfirm --distpath "$build\dist" --workpath "$build\work" "$project\packaging\segx_viewer.spec"
$version = & $python -c "import segx_viewer; print(segx_viewer.__version__)"
$iscc = Get-Command iscc -ErrorAction SilentlyContinue
if ($iscc) {
    Run $iscc.Source "/DVersion=$version" "/DFolder=$build\dist\segx-viewer" "/DIcon=$build\icons\segx-viewer.ico" `
        "/DLicense=$project\LICENSE" "/O$build" "$PSScriptRoot\segx-viewer.iss"
} else {
    Write-Warning "Inno Setup (iscc) was not found: the folder $build\dist\segx-viewer is ready, the installer is not."
}
