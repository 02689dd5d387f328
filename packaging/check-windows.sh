#!/usr/bin/env bash
# Checks both programs for Windows without running them: lumisift.exe is a console program, lumisift-window.exe is not, both have the
# icon, the manifest and the version, and neither needs a library of mingw-w64, which no Windows has.
#
#   packaging/check-windows.sh [lumisift.exe lumisift-window.exe]
#
# Without programs, both are built in the development profile by mingw-w64 (packaging/windows.sh says what that needs), or nothing is
# checked if it is not there. Needs objdump and strings, of mingw-w64 or any binutils that can read PE files.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# = 0 ]; then
    target=x86_64-pc-windows-gnu
    if [ ! -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
        echo "== left out: the programs for Windows, because the target $target is not installed"
        exit 0
    fi
    for tool in gcc g++ windres ar; do
        if ! command -v "x86_64-w64-mingw32-$tool" >/dev/null; then
            echo "== left out: the programs for Windows, because x86_64-w64-mingw32-$tool is not there"
            exit 0
        fi
    done
    cargo build --locked --features launcher --bins --target "$target"
    folder=${CARGO_TARGET_DIR:-target}/$target/debug
    set -- "$folder/lumisift.exe" "$folder/lumisift-window.exe"
elif [ $# != 2 ]; then
    sed -n '2,/^[^#]/{/^#/s/^# \?//p}' "$0" >&2
    exit 2
fi
fail() { echo "FAILED: $*" >&2; exit 1; }

prefix=""
! command -v x86_64-w64-mingw32-objdump >/dev/null || prefix=x86_64-w64-mingw32-
for tool in objdump strings; do
    if ! command -v "$prefix$tool" >/dev/null; then
        echo "== left out: the checks of the programs, because $tool is not there"
        exit 0
    fi
done
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)

check() { # a program, and its subsystem
    # On Windows, both tools end lines with CR LF.
    headers=$("${prefix}objdump" -p "$1" | tr -d '\r' | grep -E 'Subsystem|DLL Name:|^ ?[0-9a-f]+   Entry: ID') || fail "$1 is no program for Windows"
    grep -qE "Subsystem.*\($2\)" <<<"$headers" || fail "$1 is no $2 program"
    # Types of resources: RT_GROUP_ICON, RT_VERSION and RT_MANIFEST.
    for resource in 0x00000e:icon 0x000010:version 0x000018:manifest; do
        grep -qF "Entry: ID: ${resource%:*}," <<<"$headers" || fail "$1 has no ${resource#*:}"
    done
    # A name and its value follow each other in the version, in UTF-16.
    texts=$("${prefix}strings" -e l "$1" | tr -d '\r')
    for name in FileVersion ProductVersion; do
        grep -x -A1 "$name" <<<"$texts" | grep -qxF "$version" || fail "$1: $name is not $version"
    done
    foreign=$(grep -oiE 'DLL Name: lib.*\.dll' <<<"$headers" || true)
    [ -z "$foreign" ] || fail "$1 needs what the packages do not have: $foreign"
    echo "  $1: $2, icon, manifest, version $version"
}
echo "== the programs for Windows"
check "$1" "Windows CUI"
check "$2" "Windows GUI"
