# Dialogs that have no file of their own.

choose-open-folders = Choose folders of photos
choose-open-photos = Choose photos
choose-export-to = Choose a folder to export to
choose-model = Choose a folder with a CLIP model
choose-store = Choose where to keep thumbnails and vectors
choose-exclude = Choose a folder to exclude
choose-load-labels = Choose a label file
choose-save-labels = Save labels as
choose-rule-target = Choose a folder for the rule's photos
label-set-files = Label sets
restore-name-taken = a file with this name is already there
restore-not-here = on this system only the file manager can restore files
no-file-dialogs = This system has no file dialogs: they need a desktop portal (such as xdg-desktop-portal-gtk) or zenity, and neither is installed
file-dialog-did-not-open = The system's file dialog did not open
close = Close
kept-last-copy = Kept, because the photo that it duplicates is rejected or gone: { $path }
kept-one-of = { $copies } identical copies: 1 kept at { $path }
kept-more = and one copy each of { $photos } more
kept-why = To remove every copy, reject each one separately
paste-labels = Paste a list of labels
paste-labels-how = One per line, or separated by commas
list-of-labels = List of labels
add-these-labels = Add these labels
trash-title = Move rejects to the trash?
trash-what = { $count ->
    [one] { $count } photo, with sidecars and paired files, goes to the system's trash and can be restored from there.
   *[other] { $count } photos, with sidecars and paired files, go to the system's trash and can be restored from there.
}
trash-hidden = { $count ->
    [one] { $count } of them is not currently shown
   *[other] { $count } of them are not currently shown
}
move-to-trash = Move to the trash
keep-them = Keep them
failures-title = Photos that could not be read
copy-the-list = Copy the list
try-again = Try again
heading-photo = Photo
heading-why = Why
label-sets-title = Label sets
delete-the-set = Delete the set { $name }
no-sets = No sets saved yet
built-in-sets = Built-in sets:
load-a-file = Load a file…
save-as-a-file = Save as a file…
name-hint = Name
name-of-the-set = Name of the set
save-current-labels = Save current labels
dialog-settings = Settings
dialog-keys = Keyboard shortcuts
dialog-palette = Commands
dialog-export = Export
dialog-interrupted = An export was interrupted
dialog-hidden = Photos that are not shown
dialog-keywords = Write keywords
dialog-clear-store = Clear the store?
dialog-models = Models
dialog-remove-model = Remove the model?
dialog-path = Open by path
dialog-dropped = A picture was dropped
dialog-tour = Clean up
dialog-copies = Copies
dialog-heaps = Name my heaps
dialog-questions = Questions about a label
dialog-searches = Saved searches
dialog-about = About Lumisift
gestures-title = In the grid and over a large photo
clear-store-what = This deletes the thumbnails and vectors of all photos and reads the open folders again. Photos, labels, picks and stars are kept.
clear-the-store = Clear the store
keep-it = Keep it
photos-are-selected = { $count ->
    [one] { $count } photo is selected
   *[other] { $count } photos are selected
}
hidden-it = It is hidden by the filters or the search
hidden-all = All of them are hidden by the filters or the search
hidden-some = { $count ->
    [one] { $count } of them is hidden by the filters or the search
   *[other] { $count } of them are hidden by the filters or the search
}
only-shown = Only the { $count } shown
all-of-them = { $count ->
    [one] Include it
   *[other] All { $count }
}
open-it = Open it
find-similar-photos = Find similar photos
version = Version { $version }
about-what = Sifts photos by typed labels, on this computer and nowhere else
about-licence = MIT or Apache-2.0. The model and the samples have their own licences, listed in THIRD_PARTY.md
about-places = Names of places: contains data from GeoNames (geonames.org), CC BY 4.0
find-a-command = Find a command
no-such-command = No such command
type-the-path = { $reason }. Type the path instead
path-example = /home/me/Pictures
path = Path
cancel = Cancel
path-open-title = Open a folder or a photo by its path
open = Open
path-export-title = Export to this folder
use-this-folder = Use this folder
use-this-model = Use this model
exclude-it = Exclude it
load = Load
save = Save
dialog-welcome = Welcome
rules-title = Rules
rules-what = What to do with new photos in the open folders, once they have been read and have stopped changing
no-rules = No rules yet
run-the-rule = Run the rule { $name }
delete-the-rule = Delete the rule { $name }
open-rule-log = Open the rule log
rule-line = { $label } from { $percent }, { $action }
rule-line-named = { $name }: { $label } from { $percent }, { $action }
rule-marks = mark: { $mark }
rule-copies-to = copy to { $folder }
rule-moves-to = move to { $folder }
rule-action-by-label = { $action }, by label
rule-action-by-month = { $action }, by label and month
rule-action-by-month-only = { $action }, by month
rule-open-first = Open a folder first
rule-label-first = Add a label or save a search first
rule-choose-first = Choose the photos and what to do with them, to see what would happen now
rule-preview-running = Looking at the photos…
row-do = Do
rule-copy = Copy to a folder
rule-move = Move to a folder
mark = Mark
rule-no-folder = none yet
rule-by-label = By label
rule-by-month = By label and month
rule-by-month-only = By month
rule-of-label = that fit { $name }
rule-of-search = found by { $name }
choose-rule-source = Choose a label or a saved search
photos-of-the-rule = Photos for the rule
choose-a-mark = Choose a mark
mark-of-the-rule = Mark for the rule
only-where-undecided = Only where you have not decided yourself
rule-mark-pick = pick
rule-mark-reject = reject
rule-filters-more = A rule cannot use this search: it has filters or words that do not describe what photos show
rule-label-excludes = A rule cannot use this label: it keeps photos out of other labels instead of fitting photos
rule-label-gone = A rule cannot use this search: its label is gone
rule-asks-otherwise = A rule cannot use this search: it needs either words or one label, and not both
rule-others = { $count ->
    [one] { $count } does not fit
   *[other] { $count } do not fit
}
rule-would-mark = { $photos } would be marked now; { $others }
rule-would-copy = { $photos } would be copied now; { $others }
rule-would-move = { $photos } would be moved now; { $others }
rule-would-fail = { $text }; { $failed } cannot be processed
switch-the-rule-on = Switch the rule on
keep-it-off = Keep it switched off
