# The command line. The key of a word of its tables is made of its English.

cell-photo = photo
cell-label = label
cell-match = match
cell-probability = probability
cell-what = what
cell-number = number
cell-file = file
cell-photos = photos
cell-width = width
cell-keywords = keywords
cell-description = description
cell-group = group
cell-the-best-one-is = the best one is
cell-height = height
cell-bytes = bytes
cell-at-least = at least
cell-about = about
cell-at-most = at most
cell-is-now = is now
cell-id = id
cell-to = to
cell-state = state
cell-files = files
cell-heap = heap
cell-also = also
cell-cover = cover
cell-name = name
cell-languages = languages
cell-licence = licence
cell-speed = speed
cell-time-here = time here
cell-photos-read = photos read
cell-found = found
cell-burst = burst
cell-taken = taken
cell-sharpness = sharpness
cell-groups = groups
cell-best-label = best label
cell-known = known
cell-known-under-another-name = known under another name
cell-newly-read = newly read
cell-failed = failed
cell-seconds = seconds
cell-images-s = images/s
cell-version = version
cell-system = system
cell-processor = processor
cell-eight-bit-unit = eight-bit unit
cell-threads = threads
cell-memory-for-decoding = memory for decoding
cell-device-wanted = device wanted
cell-device = device
cell-device-reason = device reason
cell-built-for = built for
cell-graphics-cards = graphics cards
cell-graphics-cards-tested = graphics cards tested
cell-nvidia-driver = NVIDIA driver
cell-model = model
cell-models = models
cell-settings = settings
cell-data = data
cell-log = log
cell-store = store
cell-stored = stored
cell-store-limit = store limit
cell-tidied = tidied
cell-keep = keep
cell-wrong = wrong
cell-missed = missed
cell-running = running
cell-interrupted = interrupted
cell-done = done
cell-undone = undone
cell-in-use = in use
cell-ready = ready
cell-not-here-get = not here: get
cell-gone = gone
cell-ready-hugging-face-cache = ready (Hugging Face cache)
cell-ready-added = ready (added)
cell-fingerprint = fingerprint
cell-logit-scale = logit scale
cell-input = input
cell-in-eight-bits = in eight bits
cell-vectors = vectors
cell-thumbnails = thumbnails
cell-size = size
cell-damage = damage
cell-photos-forgotten = photos forgotten
cell-freed = freed
cell-imported = imported
cell-known-before = known before
cell-with-an-unchanged-file-which-will-not-be-reopened = with an unchanged file, which will not be reopened
cell-with-a-file-that-was-changed-since-it-will-be-read = with a file that was changed since: it will be read
cell-left-to-be-read-because-they-are-wide-or-videos = left to be read, because they are wide or videos
cell-without-a-vector-because-they-could-not-be-read = without a vector, because they could not be read
cli-separator = { ", " }
cli-something-else = (something else)
cli-no-photo-read = { $count ->
    [one] the only photo could not be read
   *[other] none of the { $count } photos could be read
}
cli-no-file-read = { $count ->
    [one] the only file could not be read
   *[other] none of the { $count } files could be read
}
cli-vector-missing = { $path }: its vector is missing; run this again
cli-advice-memory = { $problem }: raise it with --memory
cli-advice-again = { $problem }: run this again
cli-advice-store = { $problem }; choose another with --store
cli-advice-read-again = { $problem }: run this again to read the lost data again
cli-advice-room = { $problem }; make room there, or choose another place with --store
cli-advice-writable = { $problem }: make its disk writable, or choose another place with --store
cli-advice-device = { $problem }: choose auto or cpu with --device
cli-advice-card = { $problem } (--device gpu)
cli-advice-model = { $problem }: name a folder with --model
cli-waiting-for-space = { $reason }; waiting for free space
cli-space-again = there is free space again
cli-no-photos = no photos in { $folders }{ $skipped }
cli-too-many-threads = { $threads } threads are more than any machine can use: using { $most }
cli-skipped = { " " }(skipped: { $list })
cli-skipped-hidden = { $count } hidden
cli-skipped-system-folders = { $count ->
    [one] { $count } system folder
   *[other] { $count } system folders
}
cli-skipped-excluded = { $count ->
    [one] { $count } excluded folder
   *[other] { $count } excluded folders
}
cli-skipped-other = { $count ->
    [one] { $count } file of another kind
   *[other] { $count } files of other kinds
}
cli-photos-per-second = { $rate } images/s
cli-time-left = { $seconds }s left
cli-still-listing = still listing
cli-without-decisions = { $error }; continuing without them
cli-none-asked-for = { $count ->
    [one] the only photo does not have the stars, colour, keyword, place or decision asked for
   *[other] none of the { $count } photos has the stars, colour, keyword, place or decision asked for
}
cli-label-also = { $label }: also { $words }
cli-unknown-words = { $what }: `lumisift models get { $model }`
cli-no-window = this build has no window: give a command, such as `lumisift sort PATH... --label TEXT`; `lumisift --help` lists them
cli-tables-of-worker = --format arrow and parquet are for `lumisift worker` alone: give table, json or csv
cli-photos = { $count ->
    [one] { $count } photo
   *[other] { $count } photos
}
cli-cannot-read = cannot read { $path }
cli-cannot-write = cannot write { $path }
cli-wrong-ending = { $path }: { $what }: choose a name that ends in .{ $ending }
cli-already-exists = { $path } already exists: choose another name, or move it away first
cli-photos-compared = { $done }/{ $count } photos compared
cli-photos-analysed = { $done }/{ $count } photos analysed
cli-to-needs-plan = --to DIR needs --export-plan FILE.json
cli-plan-is-json = a plan is JSON
cli-copies = { $count ->
    [one] { $count } copy
   *[other] { $count } copies
}
cli-groups = { $count ->
    [one] { $count } group
   *[other] { $count } groups
}
cli-copies-found = { $copies } in { $groups }; removing them would free { $size }
cli-plan-written = the plan is in { $file }: `lumisift export --manifest { $file } --move` moves the copies to { $folder }, `lumisift undo` brings them back
cli-bursts = { $count ->
    [one] { $count } burst
   *[other] { $count } bursts
}
cli-bursts-found = { $bursts } of { $photos }
cli-overview = of { $photos }; copies take { $size }; `--list WHAT` lists the photos of one category
cli-yes-and-no = { $path } is given with both --yes and --no: remove one of them
cli-not-among-photos = { $path } is not one of the photos: give its path as listed
cli-answers = { $count ->
    [one] { $count } answer
   *[other] { $count } answers
}
cli-estimate = { $fitting ->
    [one] { $fitting } photo fits "{ $label }" from { $from } on; after { $answers }, it would be best to fit from { $best } on
   *[other] { $fitting } photos fit "{ $label }" from { $from } on; after { $answers }, it would be best to fit from { $best } on
}
cli-photos-to-label = look at { $path } next, and add --yes or --no with it
cli-map-is-png = the heat map is a PNG
cli-empty-picture = an empty picture
cli-map-means-little = the photo hardly matches this label, so the heat map means little
cli-heaps = { $count ->
    [one] { $count } heap
   *[other] { $count } heaps
}
cli-heaps-found = { $rest ->
    [one] { $heaps }; { $rest } photo is in none of them
   *[other] { $heaps }; { $rest } photos are in none of them
}
cli-clause-separator = { "; " }
cli-would-export = would export { $plan }; nothing was done
cli-earlier-export = an earlier export to { $folder } was interrupted: `lumisift undo { $id } --finish` resumes it, `lumisift undo { $id }` undoes it
cli-files-exported = { $done }/{ $count } files
cli-resume-export = `lumisift undo { $id } --finish` resumes it
cli-files-replaced = { $count ->
    [one] { $count } file was replaced; the old files are kept beside the new ones as `name (replaced DATE)`
   *[other] { $count } files were replaced; the old files are kept beside the new ones as `name (replaced DATE)`
}
cli-plan-paired = { $count ->
    [one] { $count } file that belongs to them
   *[other] { $count } files that belong to them
}
cli-plan-skipped = { $count } skipped, already there
cli-plan-numbered = { $count } numbered, because their names are taken
cli-plan-replacing = { $count } replacing others
cli-plan-impossible = { $count } not possible
cli-plan = { $words } ({ $size })
cli-manifest-written = the manifest is in { $file }
cli-files-now-in = { $count ->
    [one] { $count } file is now in { $folder }
   *[other] { $count } files are now in { $folder }
}
cli-undo-export = `lumisift undo` undoes this
cli-no-such-export = there is no such export: `lumisift undo --list` shows them
cli-export-running = the export to { $folder } is still running: wait until it is over, or stop it first
cli-export-undone = { $count ->
    [one] { $count } file is as it was before the export to { $folder }
   *[other] { $count } files are as they were before the export to { $folder }
}
cli-needs-export = --copy, --move, --link and the other export options need --export DIR
cli-no-label = (none)
cli-files-skipped = { $count ->
    [one] { " " }(skipped: { $count } file, already there)
   *[other] { " " }(skipped: { $count } files, already there)
}
cli-photos-now-in = { $count ->
    [one] { $count } photo is now in { $folder }{ $skipped }
   *[other] { $count } photos are now in { $folder }{ $skipped }
}
cli-sheet-title = Photos by label
cli-sheet-written = the contact sheet is in { $file }
cli-no-keywords-to-undo = there are no written keywords to undo
cli-keywords-planned = { $plan }; nothing was done
cli-keywords-written = { $written }; `lumisift keywords --undo` undoes this
cli-more-like-it = { $path }, and { $count } more like it: { $reason }
cli-no-bundle = the bundle cannot be made
cli-bundle-exists = { $path } already exists: choose another name
cli-no-store = there is no store at { $folder }
cli-databases = { $count ->
    [one] { $count } database
   *[other] { $count } databases
}
cli-thumbnails = { $thumbnails } in { $databases }
cli-store-damaged = damaged: the next command that reads photos repairs it and reads again what was lost
cli-store-repaired = repaired: what was lost is read again
cli-store-repaired-opening = repaired while it was opened: what was lost is read again
cli-store-sound = sound
cli-row-of-file = { $file }, row { $row }
cli-index-building = { $count ->
    [one] building the index: { $count } list
   *[other] building the index: { $count } lists
}
cli-index-assigning = { $count ->
    [one] finding the lists of { $count } row
   *[other] finding the lists of { $count } rows
}
cli-index-writing = writing the index
cli-finished-before = { $path }: finished before
cli-no-threads = cannot start the worker threads
cli-stream-is-arrow = a stream is always in Arrow's format: leave --format out
cli-shards-are-tables = shards are written with --format arrow or --format parquet
cli-rows = { $count ->
    [one] { $count } row
   *[other] { $count } rows
}
cli-rows-kept = { $count } kept
cli-rows-failed = { $count } with an error
cli-cannot-write-into = cannot write into { $folder }
cli-path-missing = { $path } is not there: name folders or photos, or a command that `lumisift --help` lists
cli-window-settings = the window has its own settings for --model, --device, --precision, --store, --threads and --memory: leave them out
cli-shown-in-window = shown in the window that is open already; --new-window opens another one
cli-files = { $count ->
    [one] { $count } file
   *[other] { $count } files
}
cli-menu-elsewhere = menu entries are made by the installer on Windows, and by moving Lumisift.app into Applications on a Mac
cli-where-program = cannot determine the path of this program
cli-no-text = { $path } is not valid UTF-8
cli-menu-entry-there = there is a menu entry in { $folder }: remove it first, with XDG_DATA_HOME as it was and `lumisift desktop uninstall`
cli-not-from-here = { $path } already exists and was not installed by Lumisift: move it first
cli-menu-installed = Lumisift is in the menu and under "Open with" now ({ $files } in { $folder }); `lumisift desktop uninstall` removes them
cli-no-menu-entry = there is no menu entry that `lumisift desktop install` wrote
cli-cannot-remove = cannot remove { $path }
cli-changed-kept = { $path } was changed, so it is kept
cli-files-removed = { $count ->
    [one] { $count } file removed
   *[other] { $count } files removed
}
cli-record-damaged = { $path } is damaged: remove it
cli-no-home = there is no home folder
cli-not-from-menu = { $program } cannot be started from a menu: move the program to another folder
cli-no-rules-to-run = { $path }: no rule that copies or moves photos is switched on; rules that mark photos run only in the window
cli-rule-marks = rule "{ $rule }" marks photos, which only the window can do: it is skipped
cli-rules-read-again = { $path } has changed: its rules were read again
cli-rules-stay = the previous rules stay in use
cli-no-watching = cannot watch for changes ({ $error }): checking the folders once a minute instead
cli-folder-not-watched = { $path }: cannot watch for changes ({ $error }): checking the folders once a minute instead
cli-was-there = { " " }(already there)
cli-being-written = { $count ->
    [one] { $count } file is still being written
   *[other] { $count } files are still being written
}
cli-export-stopped = an export stopped early: `lumisift undo { $id }` reverts it; the remaining files are retried
cli-copied = { $count ->
    [one] { $count } photo copied
   *[other] { $count } photos copied
}
cli-moved = { $count ->
    [one] { $count } photo moved
   *[other] { $count } photos moved
}
cli-would-be-copied = { $count ->
    [one] { $count } photo would be copied
   *[other] { $count } photos would be copied
}
cli-would-be-moved = { $count ->
    [one] { $count } photo would be moved
   *[other] { $count } photos would be moved
}
cli-already-there = { $count ->
    [one] { $count } photo already there
   *[other] { $count } photos already there
}
cli-match-no-rule = { $count ->
    [one] { $count } matches no rule
   *[other] { $count } match no rule
}
cli-dry-run = { $words } (dry run)
cli-cannot-find = cannot find { $path }
cli-name-taken = the name is taken by { $path }: rename one of the folders
cli-model-added = added: use it with --model { $name }
cli-no-such-model = { $name } is neither a model that `lumisift models` lists nor OWNER/NAME
cli-model-ready = { $path } is ready: use it with --model { $name }, or from now on with `lumisift models use { $name }`
cli-model-used = now using { $name }
cli-model-broken = { $name } gives every text the same vector: its files do not belong together
cli-starter-built-in = the starter is part of the program
cli-not-installed = no installed model is called { $name }: `lumisift models` lists them
cli-files-of-model = the files in { $folder }
cli-no-files-of-model = no files (they are not Lumisift's)
cli-delete-model = Delete { $weights } and the vectors of { $count } photos?
cli-confirm-with-yes = { $question } Pass --yes to skip this question
cli-nothing-deleted = nothing was deleted
cli-starter-used = now using the starter
cli-model-gone = { $name } is gone; photos were not touched
cli-download-connecting = connecting
cli-download-rate = { $rate } MB/s
cli-download-waiting = waiting to try again
cli-download-checking = checking
cli-no = no
cli-accuracy = cosine to full precision over { $count } photos: at least { $lowest }, mean { $mean }
cli-bundle-written = { $path } is written: paths of photos and folders are left out of it
cli-bundle-with-paths = { $path } is written, with paths of your photos and folders in it
cli-store-empty = empty
cli-vectors = { $count ->
    [one] { $count } vector
   *[other] { $count } vectors
}
cli-stored = { $photos }, { $vectors }, { $size }
cli-tidied = { $count ->
    [one] { $count } photo forgotten, { $size } freed
   *[other] { $count } photos forgotten, { $size } freed
}
cli-not-determined = cannot be determined: { $error }
cli-starter = starter (built in)
cli-none = none
cli-found = found
cli-not-found = not found
cli-untested-card = { $card } is tested when the model is loaded
cli-card-rates = with { $model }, { $with } photos/s with the card and { $without } without it
cli-undecided = not decided yet
cli-as-the-cpu = it computes as the CPU does
cli-left-alone = { ", " }not used: { $reason }
cli-cards-not-listed = they cannot be listed: { $error }
cli-none-found = none found
cli-not-built = this build has no code for them
cli-gpu-faster = worth using
cli-gpu-slower = not worth using: { $reason }
cli-batches = { $rate } in batches of { $count }
cli-tested-card = { $card } with { $model }: { $rate } photos/s ({ $batches }), the CPU { $cpu }, decoding { $decoding }, cosine { $cosine } over { $photos } ({ $verdict })
cli-none-yet = none yet
