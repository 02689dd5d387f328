#!/usr/bin/env bash
# Makes the .deb, the .rpm and the .tar.gz of Lumisift for Linux, with their checksums.
#
#   packaging/linux.sh [--binary FILE] [--out DIR]
#
# Without --binary, the program is built for release first. Needs dpkg-deb, and rpmbuild for the .rpm.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=""
out=dist
while [ $# -gt 0 ]; do
    case $1 in
        --binary) binary=$2; shift 2 ;;
        --out) out=$2; shift 2 ;;
        *) sed -n '2,/^[^#]/{/^#/s/^# \?//p}' "$0" >&2; exit 2 ;;
    esac
done
if [ -z "$binary" ]; then
    cargo build --release --locked
    binary=${CARGO_TARGET_DIR:-target}/release/lumisift
fi
binary=$(realpath "$binary")
mkdir -p "$out"
out=$(realpath "$out")
# What is made now; earlier packages may lie beside it.
made=()
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
machine=$(uname -m)
# The same input gives the same packages.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The program writes its own menu entry, icons, pages and completions.
quietly() { env -i PATH="$PATH" HOME="$work/home" LUMISIFT_STATE_DIR="$work/home" "$@"; }
mkdir "$work/home"
share=$work/root/usr/share
install -Dm755 "$binary" "$work/root/usr/bin/lumisift"
# The names of functions stay, for the backtrace in the log of a crash.
strip --strip-debug "$work/root/usr/bin/lumisift"
quietly "$binary" desktop install --into "$share" --program lumisift
quietly "$binary" generate "$work/made"
mkdir -p "$share/man/man1"
for page in "$work"/made/*.1; do
    gzip -9n <"$page" >"$share/man/man1/$(basename "$page").gz"
done
install -Dm644 "$work/made/lumisift.bash" "$share/bash-completion/completions/lumisift"
install -Dm644 "$work/made/lumisift.fish" "$share/fish/vendor_completions.d/lumisift.fish"
install -Dm644 "$work/made/_lumisift" "$share/zsh/vendor-completions/_lumisift"
doc=$share/doc/lumisift
install -Dm644 -t "$doc" README.md README.zh-CN.md THIRD_PARTY.md
gzip -9n <CHANGELOG.md >"$doc/changelog.gz"
{
    echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
    echo "Upstream-Name: Lumisift"
    echo
    echo "Files: *"
    echo "Copyright: The Lumisift authors"
    echo "License: MIT or Apache-2.0"
    echo "Comment: /usr/share/common-licenses/Apache-2.0 has the second one. What comes with the program is listed in THIRD_PARTY.md."
    echo
    echo "License: MIT"
    sed 's/^$/./; s/^/ /' LICENSE-MIT
} >"$doc/copyright"
find "$share" -type f -exec chmod 644 {} +
find "$work/root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

summary="Sift a heap of photos by typed labels, on your own machine"
description="Open a folder, type what you are looking for, and watch the photos sort
themselves by how well they fit. A neural network (CLIP) reads them on this
computer; nothing is uploaded, and a first model comes with the program."

# Libraries that the program loads at run time, so no header lists them: X11 or Wayland, keyboards, OpenGL, the font catalogue, and
# D-Bus for file dialogs. check-linux.sh compares both lists with the names in the program.
loaded="libx11-6, libx11-xcb1, libxcursor1, libxi6, libxkbcommon0, libxkbcommon-x11-0, libwayland-client0, libwayland-egl1, libegl1, libgl1, libfontconfig1, libdbus-1-3"
loaded_rpm=""
for library in libX11.so.6 libX11-xcb.so.1 libXcursor.so.1 libXi.so.6 libxkbcommon.so.0 libxkbcommon-x11.so.0 \
    libwayland-client.so.0 libwayland-egl.so.1 libEGL.so.1 libGL.so.1 libfontconfig.so.1 libdbus-1.so.3; do
    loaded_rpm="$loaded_rpm${loaded_rpm:+, }$library()(64bit)"
done
# The program's own font lacks Chinese and Japanese, which are two of the window's languages. Noto Sans CJK has had three names in
# Fedora; every font package there also provides the languages that it covers.
fonts="fonts-noto-cjk | fonts-wqy-zenhei | fonts-wqy-microhei | fonts-droid-fallback"
fonts_rpm="(google-noto-sans-cjk-vf-fonts or google-noto-sans-cjk-fonts or google-noto-sans-cjk-ttc-fonts or font(:lang=zh-cn))"
mkdir -p "$work/shlibs/debian"
printf 'Source: lumisift\n\nPackage: lumisift\nArchitecture: any\n' >"$work/shlibs/debian/control"
linked=$(cd "$work/shlibs" && dpkg-shlibdeps -O "$work/root/usr/bin/lumisift" 2>/dev/null | sed 's/^shlibs:Depends=//')

echo "== .deb"
architecture=$(dpkg --print-architecture)
deb=$work/deb
cp -a "$work/root" "$deb"
mkdir "$deb/DEBIAN"
cat >"$deb/DEBIAN/control" <<CONTROL
Package: lumisift
Version: $version
Architecture: $architecture
Section: graphics
Priority: optional
Maintainer: The Lumisift authors <lumisift@localhost>
Installed-Size: $(du -sk --apparent-size "$work/root" | cut -f1)
Depends: $linked, $loaded, $fonts
Recommends: libvulkan1, mesa-vulkan-drivers, xdg-desktop-portal
Description: $summary
$(echo "$description" | sed 's/^/ /')
CONTROL
(cd "$deb" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$deb/DEBIAN/md5sums"
dpkg-deb --root-owner-group -Zxz --build "$deb" "$out/lumisift_${version}_$architecture.deb" >/dev/null
made+=("lumisift_${version}_$architecture.deb")

if command -v rpmbuild >/dev/null; then
    echo "== .rpm"
    # Fedora and openSUSE look for zsh's completions elsewhere.
    mkdir -p "$share/zsh/site-functions"
    mv "$share/zsh/vendor-completions/_lumisift" "$share/zsh/site-functions/"
    rmdir "$share/zsh/vendor-completions"
    cat >"$work/lumisift.spec" <<SPEC
Name: lumisift
Version: $version
Release: 1
Summary: $summary
License: MIT OR Apache-2.0
Requires: $loaded_rpm
Requires: $fonts_rpm
Recommends: vulkan-loader, mesa-vulkan-drivers, xdg-desktop-portal
%global __os_install_post %{nil}
%global _build_id_links none
%global source_date_epoch_from_changelog 0
%global use_source_date_epoch_as_buildtime 1
%description
$description
%install
cp -a "$work/root/." "%{buildroot}"
%files
%defattr(-,root,root)
$(cd "$work/root" && find usr -type f | LC_ALL=C sort | sed 's|^|/|')
SPEC
    rpmbuild -bb --quiet --define "_topdir $work/rpm" --define "_rpmdir $out" --define "_buildhost localhost" \
        --define "_rpmfilename lumisift-$version-1.$machine.rpm" "$work/lumisift.spec"
    made+=("lumisift-$version-1.$machine.rpm")
else
    echo "== left out: the .rpm, because rpmbuild is not there"
fi

echo "== .tar.gz"
folder=lumisift-$version-linux-$machine
mkdir -p "$work/$folder/man" "$work/$folder/completions"
install -m755 "$work/root/usr/bin/lumisift" "$work/$folder/"
install -m644 README.md README.zh-CN.md THIRD_PARTY.md LICENSE* "$work/$folder/"
install -m644 "$work"/made/*.1 "$work/$folder/man/"
install -m644 "$work/made/lumisift.bash" "$work/made/lumisift.fish" "$work/made/_lumisift" "$work/$folder/completions/"
cat >"$work/$folder/INSTALL" <<'TEXT'
Put this folder where it can stay, then run

    ./lumisift desktop install

for a menu entry and "Open with" (for you alone, in ~/.local/share). `./lumisift desktop uninstall` takes both away again.
TEXT
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -C "$work" -c "$folder" |
    gzip -9n >"$out/$folder.tar.gz"
made+=("$folder.tar.gz")

(cd "$out" && sha256sum "${made[@]}" >SHA256SUMS)
ls -l "$out"
