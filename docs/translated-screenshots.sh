#!/usr/bin/env bash
# Saves pictures of the window in one of its languages: the welcome dialog, photos sorted by labels in that language, the
# export and the settings. Stops with a message if something does not appear. Needs what docs/screenshots.sh needs, and a font
# for the language (fonts-noto-cjk for Chinese and Japanese).
# Usage: docs/translated-screenshots.sh LANGUAGE FOLDER
#   LANGUAGE is a folder of assets/locales, such as zh-CN; SIZE, THEME, LUMISIFT and PATIENCE are as for docs/screenshots.sh
set -euo pipefail
cd "$(dirname "$0")/.."
language=${1:?usage: docs/translated-screenshots.sh LANGUAGE FOLDER}
out=${2:?usage: docs/translated-screenshots.sh LANGUAGE FOLDER}
# Words for a cat, a motorcycle, a drink, a building and a document. The starter model gets them in English.
case $language in
    en) labels=(cat motorcycle drink building document) ;;
    zh-CN) labels=(猫 摩托车 饮料 建筑 文件) ;;
    de) labels=(Katze Motorrad Getränk Gebäude Dokument) ;;
    # "Chat" is also English.
    fr) labels=(chatte moto boisson bâtiment document) ;;
    es) labels=(gato moto bebida edificio documento) ;;
    ja) labels=(猫 バイク 飲み物 建物 書類) ;;
    *)
        echo "no labels in $language: add them to $0" >&2
        exit 1
        ;;
esac
# The program's locale, by which fonts choose the shapes of punctuation that several scripts share. Its name is enough: the
# system need not have generated it.
case $language in
    en) locale=en_US.UTF-8 ;;
    zh-CN) locale=zh_CN.UTF-8 ;;
    ja) locale=ja_JP.UTF-8 ;;
    *) locale=${language}_${language^^}.UTF-8 ;;
esac
# shellcheck source=docs/screen.sh
. docs/screen.sh

# The settings show the folder of the store.
export LUMISIFT_CACHE_DIR=$pictures/Lumisift
echo "{ \"theme\": \"${THEME:-dark}\", \"language\": \"$language\" }" >"$home/config/settings.json"

keys_for "${labels[*]}"

# Saves a picture of what keys or clicks open: shows NAME COMMAND...
shows() {
    local name=$1 before
    shift
    settle
    before=$(seen)
    "$@"
    other "$before" "the picture \"$name\" would show nothing new"
    picture "$name"
}

# The three steps of the welcome dialog, and the empty window behind it.
next() { click $((width / 2 + 240)) $((height / 2 + 198)); }
open
picture welcome
shows welcome-photos next
shows welcome-model next
shows empty press Escape
close

# The clean-up list is offered over the photos until it has been opened.
open "$photos"
picture opened
shows clean-up press ctrl+t
press Escape
press slash
for label in "${labels[@]}"; do
    type_text "$label"
    press Return
done
expect "the labels are not kept" "${labels[*]}" remembered '" ".join(l["text"] for l in m["labels"])'
press Escape
click 100 138
press Escape
press Home
settle
# The first label is only understood if it is translated.
press p
press 4
away
expect "the first photo is not of the first label" "cat.jpg pick 4" decided
picture grid
close

# The export, with a folder that was chosen before.
python3 - "$home/config/window.json" "$pictures/Sorted" <<'PY'
import json, sys
file, target = sys.argv[1:]
m = json.load(open(file))
m["export"]["target"] = target
json.dump(m, open(file, "w"))
PY
open "$photos"
settle
press ctrl+shift+a
shows export press ctrl+e
# The button that exports is the last stop of the Tab key.
press shift+Tab
press Return
arrives "$pictures/Sorted/${labels[0]}/cat.jpg" "what fits the first label is not exported"
picture exported
press Escape

# The settings, and their end where they do not fit.
shows settings press ctrl+comma
to_the_end() {
    xdotool mousemove $((width / 2)) $((height / 2)) && sleep 0.2
    xdotool click --repeat 30 --delay 20 5
    away
}
shows settings-end to_the_end
press Escape
close
echo "the pictures are in $out"
