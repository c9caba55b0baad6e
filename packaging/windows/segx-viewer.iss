; The installer for Windows, for Inno Setup 6; build.ps1 passes Version, Folder, Icon and License.
[Setup]
AppId={{7C0B7A54-3B0C-4B57-9D55-6A0C5F5C2A11}
AppName=SegX Viewer
AppVersion={#Version}
AppPublisher=SegX Viewer
DefaultDirName={autopf}\SegX Viewer
DefaultGroupName=SegX Viewer
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
LicenseFile={#License}
SetupIconFile={#Icon}
UninstallDisplayIcon={app}\segx-viewer-window.exe
OutputBaseFilename=segx-viewer-{#Version}-setup
Compression=lzma2
SolidCompression=yes
ChangesAssociations=yes

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"

[Tasks]
Name: "desktop"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Files]
Source: "{#Folder}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion
Source: "{#Icon}"; DestDir: "{app}"; DestName: "segx-viewer.ico"

[Icons]
Name: "{group}\SegX Viewer"; Filename: "{app}\segx-viewer-window.exe"; IconFilename: "{app}\segx-viewer.ico"
Name: "{autodesktop}\SegX Viewer"; Filename: "{app}\segx-viewer-window.exe"; Tasks: desktop

[Registry]
; Sessions are the program's own; DICOM files and pictures are offered under "Open with" and keep their owner.
Root: HKA; Subkey: "Software\Classes\.segx"; ValueType: string; ValueData: "SegXViewer.Session"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\SegXViewer.Session"; ValueType: string; ValueData: "SegX Viewer session"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\SegXViewer.Session\DefaultIcon"; ValueType: string; ValueData: "{app}\segx-viewer.ico"
Root: HKA; Subkey: "Software\Classes\SegXViewer.Session\shell\open\command"; ValueType: string; ValueData: """{app}\segx-viewer-window.exe"" open ""%1"""
Root: HKA; Subkey: "Software\Classes\SegXViewer.Image"; ValueType: string; ValueData: "Medical image"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\SegXViewer.Image\shell\open\command"; ValueType: string; ValueData: """{app}\segx-viewer-window.exe"" open ""%1"""
Root: HKA; Subkey: "Software\Classes\.dcm\OpenWithProgids"; ValueType: string; ValueName: "SegXViewer.Image"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.png\OpenWithProgids"; ValueType: string; ValueName: "SegXViewer.Image"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.jpg\OpenWithProgids"; ValueType: string; ValueName: "SegXViewer.Image"; Flags: uninsdeletevalue

[Run]
Filename: "{app}\segx-viewer-window.exe"; Parameters: "demo"; Description: "SegX Viewer"; Flags: nowait postinstall skipifsilent
