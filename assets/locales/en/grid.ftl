# The grid, its headings, the bars above and below it, and the empty window.

no-date = No date
no-camera = No camera
no-place = No place
no-stars = No stars
drop-onto-label = { $photos }: drop onto a label
spoken-percent = { $number } percent
spoken-less = less than { $number } percent
spoken-fits = { $label } { $percent }
spoken-nearest = nearest to { $label } { $percent }
spoken-found = found { $percent }
spoken-taken = taken { $day }
spoken-picked = picked
spoken-rejected = rejected
spoken-colour = colour { $colour }
spoken-problem = problem: { $problem }
spoken-separator = ,{ " " }
drop-to-open = Drop to open
drop-to-search = Drop to find similar photos
looking-for-photos = Looking for photos…
found-so-far = { $count } found so far
loading-model = Loading the model…
drop-a-folder = Drop a folder of photos here
no-photos-in-folders = No photos in the open folders
then-type-labels = Then type labels, such as beach or receipt, and watch the photos sort themselves
open-folder = Open folder…
promise = Everything stays on this computer
no-model-title = Photos cannot be read without a model
choose-another-model = Choose another model…
all-exported = All photos here were exported by Lumisift: open the export folder itself to see them
files-unsupported = { $count ->
    [one] { $count } file is in a format that cannot be read
   *[other] { $count } files are in formats that cannot be read
}
sorting = Sorting…
being-read = Reading photos…
nothing-fits = No photo fits the filters and the search
nothing-meets-search = No photo meets the conditions of the search “{ $search }”
show-the-nearest = Show the nearest
clear-filters-and-search = Clear filters and search
photos-list = Photos, { $count }
scroll-bar-name = Scroll through photos
just-below-line = Just below the line
not-read-yet = Not read yet
select-all-of = Select all of { $name }, { $photos }
photos-span = { $photos }, { $span }
select-all = Select all
more-below-line = { $count } more just below the line
show-more-below = Show { $text } of { $label }
example-of = Example of
counter-example-of = Counter-example of
stars-menu = Stars
colour-menu = Colour
stack-photos = { $count ->
    [one] { $count } photo
   *[other] { $count } photos
}
stack-best = Best of { $count }
spoken-stack = stack of { $count } photos
spoken-best = best of { $count }: { $reason }
exporting = Exporting: { $done } of { $count }
model-loading = loading the model…
no-model = no model
runs-on-model = { $device }, { $model }
runs-because = Running on the { $device }: { $why }
starter-knows = The built-in starter knows everyday things. CLIP models know far more: get one under Models
two-sentences = { $words }. { $why }
resume = Resume
pause = Pause
paused = Paused
progress = Progress
stage-listing = Looking for photos
stage-reading = Reading photos
stage-words = { $stage }: { $words }
stage-found = { $stage }: { $count } found so far
stage-done = { $stage }: { $done } of { $count }
progress-rate = { $text }, { $rate } a second
progress-left = { $text }, { $left } left
read-by = { $count ->
    [one] { $count } photo, { $read } read by { $model }
   *[other] { $count } photos, { $read } read by { $model }
}
no-folder-open = No folder is open
starting = Starting
stopped = Stopped: { $text }
analysing = Analysing photos
analysing-of = Analysing: { $done } of { $count }
search-hint = Search: sunset -people, IMG_40*, beach 2019
search = Search
clear-the-search = Clear the search
menu = Menu
or-drop = Or drop folders and photos anywhere on the window
folders = Folders
close-folder = Close { $folder }
recent-folders = Recent folders
size-of-thumbnails = Size of thumbnails
spoken-came-out = { $said }; { $came_out }
description-taken = { $said }; taken { $day }
