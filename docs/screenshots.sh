#!/usr/bin/env bash
# Drives the real program under Xvfb with xdotool and docs/xdnd_drop.py, checks what it does, and saves pictures: an empty
# window, a second label while it is typed, photos being sorted, a photo in the viewer, photos side by side, the export,
# photos by month, files held over the window, a search by a dropped picture, a path being typed.
# Also prints how long the window takes to show and to close. Needs xvfb, xdotool, imagemagick, exiftool, python3 and
# a software Vulkan driver (mesa-vulkan-drivers).
# Usage: docs/screenshots.sh [--readme] [FOLDER FOR PICTURES]
#   --readme also replaces the README's pictures in docs/images; without FOLDER, a new temporary one is made and printed
#   SIZE=1280x800 of the screen, THEME=dark or light, LUMISIFT=a binary other than the release build
set -euo pipefail
cd "$(dirname "$0")/.."
readme=
if [ "${1:-}" = --readme ]; then
    readme=yes
    shift
fi
out=${1:-$(mktemp -d)}
size=${SIZE:-1280x800}
mkdir -p "$out"
# Where the photos are shows in the pictures, so it has a fixed name that a person could have chosen.
pictures=/tmp/Pictures
marker=$pictures/.lumisift-screenshots
if [ -e "$pictures" ] && [ ! -e "$marker" ]; then
    echo "$pictures is not from this script: rename it first" >&2
    exit 1
fi
if [ -z "${LUMISIFT:-}" ]; then
    cargo build --release --quiet
    LUMISIFT=${CARGO_TARGET_DIR:-target}/release/lumisift
fi

home=$(mktemp -d)
export LUMISIFT_CACHE_DIR=$home/cache LUMISIFT_CONFIG_DIR=$home/config LUMISIFT_DATA_DIR=$home/data
export XDG_RUNTIME_DIR=$home
# Neither a portal nor zenity: paths are typed.
unset DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY
display=:$((90 + RANDOM % 900))
Xvfb "$display" -noreset -screen 0 "${size}x24" >/dev/null 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$home" "$pictures"' EXIT
export DISPLAY=$display
until xdotool getdisplaygeometry >/dev/null 2>&1; do sleep 0.1; done

# The samples, taken in three months.
rm -rf "$pictures"
mkdir "$pictures"
touch "$marker"
photos=$pictures/Holidays
cp -r assets/samples "$photos"
month=4
for photo in "$photos"/*.jpg; do
    exiftool -q -overwrite_original "-DateTimeOriginal=2024:0$month:1$month 10:00:00" "$photo"
    month=$((month == 6 ? 4 : month + 1))
done

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

width=${size%x*} height=${size#*x}
mkdir -p "$home/config"
echo "{ \"theme\": \"${THEME:-dark}\" }" >"$home/config/settings.json"

fail() {
    echo "$*" >&2
    import -window root "$out/failed.png"
    exit 1
}

# Opens the window and waits until it is seen, which it is once its first frame is painted.
open() {
    local start
    start=$(milliseconds)
    "$LUMISIFT" "$@" 2>"$home/said" &
    app=$!
    # Not with --sync, which looks twice a second only.
    until window=$(xdotool search --onlyvisible --class lumisift 2>/dev/null); do
        if ! kill -0 "$app" 2>/dev/null; then
            cat "$home/said" >&2
            exit 1
        fi
        sleep 0.005
    done
    window=$(tail -1 <<<"$window")
    echo "window shown after $(($(milliseconds) - start)) ms"
    # There is no window manager to give it the keyboard and the whole screen.
    xdotool windowmove "$window" 0 0 windowsize "$window" "$width" "$height" windowfocus "$window"
    xdotool mousemove $((width / 2)) $((height - 60))
}

close() {
    local start
    start=$(milliseconds)
    xdotool key ctrl+q
    wait "$app"
    echo "window closed after $(($(milliseconds) - start)) ms"
    if grep -qi panicked "$home/said"; then
        cat "$home/said" >&2
        exit 1
    fi
}

seen() { import -window root rgb:- | sha256sum; }

# Ticks of the processor that the program has used.
used() { awk '{ print $14 + $15 }' "/proc/$app/stat"; }

# Waits until nothing moves on the screen and the program does nothing.
settle() {
    local before after=none ticks
    for _ in $(seq 150); do
        before=$after
        ticks=$(used)
        sleep 0.4
        after=$(seen)
        [ "$before" = "$after" ] && [ $(($(used) - ticks)) -le 2 ] && return
    done
    fail "the window does not come to rest"
}

picture() {
    settle
    import -window root "$out/$1.png"
}

# A person's pace: what is typed goes to the field that had the keyboard in the last frame.
press() { xdotool key "$1" && sleep 0.4; }
type_text() { xdotool type --delay 40 "$1" && sleep 0.4; }

open
picture empty
# Without a portal and zenity, a path is typed.
press ctrl+o
picture path
type_text "$photos"
press Return
settle
picture opened
close

rm -f "$home/config/window.json"
open "$photos"
settle
press slash
type_text cat
press Return
type_text motorcycle
picture typing
press Return
for label in drink building document; do
    type_text "$label"
    press Return
done
settle
press Escape
press Home
# What is pressed while a menu is open goes no farther.
settle
before=$(seen)
xdotool mousemove 24 24 click 1
sleep 0.4
press x
press Right
press Escape
press Escape
press Home
xdotool mousemove $((width / 2)) $((height - 60))
settle
[ "$before" = "$(seen)" ] || fail "keys went through an open menu"
press p
press 4
picture sorted
press Return
picture viewer
press z
picture actual-size
press Escape
press shift+Right
press shift+Right
press c
picture compare
press Escape
press ctrl+shift+a
press ctrl+e
picture export
press Escape

# Files held over the window show where they go; a picture on the search box is searched for.
search=$((width - 220))
xdotool mousemove "$search" 24
sleep 0.3
rm -f "$home/drop"
python3 docs/xdnd_drop.py "$window" "$search" 24 --hold "$home/drop" "$photos/cat.jpg" &
drag=$!
# Frames are drawn as long as files are held over the window: it does not come to rest.
sleep 2
import -window root "$out/zones.png"
touch "$home/drop"
wait "$drag"
xdotool mousemove_relative 1 1
picture search-by-picture
press Escape
press Escape
close

# By month: other groups, chosen before the start.
sed -i 's/"grouping": *"[A-Za-z]*"/"grouping": "Month"/' "$home/config/window.json"
open "$photos"
picture months
close

if [ -n "$readme" ]; then
    for name in sorted typing viewer compare months; do
        cp "$out/$name.png" "docs/images/$name.png"
    done
fi
echo "pictures are in $out"
