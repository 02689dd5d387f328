#!/usr/bin/env bash
# Makes the installer and the portable archive for Windows, with their checksums.
#
#   packaging/windows.sh [--binary lumisift.exe --launcher lumisift-window.exe] [--out DIR]
#
# Without --binary, both programs are built for release: on Windows as they are, elsewhere by mingw-w64
# (`rustup target add x86_64-pc-windows-gnu`, Debian's gcc-mingw-w64-x86-64 and g++-mingw-w64-x86-64). Needs makensis (NSIS 3) and zip or bsdtar.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=""
launcher=""
out=dist
while [ $# -gt 0 ]; do
    case $1 in
        --binary) binary=$2; shift 2 ;;
        --launcher) launcher=$2; shift 2 ;;
        --out) out=$2; shift 2 ;;
        *) sed -n '2,/^[^#]/{/^#/s/^# \?//p}' "$0" >&2; exit 2 ;;
    esac
done
if [ -z "$binary" ]; then
    target=()
    if [ "${OS:-}" = Windows_NT ]; then
        # Visual C++'s library is linked in, because the packages do not contain it.
        export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+crt-static"
    else
        target=(--target x86_64-pc-windows-gnu)
    fi
    cargo build --release --locked --features launcher ${target[@]+"${target[@]}"}
    folder=${CARGO_TARGET_DIR:-target}/${target[1]:-}/release
    binary=$folder/lumisift.exe
    launcher=$folder/lumisift-window.exe
fi
packaging/check-windows.sh "$binary" "$launcher"
mkdir -p "$out"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
name=lumisift-$version-windows-x86_64
files=$out/$name
rm -rf "$files"
mkdir "$files"
cp "$binary" "$files/lumisift.exe"
cp "$launcher" "$files/lumisift-window.exe"
cp assets/icon.ico "$files/lumisift.ico"
cp README.md README.zh-CN.md THIRD_PARTY.md LICENSE-MIT LICENSE-APACHE "$files/"
absolute() { (cd "$1" && if command -v cygpath >/dev/null; then cygpath -aw .; else pwd; fi); }
makensis -V2 -INPUTCHARSET UTF8 -DVERSION="$version" -DFILES="$(absolute "$files")" -DOUT="$(absolute "$out")/$name-setup.exe" packaging/windows/lumisift.nsi
rm -f "$out/$name.zip"
if command -v zip >/dev/null; then
    (cd "$out" && zip -qr -X "$name.zip" "$name")
elif command -v 7z >/dev/null; then
    (cd "$out" && 7z a -bso0 "$name.zip" "$name")
else
    (cd "$out" && bsdtar -a -cf "$name.zip" "$name")
fi
rm -rf "$files"
(cd "$out" && sha256sum "$name-setup.exe" "$name.zip" >SHA256SUMS-windows)
ls -l "$out"
