#!/usr/bin/env bash
# Opens the release binary on the samples under Xvfb, types labels with xdotool, and saves three pictures into
# docs/images: an empty window, a second label while it is typed, photos being sorted, a photo in the viewer, photos
# side by side, and photos by month. Also prints how long the window
# takes to show and to close. Needs xvfb, xdotool, imagemagick and a software Vulkan driver (mesa-vulkan-drivers).
# Usage: docs/screenshots.sh [FOLDER FOR PICTURES]
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-docs/images}
mkdir -p "$out"
cargo build --release --quiet

home=$(mktemp -d)
export LUMISIFT_CACHE_DIR=$home/cache LUMISIFT_CONFIG_DIR=$home/config LUMISIFT_DATA_DIR=$home/data
export XDG_RUNTIME_DIR=$home
display=:$((90 + RANDOM % 900))
Xvfb "$display" -noreset -screen 0 1280x800x24 >/dev/null 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$home"' EXIT
export DISPLAY=$display
until xdotool getdisplaygeometry >/dev/null 2>&1; do sleep 0.1; done

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

mkdir -p "$home/config"

# Opens the window and waits until it is seen, which it is once its first frame is painted.
open() {
    local start
    start=$(milliseconds)
    "${CARGO_TARGET_DIR:-target}/release/lumisift" "$@" 2>"$home/said" &
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
    # There is no window manager to give it the keyboard.
    xdotool windowfocus "$window"
}

# Waits until nothing moves on the screen.
settle() {
    local before after=none
    for _ in $(seq 60); do
        before=$after
        sleep 0.4
        after=$(import -window root rgb:- | sha256sum)
        [ "$before" = "$after" ] && return
    done
    echo "the window does not come to rest" >&2
    exit 1
}

picture() { import -window root "$out/$1.png"; }

open
settle
picture empty
xdotool key ctrl+q
wait "$app"

open assets/samples
settle
# A person's pace: what is typed goes to the field that had the keyboard in the last frame.
press() { xdotool key "$1" && sleep 0.4; }
press slash
type_label() { xdotool type --delay 40 "$1" && sleep 0.4; }
type_label cat
press Return
type_label motorcycle
settle
picture typing
press Return
for label in drink building document; do
    type_label "$label"
    press Return
done
settle
press Escape
press Home
press p
press 4
settle
picture sorted
xdotool key Return
settle
picture viewer
press Escape
press shift+Right
press shift+Right
press c
settle
picture compare
start=$(milliseconds)
xdotool key ctrl+q
wait "$app"
echo "window closed after $(($(milliseconds) - start)) ms"
if grep -qi panicked "$home/said"; then
    cat "$home/said" >&2
    exit 1
fi

# By month: other groups, chosen before the start.
sed -i 's/"grouping": *"[A-Za-z]*"/"grouping": "Month"/' "$home/config/window.json"
open assets/samples
settle
picture months
xdotool key ctrl+q
wait "$app"
