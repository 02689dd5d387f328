#!/usr/bin/env bash
# The screen, the sample photos and the functions of the scripts that drive the real program. It is sourced, from the root of
# the repository, by scripts that have set `out`, the folder for pictures, and may set `locale`, that of the program. It
# starts Xvfb, which it stops at the end together with removing /tmp/Pictures, the folder of the photos. Builds the release
# binary unless LUMISIFT names one. Needs xvfb, xdotool, imagemagick, exiftool, python3 and a software Vulkan driver (mesa-
# vulkan-drivers).
# Variables: SIZE=1280x800 of the screen, LUMISIFT=a binary other than the release build, PATIENCE=4 to wait four times as long
size=${SIZE:-1280x800}
mkdir -p "$out"
# The photos' folder is visible in the pictures, so it has a fixed name that a user could have chosen.
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
# Without a portal and zenity, paths are typed.
unset DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY
# It would override the language in the settings.
unset LUMISIFT_LANGUAGE
display=:$((90 + RANDOM % 900))
Xvfb "$display" -noreset -screen 0 "${size}x24" >/dev/null 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$home" "$pictures"' EXIT
export DISPLAY=$display
until xdotool getdisplaygeometry >/dev/null 2>&1; do sleep 0.1; done

# The samples, with dates in three months.
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

fail() {
    echo "$*" >&2
    import -window root "$out/failed.png"
    exit 1
}

# Opens the window and waits until it is visible, which is when its first frame has been painted.
open() {
    local start
    start=$(milliseconds)
    env ${locale:+LC_ALL="$locale"} "$LUMISIFT" "$@" 2>"$home/said" &
    app=$!
    # Without --sync, which polls only twice a second.
    until window=$(xdotool search --onlyvisible --class lumisift 2>/dev/null); do
        if ! kill -0 "$app" 2>/dev/null; then
            cat "$home/said" >&2
            exit 1
        fi
        sleep 0.005
    done
    window=$(tail -1 <<<"$window")
    echo "window shown after $(($(milliseconds) - start)) ms"
    # There is no window manager to give it the focus and the whole screen.
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

# A picture of the screen, or of a part of it: WIDTHxHEIGHT+X+Y.
seen() { import -window root ${1:+-crop "$1" +repage} rgb:- | sha256sum; }

# Processor ticks that the program has used.
used() { awk '{ print $14 + $15 }' "/proc/$app/stat"; }

# Waits until nothing changes on the screen and the program is idle.
settle() {
    local before after=none ticks
    for _ in $(seq $((150 * ${PATIENCE:-1}))); do
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

# Types at a person's pace: text goes to the field that had the focus in the last frame.
press() { xdotool key "$1" && sleep 0.5; }
type_text() { xdotool type --delay 60 "$1" && sleep 0.6; }
# Gives keys to the characters of a text. Otherwise xdotool maps a key while it types, and the program may look at it too late.
keys_for() {
    python3 - "$1" <<'PY'
import ctypes, sys
x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
x.XGetKeyboardMapping.restype = ctypes.POINTER(ctypes.c_ulong)
display = ctypes.c_void_p(x.XOpenDisplay(None))
first, last, each = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
x.XDisplayKeycodes(display, ctypes.byref(first), ctypes.byref(last))
symbols = x.XGetKeyboardMapping(display, ctypes.c_ubyte(first.value), last.value - first.value + 1, ctypes.byref(each))
free = [key for key in range(first.value, last.value + 1)
        if not any(symbols[(key - first.value) * each.value + at] for at in range(each.value))]
for character in sorted(set(sys.argv[1])):
    code = ord(character)
    if code < 0x80:
        continue
    # Latin-1 characters are their own symbols.
    symbol = ctypes.c_ulong(code if code < 0x100 else 0x1000000 + code)
    x.XChangeKeyboardMapping(display, free.pop(), 1, ctypes.byref(symbol), 1)
x.XSync(display, 0)
PY
}
click() { xdotool mousemove "$1" "$2" && sleep 0.2 && xdotool click "${3:-1}" && sleep 0.4; }
# Moves the pointer to a place where it highlights nothing.
away() { xdotool mousemove $((width - 40)) $((height - 60)) && sleep 0.2; }

# A value of the program's remembered state, as an expression over `m`. It is written within seconds.
remembered() {
    python3 - "$home/config/window.json" "$1" <<'PY'
import json, sys
m = json.load(open(sys.argv[1]))
print(eval(sys.argv[2]))
PY
}

# The decisions about photos, as "cat.jpg pick 4", by name.
decided() {
    python3 - "$LUMISIFT_DATA_DIR" "$LUMISIFT_CACHE_DIR" <<'PY'
import glob, os, sqlite3, sys
data, cache = sys.argv[1:]
marks = sqlite3.connect(glob.glob(f"{data}/**/marks.db", recursive=True)[0])
facts = sqlite3.connect(glob.glob(f"{cache}/**/facts.db", recursive=True)[0])
names = {}
for path, content in facts.execute("SELECT path, content FROM files"):
    names.setdefault(content, os.path.basename(os.fsdecode(path)))
flags = {0: "none", 1: "pick", -1: "reject"}
rows = marks.execute("SELECT content, flag, stars FROM marks WHERE flag != 0 OR stars != 0")
print(", ".join(sorted(f"{names.get(c, '?')} {flags[flag]} {stars}" for c, flag, stars in rows)))
PY
}

# Waits until a command prints the expected text: expect MESSAGE TEXT COMMAND...
expect() {
    local message=$1 wanted=$2 is=
    shift 2
    for _ in $(seq $((50 * ${PATIENCE:-1}))); do
        is=$("$@" 2>/dev/null || true)
        [ "$is" = "$wanted" ] && return
        sleep 0.3
    done
    fail "$message: \"$is\" instead of \"$wanted\""
}

# Waits for a file, or fails with the message: arrives FILE MESSAGE
arrives() {
    for _ in $(seq $((50 * ${PATIENCE:-1}))); do
        [ -e "$1" ] && return
        sleep 0.3
    done
    fail "$2"
}

# Fails unless the screen is unchanged.
same() { [ "$(seen)" = "$1" ] || fail "$2"; }

# Fails unless the screen, or a part of it, changes.
other() {
    for _ in $(seq $((20 * ${PATIENCE:-1}))); do
        [ "$(seen ${3:+"$3"})" != "$1" ] && return
        sleep 0.3
    done
    fail "$2"
}
