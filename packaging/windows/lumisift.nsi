; The installer for Windows: for one person, without administrator's rights. packaging/windows.sh calls makensis with
; VERSION, FILES (a folder with what is installed) and OUT, and says that this file is in UTF-8.
Unicode true
ManifestDPIAware true
ManifestLongPathAware true
SetCompressor /SOLID lzma
RequestExecutionLevel user
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Lumisift"
!define CLASSES "Software\Classes"
!define APPLICATION "${CLASSES}\Applications\lumisift-window.exe"

Name "Lumisift"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Lumisift"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Lumisift"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Lumisift installer"
VIAddVersionKey "LegalCopyright" "MIT OR Apache-2.0"

!define MUI_ICON "${FILES}\lumisift.ico"
!define MUI_UNICON "${FILES}\lumisift.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\lumisift-window.exe"
!define MUI_FINISHPAGE_RUN_TEXT "$(START)"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"
!insertmacro MUI_LANGUAGE "German"
!insertmacro MUI_LANGUAGE "French"
!insertmacro MUI_LANGUAGE "Spanish"
!insertmacro MUI_LANGUAGE "Japanese"

LangString OPEN ${LANG_ENGLISH} "Open with Lumisift"
LangString OPEN ${LANG_SIMPCHINESE} "用 Lumisift 打开"
LangString OPEN ${LANG_GERMAN} "Mit Lumisift öffnen"
LangString OPEN ${LANG_FRENCH} "Ouvrir avec Lumisift"
LangString OPEN ${LANG_SPANISH} "Abrir con Lumisift"
LangString OPEN ${LANG_JAPANESE} "Lumisiftで開く"
LangString START ${LANG_ENGLISH} "Start Lumisift"
LangString START ${LANG_SIMPCHINESE} "启动 Lumisift"
LangString START ${LANG_GERMAN} "Lumisift starten"
LangString START ${LANG_FRENCH} "Lancer Lumisift"
LangString START ${LANG_SPANISH} "Iniciar Lumisift"
LangString START ${LANG_JAPANESE} "Lumisiftを起動"
LangString RUNNING ${LANG_ENGLISH} "Lumisift is still running. Close it and try again."
LangString RUNNING ${LANG_SIMPCHINESE} "Lumisift 仍在运行。请先关闭，然后重试。"
LangString RUNNING ${LANG_GERMAN} "Lumisift läuft noch. Bitte beenden Sie es und versuchen Sie es erneut."
LangString RUNNING ${LANG_FRENCH} "Lumisift est encore ouvert. Fermez-le, puis réessayez."
LangString RUNNING ${LANG_SPANISH} "Lumisift todavía está abierto. Ciérrelo e inténtelo de nuevo."
LangString RUNNING ${LANG_JAPANESE} "Lumisiftがまだ実行中です。終了してから、もう一度お試しください。"

; Asks the user to close the program, or stops before any file is changed. Windows lets nobody write to a program that runs.
!macro RequireClosed
  ${If} ${FileExists} "$INSTDIR\lumisift.exe"
    ${Do}
      ClearErrors
      FileOpen $0 "$INSTDIR\lumisift.exe" a
      ${IfNot} ${Errors}
        FileClose $0
        ${ExitDo}
      ${EndIf}
      ${If} ${Cmd} 'MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(RUNNING)" /SD IDCANCEL IDCANCEL'
        SetErrorLevel 2
        Abort
      ${EndIf}
    ${Loop}
  ${EndIf}
!macroend

!macro OpenWith Type
  WriteRegStr HKCU "${APPLICATION}\SupportedTypes" "${Type}" ""
!macroend

Section "Lumisift"
  !insertmacro RequireClosed
  SetOutPath "$INSTDIR"
  File "${FILES}\lumisift.exe"
  File "${FILES}\lumisift-window.exe"
  File "${FILES}\lumisift.ico"
  File "${FILES}\README.md"
  File "${FILES}\README.zh-CN.md"
  File "${FILES}\THIRD_PARTY.md"
  File "${FILES}\LICENSE-MIT"
  File "${FILES}\LICENSE-APACHE"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Lumisift.lnk" "$INSTDIR\lumisift-window.exe" "" "$INSTDIR\lumisift.ico"

  ; "Open with" for photos and videos. Which program opens them by default stays as it is.
  WriteRegStr HKCU "${APPLICATION}" "FriendlyAppName" "Lumisift"
  WriteRegStr HKCU "${APPLICATION}\DefaultIcon" "" "$INSTDIR\lumisift.ico"
  ; Without this model, Explorer opens at most 15 files at once.
  WriteRegStr HKCU "${APPLICATION}\shell\open" "MultiSelectModel" "Player"
  WriteRegStr HKCU "${APPLICATION}\shell\open\command" "" '"$INSTDIR\lumisift-window.exe" "%1"'
  !insertmacro OpenWith ".jpg"
  !insertmacro OpenWith ".jpeg"
  !insertmacro OpenWith ".png"
  !insertmacro OpenWith ".webp"
  !insertmacro OpenWith ".gif"
  !insertmacro OpenWith ".tif"
  !insertmacro OpenWith ".tiff"
  !insertmacro OpenWith ".bmp"
  !insertmacro OpenWith ".heic"
  !insertmacro OpenWith ".heif"
  !insertmacro OpenWith ".hif"
  !insertmacro OpenWith ".avif"
  !insertmacro OpenWith ".jxl"
  !insertmacro OpenWith ".jp2"
  !insertmacro OpenWith ".psd"
  !insertmacro OpenWith ".psb"
  !insertmacro OpenWith ".exr"
  !insertmacro OpenWith ".hdr"
  !insertmacro OpenWith ".tga"
  !insertmacro OpenWith ".qoi"
  !insertmacro OpenWith ".mpo"
  !insertmacro OpenWith ".cr2"
  !insertmacro OpenWith ".cr3"
  !insertmacro OpenWith ".crw"
  !insertmacro OpenWith ".nef"
  !insertmacro OpenWith ".nrw"
  !insertmacro OpenWith ".arw"
  !insertmacro OpenWith ".sr2"
  !insertmacro OpenWith ".dng"
  !insertmacro OpenWith ".raf"
  !insertmacro OpenWith ".orf"
  !insertmacro OpenWith ".rw2"
  !insertmacro OpenWith ".pef"
  !insertmacro OpenWith ".srw"
  !insertmacro OpenWith ".iiq"
  !insertmacro OpenWith ".3fr"
  !insertmacro OpenWith ".mp4"
  !insertmacro OpenWith ".m4v"
  !insertmacro OpenWith ".mov"
  !insertmacro OpenWith ".3gp"
  ; A folder's menu, and that of the empty space in one. For a drive, "%V" is "D:\", which the launcher restores (src/launcher.rs).
  WriteRegStr HKCU "${CLASSES}\Directory\shell\Lumisift" "" "$(OPEN)"
  WriteRegStr HKCU "${CLASSES}\Directory\shell\Lumisift" "MultiSelectModel" "Player"
  WriteRegStr HKCU "${CLASSES}\Directory\shell\Lumisift" "Icon" "$INSTDIR\lumisift.ico"
  WriteRegStr HKCU "${CLASSES}\Directory\shell\Lumisift\command" "" '"$INSTDIR\lumisift-window.exe" "%1"'
  WriteRegStr HKCU "${CLASSES}\Directory\Background\shell\Lumisift" "" "$(OPEN)"
  WriteRegStr HKCU "${CLASSES}\Directory\Background\shell\Lumisift" "Icon" "$INSTDIR\lumisift.ico"
  WriteRegStr HKCU "${CLASSES}\Directory\Background\shell\Lumisift\command" "" '"$INSTDIR\lumisift-window.exe" "%V"'

  WriteRegStr HKCU "${KEY}" "DisplayName" "Lumisift"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\lumisift.ico"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${KEY}" "EstimatedSize" "$0"
  ; Explorer looks at "Open with" again (SHCNE_ASSOCCHANGED).
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

; What was installed, name by name: a person may have put other things there. Settings, decisions and models stay.
Section "Uninstall"
  !insertmacro RequireClosed
  Delete "$INSTDIR\lumisift.exe"
  Delete "$INSTDIR\lumisift-window.exe"
  Delete "$INSTDIR\lumisift.ico"
  Delete "$INSTDIR\README.md"
  Delete "$INSTDIR\README.zh-CN.md"
  Delete "$INSTDIR\THIRD_PARTY.md"
  Delete "$INSTDIR\LICENSE-MIT"
  Delete "$INSTDIR\LICENSE-APACHE"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Lumisift.lnk"
  DeleteRegKey HKCU "${APPLICATION}"
  DeleteRegKey HKCU "${CLASSES}\Directory\shell\Lumisift"
  DeleteRegKey HKCU "${CLASSES}\Directory\Background\shell\Lumisift"
  DeleteRegKey HKCU "${KEY}"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
