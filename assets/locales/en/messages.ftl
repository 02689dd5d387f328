# Messages about what happened.

label-back = the label “{ $one }” is back
label-gone = the label “{ $one }” is gone
label-as-it-was = the label “{ $label }” is as it was
labels-order-back = the labels are back in their previous order
labels-as-they-were = the labels are as they were
threshold-as-it-was = the threshold is as it was
heaps-as-they-were = the heaps are as they were
sets-as-they-were = the saved label sets are as they were
searches-as-they-were = the saved searches are as they were
rules-as-they-were = the rules are as they were
no-thread-for-decisions = No thread could be started ({ $error }): decisions are not saved. Close other programs and restart Lumisift
no-burst = No other photo in this folder was taken within 2 seconds of this one
cannot-be-shown = { $path } could not be opened in another program: { $error }
copied = { $count ->
    [one] { $count } photo copied: paste as files or as paths
   *[other] { $count } photos copied: paste as files or as paths
}
copied-paths = { $count ->
    [one] { $count } path copied; the files could not be: { $reason }
   *[other] { $count } paths copied; the files could not be: { $reason }
}
all-copies-rejected = All of these copies are already rejected
copies-rejected = { $count ->
    [one] { $count } copy rejected: moving rejects to the trash frees { $size }. Undo takes this back
   *[other] { $count } copies rejected: moving rejects to the trash frees { $size }. Undo takes this back
}
no-scenes = No photos of the same scene were found
stacks-soon = Stacks are folded as soon as they are found
stacks-not-among-kind = Stacks are folded again when the filter “Found” is removed
ask-click-label = Click a label first: the questions are about the label that is open
ask-nothing = There is nothing to ask yet: the label has no scores
search-label-gone = The label that “{ $name }” filters by is gone: photos of all labels are shown
rules-marked = { $count ->
    [one] { $count } photo marked by rules. Undo takes this back
   *[other] { $count } photos marked by rules. Undo takes this back
}
rules-copied = { $count ->
    [one] { $count } photo copied by rules. Undo takes this back
   *[other] { $count } photos copied by rules. Undo takes this back
}
rules-moved = { $count ->
    [one] { $count } photo moved by rules. Undo takes this back
   *[other] { $count } photos moved by rules. Undo takes this back
}
rule-stopped = A rule stopped early (export { $id }): the rest will be tried again
rules-failed = { $count ->
    [one] Rules could not process a file: { $first }
   *[other] Rules could not process { $count } files. The first: { $first }
}
rules-not-loaded = The rules have not been loaded yet: try again in a moment
rules-not-kept = The rules could not be saved: { $problem }
redone = Redone: { $what }
undone = Undone: { $what }
redone-decisions = { $count ->
    [one] Redone: the decision about { $count } photo
   *[other] Redone: the decision about { $count } photos
}
undone-decisions = { $count ->
    [one] Undone: the decision about { $count } photo
   *[other] Undone: the decision about { $count } photos
}
samples-not-written = The samples cannot be written to { $folder }: { $error }
too-many-examples = { $count ->
    [one] A label takes at most { $most } examples and as many counter-examples: { $count } photo was left out. Select the ones that best show what you mean
   *[other] A label takes at most { $most } examples and as many counter-examples: { $count } photos were left out. Select the ones that best show what you mean
}
teach-click-label = Click a label first: photos become examples of the label that is open
taught = { $count ->
    [one] { $label }: { $before } -> { $count } photo fits
   *[other] { $label }: { $before } -> { $count } photos fit
}
export-undone = { $count ->
    [one] { $count } file is as it was before the export
   *[other] { $count } files are as they were before the export
}
no-thread = No thread could be started ({ $error }): close other programs and try again
no-threads = No threads could be started ({ $error }): close other programs and try again
task-crashed = A task crashed. This is a bug: please report it, and attach the file that `lumisift doctor --bundle FILE.zip` writes
model-not-loaded = The model could not be loaded
store-rebuilt = The store was rebuilt in the meantime: photos are being looked up again
reading-waits = { $reason }. Reading resumes when there is room
reading-stopped = Reading stopped: { $problem }
root-unreachable = { $path } cannot be read now: reconnect it and choose "Look for new photos"
store-tidied = { $count ->
    [one] { $count } photo was forgotten; the store is { $freed } smaller
   *[other] { $count } photos were forgotten; the store is { $freed } smaller
}
keywords-not-undone = The keywords could not be undone: { $problem }
decisions-in-recovery-file = Decisions are kept in { $path } until then
decisions-in-memory = Decisions are only in memory: do not close the window yet
decisions-saved = All decisions are saved, but this file could bring back older ones at the next start
decisions-set-aside = The decisions in { $path } could not be read: the file was set aside as { $name }
decisions-problem = { $error }. Lumisift keeps trying. { $where_they_are }
not-a-repository = { $name } is not a repository name: type it as OWNER/NAME
paste-only-paths = Only paths of folders and photos can be pasted here. Paste words into the label or search field
on-the-web = { $shown } is on the web, and Lumisift reads only files on this computer: save it to a folder and drop the file
not-photos = { $count ->
    [one] { $names } is not a photo and was not opened
   *[other] { $names } are not photos and were not opened
}
paths-missing = { $count ->
    [one] { $names } is not there (moved or deleted?)
   *[other] { $names } are not there (moved or deleted?)
}
type-absolute-path = Type an absolute path, such as /home/me/Pictures or C:\Photos
no-parent-folder = The folder that should contain { $shown } does not exist
no-file = There is no file { $shown }
no-folder = There is no folder { $shown }
no-folder-or-photo = There is no folder or photo { $shown }
neither-folder-nor-photo = { $shown } is neither a folder nor a photo
decoder-gave-up = the decoder gave up on this file: it is probably damaged
settings-not-written = Settings cannot be written to { $folder }: { $error }. Lumisift keeps trying
settings-set-aside = the settings in { $path } cannot be read ({ $error }): they were set aside as { $name }, and the defaults are used
settings-left = the settings in { $path } cannot be read ({ $error }): they were left as they are, and the defaults are used
settings-not-loaded = { $path } has valid settings that could not be read earlier; restart Lumisift to use them
settings-problems = in the settings in { $path }: { $problems }
settings-value-unusable = { $name } cannot be used ({ $reason })
settings-store-relative = "store": { $value } is not an absolute path: the default folder is used
settings-text-size-range = "text_size": { $value } is not between 100 and 200 percent: 100 is used
settings-threads-too-many = "threads": { $value } is more than the maximum: { $most } is used
settings-quality-range = "thumbnail_quality": { $value } is not between 1 and 100: the default is used
scoring-crashed = Scoring these labels crashed. This is a bug: please report it
trash-missing = { $count ->
    [one] { $count } file is no longer in the trash
   *[other] { $count } files are no longer in the trash
}
trash-not-restored = { $count ->
    [one] { $count } file stays in the trash ({ $path }: { $why }). Fix that, then undo again
   *[other] { $count } files stay in the trash ({ $path }: { $why }). Fix that, then undo again
}
trash-not-all-back = Not everything came back: { $parts }
trashed-undo = { $count ->
    [one] { $count } photo is in the trash: undo to restore
   *[other] { $count } photos are in the trash: undo to restore
}
trashed = { $count ->
    [one] { $count } photo is in the trash and can be restored from there
   *[other] { $count } photos are in the trash and can be restored from there
}
trash-restored = { $count ->
    [one] { $count } file is back from the trash
   *[other] { $count } files are back from the trash
}
stays-similar-copy = it stays: { $copy } is nearly the same video, but not an identical copy
stays-changed = it stays: its copy { $copy } changed or is gone; look for new photos first
not-trashed = it could not be moved to the trash ({ $e }): move rejects to a folder instead
choose-another = { $problem }. Choose another model or store in the settings
advice-memory = { $problem }: raise it in the settings
advice-store = { $problem }; choose another folder for it in the settings
advice-room = { $problem }; make room there, or choose another folder for the store in the settings
advice-writable = { $problem }: make its disk writable, or choose another folder for the store in the settings
advice-device = { $problem }: choose another device in the settings
advice-card = { $problem } (under Device in the settings)
settings = Settings…
dismiss = Dismiss
messages = Messages
no-messages = No messages yet
