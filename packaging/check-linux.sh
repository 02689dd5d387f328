#!/usr/bin/env bash
# Checks the packages for Linux as a person meets them: made from a program that is there, installed into a clean Debian,
# started from the menu entry on a screen that nobody sees, with a folder and with three photos, and removed again.
#
#   packaging/check-linux.sh BINARY [CHROOT]
#
# Needs root, debootstrap, desktop-file-validate and appstreamcli, and Debian's archive. A CHROOT that is there already is used
# as it is and kept.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=$(realpath "${1:?usage: packaging/check-linux.sh BINARY [CHROOT]}")
work=$(mktemp -d)
root=${2:-$work/root}
finish() {
    for inside in proc dev/pts; do
        ! mountpoint -q "$root/$inside" || umount "$root/$inside"
    done
    rm -rf --one-file-system "$work"
}
trap finish EXIT
said() { echo "== $*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }

said "packages"
packaging/linux.sh --binary "$binary" --out "$work/out"
deb=$(echo "$work"/out/*.deb)
(cd "$work/out" && sha256sum --quiet -c SHA256SUMS)
# The names of the libraries that the program loads at run time. Drivers are recommended only, and libxcb and libXrender
# come with libX11 and libXcursor. libm, libc and libgcc_s are in the program's header.
mapfile -t loaded < <(LC_ALL=C grep -aoE 'lib[A-Za-z][A-Za-z0-9_+-]{1,30}\.so\.[0-9]' "$binary" | LC_ALL=C sort -u |
    grep -vE '^lib(m|c|gcc_s|vulkan|xcb|Xrender)\.so')
[ "${#loaded[@]}" -ge 10 ] || fail "the program names only these libraries: ${loaded[*]}"
for rpm in "$work"/out/*.rpm; do
    [ -e "$rpm" ] || continue
    required=$(rpm -qp --requires "$rpm")
    for library in "${loaded[@]}"; do
        case $required in *"$library()(64bit)"*) ;; *) fail "the .rpm does not require $library" ;; esac
    done
done

said "the entry, the description and the pages are valid"
dpkg-deb -x "$deb" "$work/files"
desktop-file-validate "$work/files/usr/share/applications/lumisift.desktop"
appstreamcli validate --no-net "$work/files/usr/share/metainfo/org.lumisift.Lumisift.metainfo.xml"
for page in "$work"/files/usr/share/man/man1/*.gz; do
    zcat "$page" | groff -man -ww -z 2>&1 | { ! grep -m1 .; } || fail "$page"
done
bash -n "$work/files/usr/share/bash-completion/completions/lumisift"

said "a clean Debian"
if [ ! -d "$root/usr" ]; then
    debootstrap --variant=minbase bookworm "$root" http://deb.debian.org/debian >"$work/debootstrap.log" 2>&1 ||
        { tail -5 "$work/debootstrap.log"; fail "debootstrap"; }
fi
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
mountpoint -q "$root/dev/pts" || mount --bind /dev/pts "$root/dev/pts" || true
cp /etc/resolv.conf "$root/etc/resolv.conf"
inside() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"
}
said "installed, with what it depends on and nothing that is recommended"
inside apt-get update -qq
cp "$deb" "$root/tmp/lumisift.deb"
inside apt-get install -y -qq --no-install-recommends /tmp/lumisift.deb >"$work/apt.log" 2>&1 || { tail -5 "$work/apt.log"; fail "install"; }
inside lumisift --version
# What the program loads at run time must have come along.
libraries=$(inside ldconfig -p)
for library in "${loaded[@]}"; do
    case $libraries in *"$library"*) ;; *) fail "$library is not there" ;; esac
done

# The screen and what looks at it are no part of the package.
inside apt-get install -y -qq --no-install-recommends xvfb xdotool procps >"$work/apt.log" 2>&1 || { tail -5 "$work/apt.log"; fail "apt"; }
inside sh -c 'id tester >/dev/null 2>&1 || useradd -m tester'

said "started from the menu entry"
photos=$root/home/tester/photos
mkdir -p "$photos/a folder"
cp assets/samples/*.jpg "$photos/a folder/"
inside chown -R tester: /home/tester
cat >"$root/home/tester/start.sh" <<'INSIDE'
# As a desktop does: the line after Exec, with %F replaced by paths.
set -eu
export XDG_RUNTIME_DIR=$HOME/run LIBGL_ALWAYS_SOFTWARE=1
mkdir -p -m 700 "$XDG_RUNTIME_DIR"
line=$(sed -n 's/^Exec=//p' /usr/share/applications/lumisift.desktop)
case $line in *" %F") ;; *) echo "the entry takes no files: $line"; exit 1 ;; esac
command=${line%" %F"}
Xvfb :77 -screen 0 1280x900x24 -nolisten tcp >/dev/null 2>&1 &
screen=$!
export DISPLAY=:77
wait_for() { # what, and a command that must come true within two minutes
    what=$1; shift; n=0
    until "$@" >/dev/null 2>&1; do
        n=$((n + 1))
        if [ $n -gt 1200 ]; then echo "in vain: $what"; cat "$HOME/window.log"; exit 1; fi
        sleep 0.1
    done
    echo "  $what"
}
wait_for "a screen" xdotool getdisplaygeometry
window() { xdotool search --onlyvisible --name '^Lumisift$'; }
gone() { ! kill -0 "$started" 2>/dev/null; }
# shellcheck disable=SC2086 # the entry's words
run() { $command "$@"; }

run "$HOME/photos/a folder" >"$HOME/window.log" 2>&1 &
started=$!
wait_for "a window on a folder" window
wait_for "a store" test -s "$HOME/.cache/lumisift/store/facts.db"
set -- "$HOME/photos/a folder/cat.jpg" "$HOME/photos/a folder/coins.jpg" "$HOME/photos/a folder/moon.jpg"
run "$@" >"$HOME/second.log" 2>&1
grep -q "open already" "$HOME/second.log" || { echo "not handed over"; cat "$HOME/second.log"; exit 1; }
echo "  three photos went to the window that is open"
[ "$(window | wc -l)" = 1 ] || { echo "there are two windows"; exit 1; }
run --new-window "$@" >"$HOME/third.log" 2>&1 &
third=$!
two() { [ "$(window | wc -l)" = 2 ]; }
wait_for "--new-window opens another one, with three photos" two
kill "$third"; wait "$third" 2>/dev/null || true
for id in $(window); do xdotool windowclose "$id"; done
wait_for "the window is closed, and the program ended" gone
run "$@" >"$HOME/window.log" 2>&1 &
started=$!
wait_for "a window on three photos" window
for id in $(window); do xdotool windowclose "$id"; done
wait_for "the program ended" gone
kill "$screen"
INSIDE
inside su tester -c 'sh /home/tester/start.sh'

said "removed without leftovers"
inside apt-get purge -y -qq lumisift >"$work/apt.log" 2>&1
rm "$root/tmp/lumisift.deb"
left=$(inside find / -xdev -iname '*lumisift*' -not -path '/proc/*' -not -path '/home/*' -not -path '/var/log/*')
[ -z "$left" ] || fail "left behind: $left"
rm -rf "$root/home/tester/photos" "$root/home/tester/.cache" "$root/home/tester/.local" "$root/home/tester/.config"

said "the archive, for one person"
mkdir "$work/archive"
tar -xzf "$work"/out/*.tar.gz -C "$work/archive"
cp -r "$work/archive" "$root/home/tester/archive"
inside chown -R tester: /home/tester/archive
inside su tester -c '
    set -eu
    cd; before=$(find . | sort)
    ./archive/*/lumisift desktop install
    grep "^Exec=" .local/share/applications/lumisift.desktop
    ./archive/*/lumisift desktop uninstall
    rm -rf .local/state/lumisift .local/share/lumisift
    find .local -type d -empty -delete 2>/dev/null || true
    [ "$before" = "$(find . | sort)" ] || { echo "left behind:"; find .local; exit 1; }'
rm -rf "$root/home/tester/archive"
echo "all checks passed"
