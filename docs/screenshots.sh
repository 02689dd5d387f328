#!/usr/bin/env bash
# Drives the real program under Xvfb with xdotool and docs/xdnd_drop.py. Checks its behaviour by the files that it writes
# (decisions, remembered state, exported files) and by the screen. Saves pictures: an empty window, a second label while it is
# typed, photos being sorted, a photo in the viewer, photos side by side, the export, photos by month, files held over the
# window, a search by a dropped picture, a path being typed, and the clean-up list. Stops with a message at the first check
# that fails. Also prints how long the window takes to show and to close. Needs xvfb, xdotool, imagemagick, exiftool, python3 and
# a software Vulkan driver (mesa-vulkan-drivers).
# Usage: docs/screenshots.sh [--readme] [FOLDER FOR PICTURES]
#   --readme also replaces the README's pictures in docs/images; without FOLDER, a temporary one is created and printed
#   SIZE=1280x800 of the screen, THEME=dark or light, LUMISIFT=a binary other than the release build, PATIENCE=4 to wait
#   four times as long
set -euo pipefail
cd "$(dirname "$0")/.."
readme=
if [ "${1:-}" = --readme ]; then
    readme=yes
    shift
fi
out=${1:-$(mktemp -d)}
# shellcheck source=docs/screen.sh
. docs/screen.sh

echo "{ \"theme\": \"${THEME:-dark}\", \"language\": \"en\" }" >"$home/config/settings.json"
echo '{ "was_welcomed": true }' >"$home/config/window.json"

# Positions of elements: the panel of labels is narrower in a small window.
panel=268
[ "$width" -lt 900 ] && panel=220
group=$((panel + 54)) sort=$((panel + 190)) filter=$((panel + 311)) controls=60
# The entries of their lists, from the first, and the first photo with a heading over it.
entry() { echo $((95 + 36 * $1)); }
first_x=$((panel + 100)) first_y=250 heading_y=145
# The card of the label that is typed, and the heading of the first group.
draft_card=$((panel - 24))x150+12+121
first_heading=50x26+$((panel + 8))+132

# 8: without a portal and zenity, a path is typed.
open
picture empty
press ctrl+o
picture path
type_text "$photos"
press Return
settle
picture opened
close
expect "the typed path is not open" "['$photos']" remembered 'm["roots"]'

rm -f "$home/config/window.json"
open "$photos"
settle
# 2: while a label is typed, its best photos are visible after each letter, and its group is at the top.
press slash
before=$(seen "$draft_card")
type_text c
settle
other "$before" "the first letter of a label shows no photos" "$draft_card"
before=$(seen "$draft_card")
type_text at
settle
other "$before" "the photos of a label do not follow what is typed" "$draft_card"
click 57 183
press p
expect "the card of a label that is typed does not begin with its best photo" "cat.jpg pick 0" decided
press u
press Escape
press slash
press Return
before=$(seen "$first_heading")
type_text motorcycle
settle
other "$before" "the group of the label that is typed is not on top" "$first_heading"
import -window root "$out/typing.png"
click "$first_x" "$first_y"
press p
expect "the first photo is not of the label that is typed" "motorcycle.jpg pick 0" decided
press u
expect "a pick is not cleared" "" decided
press slash
press Return
for label in drink building document; do
    type_text "$label"
    press Return
done
expect "the labels are not kept" "cat motorcycle drink building document" \
    remembered '" ".join(l["text"] for l in m["labels"])'
press Escape
press Home
settle

# 2: a heading selects its group.
click $((panel + 40)) "$heading_y"
press x
expect "a click on a heading does not select its group" "cat.jpg reject 0" decided
press ctrl+z
expect "a rejection is not undone" "" decided
# 2: a click on a label leads to its group.
for _ in 1 2 3; do press plus; done
press Home
away
settle
top=$(seen "$first_heading")
press End
settle
other "$top" "the photos do not scroll" "$first_heading"
click 100 138
press Escape
settle
click "$first_x" "$first_y"
press p
expect "a click on a label does not lead to its group" "cat.jpg pick 0" decided
press u
for _ in 1 2 3; do press minus; done
press Home

# 1: keys pressed while a menu or list is open do not reach anything behind it.
away
settle
before=$(seen)
for place in "24 20" "177 20" "$group $controls" "$sort $controls" "$filter $controls" \
    "$((panel - 25)) 65" "$((panel + 40)) 92" "$((width - 23)) $((height - 19))"; do
    # shellcheck disable=SC2086 # two numbers
    xdotool mousemove $place && sleep 1
    hovered=$(seen)
    xdotool click 1 && sleep 0.6
    other "$hovered" "no menu opens at $place"
    press x
    press Right
    press p
    press Escape
    press Escape
    press Home
    away
    settle
    same "$before" "keys went through the menu at $place"
done
expect "keys went through an open menu" "" decided
press p
press 4
expect "a photo is not decided about" "cat.jpg pick 4" decided
picture sorted

# 4: order, groups and filter are three independent controls.
click "$group" "$controls"
click "$group" "$(entry 2)"
expect "photos are not grouped by month" "Month" remembered 'm["grouping"]'
click "$sort" "$controls"
click "$sort" "$(entry 0)"
expect "photos are not sorted by name" "Name" remembered 'm["sorting"]["key"]'
expect "the order undid the groups" "Month" remembered 'm["grouping"]'
click "$group" "$controls"
click "$group" "$(entry 1)"
expect "photos are not grouped by label" "Label" remembered 'm["grouping"]'
expect "the groups undid the order" "Name" remembered 'm["sorting"]["key"]'
click "$sort" "$controls"
click "$sort" 401
expect "photos are not sorted by match" "BestMatch" remembered 'm["sorting"]["key"]'
# A click on a label's count filters by it; a chip removes the filter.
click $((panel - 83)) 138
expect "a click on a count does not filter" "{'Label': 1}" remembered 'm["filter"]["fit"]'
click $((panel + 140)) 92
expect "a click on a chip does not remove its filter" "All" remembered 'm["filter"]["fit"]'

press Home
press Return
picture viewer
before=$(seen)
press z
settle
other "$before" "z does not show the photo at its actual size"
import -window root "$out/actual-size.png"
press z
# 6: a loupe while the space bar is held, and a view of only the photo.
xdotool mousemove $((width / 2 - 150)) $((height / 2))
settle
before=$(seen)
xdotool keydown space
sleep 1.5
other "$before" "holding the space bar shows no loupe"
xdotool keyup space
settle
same "$before" "the loupe does not go"
press Tab
settle
other "$before" "Tab does not hide the panels"
press Tab
settle
same "$before" "Tab does not bring the panels back"
press Escape
# 6: photos side by side, judged with keys and clicks.
press Home
press shift+Right
press shift+Right
press c
picture compare
press x
expect "a photo beside others is not rejected" "cat.jpg pick 4, coffee.jpg reject 0" decided
# The third star of the first of three photos, beside which there is a panel.
if [ "$size" = 1280x800 ]; then
    click 127 738
    expect "a click on a star of a photo gives none" "cat.jpg pick 3, coffee.jpg reject 0" decided
fi
press Escape

# 5: an export takes the photos that fit, without rejects, and remembers the target.
press ctrl+shift+a
press ctrl+e
settle
dialog_x=$((width / 2 - 320))
[ "$width" -lt 688 ] && dialog_x=40
dialog_height=$((height - 80 < 720 ? height - 80 : 720))
dialog_y=$(((height - dialog_height - 32) / 2))
click $((dialog_x + 145)) $((dialog_y + 106))
settle
type_text "$pictures/Sorted"
press Return
picture export
[ ! -e "$pictures/Sorted" ] || fail "an export begins before it is asked for"
# The button is the last stop of the Tab key before it starts again at the one that closes the dialog.
xdotool key shift+Tab && sleep 0.3
press Return
arrives "$pictures/Sorted/motorcycle/motorcycle.jpg" "what fits a label is not exported"
[ -z "$(find "$pictures/Sorted" -name coffee.jpg)" ] || fail "a reject is exported"
settle
press Escape
expect "the folder of the export is not remembered" "$pictures/Sorted" \
    remembered 'm["export"]["target"]'

# 8: files held over the window show the drop zones; a picture on the search box is searched for.
search=$((width - 220))
xdotool mousemove "$search" 24
sleep 0.3
before=$(seen)
rm -f "$home/drop"
python3 docs/xdnd_drop.py "$window" "$search" 24 --hold "$home/drop" "$photos/cat.jpg" &
drag=$!
# Frames are drawn as long as files are held over the window, so it never becomes idle.
sleep 2
other "$before" "files that are held over the window show no zones"
import -window root "$out/zones.png"
touch "$home/drop"
wait "$drag"
xdotool mousemove_relative 1 1
picture search-by-picture
click "$first_x" "$first_y"
press 5
expect "a dropped picture is not found first" "cat.jpg pick 5, coffee.jpg reject 0" decided
press Escape
press Escape
# Folders that are dropped on the photos are opened in addition to the others.
mkdir "$pictures/More"
cp "$photos/moon.jpg" "$pictures/More/another moon.jpg"
xdotool mousemove $((width / 2)) $((height / 2))
sleep 0.3
python3 docs/xdnd_drop.py "$window" $((width / 2)) $((height / 2)) "$pictures/More"
xdotool mousemove_relative 1 1
expect "a dropped folder is not opened" "['$photos', '$pictures/More']" remembered 'm["roots"]'
settle
close

# By month: the chosen groups are restored.
sed -i 's/"grouping": *"[A-Za-z]*"/"grouping": "Month"/' "$home/config/window.json"
open "$photos"
picture months
close

# The clean-up list: copies, a burst, a blurred photo, a screenshot and a black photo.
phone=$pictures/Phone
mkdir "$phone"
rm -f "$home/config/window.json"
number=1
for photo in "$photos"/*.jpg; do
    cp "$photo" "$phone/IMG_$((1000 + number)).jpg"
    number=$((number + 1))
done
cp "$photos/cat.jpg" "$phone/IMG_1003 (1).jpg"
convert "$photos/coffee.jpg" -resize 50% -quality 70 "$phone/coffee-small.jpg"
convert "$photos/temple.jpg" -quality 60 "$phone/temple-sent.jpg"
convert "$photos/flower.jpg" -blur 0x8 "$phone/IMG_1021.jpg"
convert "$photos/rocket.jpg" -evaluate multiply 0.04 "$phone/IMG_1022.jpg"
cp "$out/sorted.png" "$phone/Screenshot_2024-06-02-10-00-00.png"
for at in 0 1 2; do
    burst=$phone/IMG_103$at.jpg
    convert "$photos/motorcycle.jpg" -gravity center -crop "9$((9 - at))%x9$((9 - at))%+0+0" +repage \
        -blur "0x0.$((at + 1))" "$burst"
    exiftool -q -overwrite_original "-DateTimeOriginal=2024:06:01 10:00:0$((at * 2))" "$burst"
done
open "$phone"
settle
press ctrl+t
picture tour
press Escape
close

if [ -n "$readme" ]; then
    for name in sorted typing viewer compare months tour; do
        cp "$out/$name.png" "docs/images/$name.png"
    done
fi
echo "all checks passed; pictures are in $out"
