# The export dialog.

export-selected = Selected
export-shown = Shown
export-fitting = All that fit a label
export-picked = Picks
export-rejected = Rejects
transfer-copy = Copy
transfer-move = Move
transfer-hard-link = Hard link
transfer-link = Link
layout-label = One per label
layout-month = One per label and month
layout-mirror = As they are now
layout-flat = None
export-title = Export photos
choose-photos-and-folder = Choose which photos, and a folder, to see what will happen
choose-a-folder-to-see = Choose a folder to see what will happen
checking-target = Checking the target folder…
row-photos = Photos
row-to = To
choose-a-folder = Choose a folder…
none-yet = none yet
row-how = How
row-folders = Folders
row-names = Names
row-also = Also
leave-rejects-out = Leave rejects out
include-paired = Include sidecars, paired RAW files and Live Photo movies
write-manifest = Write a list of what went where (JSON and CSV)
choice-count = { $name } ({ $count })
to-every-label = To every label that fits
pattern-of-names = Name pattern
pattern-hint = May contain { "{" }name{ "}" }, { "{" }label{ "}" }, { "{" }date{ "}" }, { "{" }match{ "}" } and { "{" }n{ "}" }
if-taken = If a name is taken:
add-a-number = Add a number
replace = Replace
replace-hint = The existing file is set aside, and restored if the export is undone
plan-paired = { $count ->
    [one] { $count } paired file
   *[other] { $count } paired files
}
plan-skipped = { $count ->
    [one] { $count } is already there
   *[other] { $count } are already there
}
plan-renamed = { $count ->
    [one] { $count } gets a number
   *[other] { $count } get a number
}
plan-replaced = { $count ->
    [one] { $count } replaces a file
   *[other] { $count } replace files
}
plan = { $words }: { $size }
plan-of-free = { $words }: { $size } of { $free } free
cannot-be-exported = { $count ->
    [one] { $count } photo cannot be exported:
   *[other] { $count } photos cannot be exported:
}
export-photos = Export { $photos }
heading-goes-to = Goes to
heading-folder = Folder
heading-holds = Contents
folder-itself = the folder itself
folder-total = { $photos }, { $size }
export-progress-name = Export
export-progress = { $count ->
    [one] { $done } of { $count } file, { $size }
   *[other] { $done } of { $count } files, { $size }
}
stop = Stop
exported = { $count ->
    [one] { $count } photo exported
   *[other] { $count } photos exported
}
exported-stopped = { $count ->
    [one] { $count } photo exported before the export was stopped
   *[other] { $count } photos exported before the export was stopped
}
exported-skipped = { $count ->
    [one] { $count } file was already there
   *[other] { $count } files were already there
}
exported-replaced = { $count ->
    [one] { $count } file was replaced: it is kept as “name (replaced …)”
   *[other] { $count } files were replaced: they are kept as “name (replaced …)”
}
stayed-where-they-were = { $count ->
    [one] { $count } photo stayed where it was:
   *[other] { $count } photos stayed where they were:
}
show-the-folder = Show the folder
finish-it = Finish it
done = Done
interrupted-title = An export was interrupted
interrupted-note = No photo was lost: each is complete in its old place or its new one
interrupted-progress = { $count ->
    [one] { $done } of { $count } file was exported
   *[other] { $done } of { $count } files were exported
}
undo-it = Undo it
later = Later
