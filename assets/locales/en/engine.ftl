# Sentences of the engine. They are recognised by their English, so it is the same as in the sources.

## Files that cannot be read.

engine-cancelled = the work was cancelled
engine-missing = it is not there (moved or deleted?)
engine-no-permission = no permission to read it
engine-folder-not-photo = a folder, not a photo
engine-not-opened = not a regular file, so it was not opened
engine-not-regular = not a regular file
engine-over-a-gigabyte = larger than 1 GB, which is more than a photo takes
engine-link-into-itself = a link that leads back into its own folder
engine-empty-file = the file is empty: look for another copy of the photo
engine-no-photo = not a photo: { $cause }
engine-is-pdf = it is a PDF document
engine-is-archive = it is a ZIP archive or an office document
engine-is-video = it is a video
engine-is-sound = it is an audio or video file
engine-is-markup = it is a web page or markup, perhaps from a failed download
engine-unknown-content = its content is not in a known picture format
engine-cannot-be-read-yet = { $what } cannot be read yet: save the photo as JPEG or PNG with another program
engine-kind-cannot-be-read-yet = this kind of { $format } file cannot be read yet: save the photo as JPEG or PNG with another program
engine-files-with-compression = { $format } files with this compression
engine-files-with-codec = { $format } files with { $codec } compression
engine-files-with-colours = { $format } files with these colours
engine-files-with-matrix = { $format } files with this colour matrix
engine-files-of-colour-type = { $format } files of this colour type
engine-files-in-colour-mode = { $format } files in this colour mode
engine-files-with-samples = { $format } files with samples of this size
engine-files-with-raw-data = { $format } files with a sensor's RAW data
engine-files-without-composite = { $format } files without "maximize compatibility"
engine-files-avif = AVIF files
engine-files-heic = HEIC files
engine-files-jpeg-xl = JPEG XL files
engine-files-high-throughput = High-throughput { $format } files
engine-files-not-av1 = { $format } files with pictures that are not AV1
engine-files-old-jpeg = { $format } files with old-style JPEG compression
engine-files-many-samples = { $format } files with more than 64 samples a pixel
engine-files-mixed-samples = { $format } files with samples of several sizes
engine-files-complex-samples = { $format } files with complex numbers or samples of several kinds
engine-files-with-compressed-samples = { $format } files with samples of this size in this compression
engine-files-with-predictor = { $format } files with this predictor
engine-files-with-chroma = { $format } files with chroma stored in this way
engine-files-with-inks = { $format } files with inks other than CMYK
engine-files-logluv = { $format } files with LogLuv colours
engine-files-with-palette = { $format } files with a palette of this size
engine-files-lossless = Lossless { $format } files
engine-files-arithmetic = Arithmetic-coded { $format } files
engine-files-hierarchical = Hierarchical { $format } files
engine-files-12-bit = 12-bit { $format } files
engine-no-preview = the RAW file holds no preview, and RAW data is not developed: export the photo as JPEG with the camera's software or a RAW converter
engine-needs-memory = { $what } needs { $need } of memory to decode; the limit is { $limit }
engine-the-photo = the photo
engine-photo-of-pixels = the photo of { $width } x { $height } pixels
engine-frame-of-pixels = a frame of { $width } x { $height } pixels
engine-no-thread = no thread could be started ({ $error }): close other programs and try again
engine-no-threads = no threads could be started: { $error }
engine-damaged = damaged { $format }: { $cause }; look for another copy of the photo
engine-claims-too-much = it claims to hold more than a picture can
engine-claims-too-many-pixels = it claims more pixels than a photo has
engine-ends-early = it ends before its picture does
engine-contradicts-itself = its picture data contradicts itself
engine-ends-or-contradicts = its picture data ends early or contradicts itself
engine-no-picture-data = none of its picture data can be read
engine-no-pictures-inside = none of its pictures are in the file
engine-pixels-missing = its pixels are missing or contradict themselves
engine-no-picture-inside = there is no picture in it
engine-has-no-picture = it has no picture
engine-no-picture-in-data = there is no picture in its data
engine-data-not-inside = its picture data is not in the file
engine-no-size = it does not say how large it is
engine-no-palette = its palette is missing
engine-sections-cut = its sections are cut
engine-no-fields = its list of fields is missing
engine-too-few-strips = it has fewer strips than its size needs
engine-rows-cut = its list of rows is cut
engine-too-few-channels = it has fewer channels than its colours need
engine-too-few-samples = it has fewer samples than its colours need
engine-stand-in-missing = the picture that it stands for is missing
engine-grid-cut = its grid is cut
engine-parts-do-not-cover = its parts do not cover it
engine-parts-overlap = the parts of its picture data overlap
engine-no-pixel-places = it does not say where its pixels are
engine-chroma-invalid = its chroma subsampling is invalid
engine-grid-parts-missing = parts of its grid are missing
engine-nothing-seen = it ends before any part of its picture can be seen
engine-decoder-gave-up = the decoder gave up on this file: it is probably damaged, look for another copy of the photo
engine-picture-without-pixels = the picture has no pixels
engine-decoder-crashed = the decoder crashed on this photo: the file is probably damaged

## Files that are read in part.

engine-cut-short = the file is cut short: only a part of the picture is there
engine-partly-damaged = the file is damaged: only a part of the picture could be read
engine-details-missing = the file is cut short: fine details or parts of the picture are missing
engine-percent-missing = the file is cut short: about { $percent } % of the picture is missing
engine-percent-lost = the file is damaged: about { $percent } % of the picture is lost

## Videos.

engine-video-cut-off = the video ends before its index: its recording or copying was cut off; copy it again, or repair it with a video repair tool
engine-damaged-video = damaged video: { $cause }
engine-video-index-too-large = its index is too large
engine-video-empty = the file is empty
engine-video-no-key-frame = its index names no key frame
engine-video-frames-damaged = its frames end early or contradict themselves
engine-video-frames-empty = its frames are empty
engine-video-unknown = its content is not in a known video format
engine-video-no-track = the file has no video track, only sound or other data
engine-video-needs-ffmpeg = the video is { $what }, which only ffmpeg can read: install ffmpeg and make sure that it is on the PATH, or convert the video to H.264 in MP4
engine-video-unusual-variant = in an unusual variant of { $codec }
engine-video-coding = in the coding { $codec }
engine-video-ffmpeg = ffmpeg could not read the video: { $cause }
engine-video-ffmpeg-not-started = it could not be started ({ $error })
engine-video-ffmpeg-slow = it took too long, so it was stopped

## Exports: files that were not exported, and what stays after an undo.

engine-stayed-copy = it stayed in its folder, because { $cause }; a copy is at { $path }
engine-stayed = it stayed in its folder, because { $cause }
engine-journal-not-safe = the journal is not safe ({ $error })
engine-not-examined = it cannot be examined ({ $error })
engine-changed-while-moved = it changed while it was moved
engine-not-its-copy = { $path } is not its copy
engine-not-removed-from-there = it cannot be removed from there ({ $error })
engine-no-longer-a-file = it is no longer a file
engine-changed-since-planned = it changed since the export was planned: plan it again
engine-move-not-recorded = it was left where it is, because the move could not be recorded: { $error }
engine-appeared-since = { $path } appeared since the export was planned: plan it again
engine-no-permission-to-export = no permission to read it or to write { $path }
engine-hard-link-across-disks = { $path } is on another disk, and hard links do not work across disks: copy instead
engine-disk-full = the disk is full: there is no room for { $path }
engine-export-disk-full = the disk is full: { $folder } needs at least { $size } more; make room, then finish this export or export again: files that are complete are skipped
engine-too-large-for-disk = it is larger than the disk of { $path } can hold: choose another disk
engine-disk-read-only = the disk of { $path } cannot be written to
engine-copy-differs = the copy differs from the photo: it was not kept
engine-changes-while-copied = it changes while it is copied: try again
engine-not-movable = it cannot be moved, because nothing may be removed from { $folder }: copy it, or change the folder's permissions
engine-part-not-movable = it stays, because { $name } belongs to it and cannot be moved: { $cause }
engine-not-moved-back = { $cause }; { $name } is at { $path } and could not be moved back: { $what }
engine-set-stopped = the export was stopped before all that belongs to it was moved
engine-names-run-out = 10,000 files with this name are already there
engine-not-a-folder = { $path } is not a folder: choose another
engine-folder-read-only = { $path } cannot be written to: choose another folder, or change its permissions
engine-too-little-room = the disk of { $path } has { $free } left and the export needs { $need }: make room or choose another
engine-no-journal = { $path }: { $error }; an export cannot be undone without its journal, so it was not started
engine-no-journal-to-undo = { $path }: { $error }; without its journal nothing can be finished or undone, so nothing was done
engine-journal-failed = { $path }: { $error }; the journal could not record what was done: make room there, then undo or finish this export
engine-export-running = this export is still running in another window or command
engine-undo-disk-away = it is not there: connect its disk, then undo again
engine-undo-gone = it is no longer here
engine-undo-gone-and-replaced = it is no longer here, and { $path } is another file now
engine-undo-changed = it was changed since, so it stays
engine-undo-source-gone = it stays, because { $path } is gone
engine-undo-source-replaced = it stays, because { $path } is another file now
engine-undo-source-taken = it stays here, because there is now another { $path }
engine-undo-same-file = it stays, because { $path } now leads to this same file
engine-undo-goal-changed = it stays, because the target of { $path } has changed
engine-undo-unreadable = it stays, because { $path } cannot be read: { $error }
engine-undo-backup-changed = the file that it replaced is kept as { $path }, and was changed since
engine-undo-backup-blocked = the file that it replaced is kept as { $path }, because its name is taken
engine-undo-backup-left = the file that it replaced is kept as { $path }: { $error }
engine-undo-not-returned = it cannot go back to { $path }: { $error }
engine-undo-not-removed = it cannot be removed: { $error }
engine-undo-line-damaged = a line of this journal cannot be read: one file is left as it is
engine-undo-relative-path = an earlier version recorded only a relative path, so it is left alone: move it by hand
engine-attributes-lost = { $folder } does not take the { $list } of files: { $cause }
engine-file-without-attributes = 1 file is complete, but was transferred without them
engine-files-without-attributes = { $count } files are complete, but were transferred without them
engine-times = times
engine-owners = owners
engine-permissions = permissions
engine-extended-attributes = extended attributes
engine-name-without-brace = { $name } has a { $brace } without its { $other }
engine-names-all-same = all photos would get the same name: use { $name } or { $n }
engine-name-unknown = { $placeholder } is unknown: names are made of { $known }
engine-undo-copy-not-removed = { $path } cannot be removed: { $error }

## Keywords in sidecars and photos.

engine-left-as-it-is = { $cause }: it is left as it is; move it away to get a new one
engine-sidecar-instead = it gets a sidecar instead, because { $cause }
engine-dangling-link = it is a link to a missing file
engine-sidecar-not-regular = it is not a regular file
engine-sidecar-too-large = it is too large for a sidecar
engine-text-truncated = it is damaged: its text ends in the middle of a character
engine-no-rdf = it has no rdf:RDF
engine-no-description = it has no rdf:Description
engine-wrong-encoding = its encoding differs from the declared one
engine-format-unknown = its format is unknown
engine-several-packets = its metadata is spread over several packets
engine-metadata-part-missing = a part of its metadata is missing
engine-parts-misplaced = its parts are not where its format requires them
engine-raw-never-modified = camera RAW files are never modified
engine-gif-not-written = writing into GIF files is not supported
engine-photoshop-not-written = writing into Photoshop files is not supported
engine-jpeg-metadata-too-large = its metadata would be too large for a JPEG segment
engine-too-large-for-format = it would be too large for its format
engine-changed-meanwhile = it changed in the meantime: try again

## The store.

engine-crashed = a part of the program crashed: please report it, and try again
engine-store-was-rebuilt = the store was rebuilt in the meantime
engine-store-newer = the store at { $path } was written by a newer Lumisift
engine-store-failed = the store at { $path }: { $error }
engine-store-gone = the store at { $path } was cleared or rebuilt by another process in the meantime
engine-store-damaged = the store at { $path } is damaged
engine-store-disk-full = the disk of { $path } is full: { $free } are free, about { $need } are needed
engine-store-read-only = the store at { $path } cannot be written ({ $error })
engine-decisions-failed = picks, stars and colours in { $path }: { $error }; check that the folder is writable
engine-store-set-aside = { $path } was damaged: it was set aside as { $name } and is being rebuilt
engine-store-outdated = The store at { $path } was written by an earlier version: photos are read again
engine-model-newer = The { $model } model is newer than the one that read these photos: they are read again.
engine-file-missing = { $path } is missing
engine-vectors-read-again-one = { $what }: 1 photo is read again, { $kept } are kept
engine-vectors-read-again = { $what }: { $count } photos are read again, { $kept } are kept
engine-decisions-set-aside-one = { $path } was damaged: it was set aside as { $name }, and 1 decision could be read and is kept
engine-decisions-set-aside = { $path } was damaged: it was set aside as { $name }, and { $count } decisions could be read and are kept

## Models and devices.

engine-runs-at-one = { $device }, 1 photo/s
engine-runs-at = { $device }, { $count } photos/s
engine-device-changed = { $cause }. Photos are read on the { $device } from here on
engine-device-failed = the device failed
engine-device-unusable = the device { $device } cannot be used ({ $cause })
engine-build-without-cards = this build does not support graphics cards
engine-build-without-cuda = this build has no CUDA support; docs/gpu.md explains how to build it
engine-no-cuda-driver = CUDA driver not found
engine-build-without-metal = this build has no Metal support, which only Macs have
engine-cards-tested-later = graphics cards are tested with each model
engine-nvidia-unused = an NVIDIA driver is installed, but this build has no CUDA support; docs/gpu.md explains how to build it
engine-no-gpu-support = this build has no GPU support, and no NVIDIA driver was found
engine-card-differs = { $device } gives results that differ from the CPU's (cosine { $cosine }); a newer driver may help
engine-card-slower = { $device } would read { $with } photos/s with this model, the CPU reads { $without }
engine-card-on-battery = on battery the settings leave the graphics card alone
engine-card-none = no graphics card was found
engine-card-software-only = no graphics card was found, only { $device }, which computes on the processor
engine-card-not-there = there is no graphics card { $number }, only { $known }
engine-cards-not-listed = graphics cards were not listed: { $cause }
engine-card-being-tested = another Lumisift is testing the graphics card just now
engine-card-did-not-respond = the driver did not respond last time; { $what }
engine-card-ended-program = the program ended twice while the driver was tested; { $what }
engine-card-try-again = choose --device gpu, or Graphics card in the settings, to try it again
engine-card-out-of-memory = the graphics card is out of memory
engine-card-lost = the graphics card was lost ({ $error })
engine-card-hung = the graphics card did not respond for { $seconds } seconds
engine-card-failed = the graphics card failed ({ $cause })
engine-card-driver-crashed = its driver crashed
engine-model-out-of-memory = the device has too little memory for this model ({ $error }): choose a smaller model, or compute on the CPU
engine-model-crashed = the model crashed on this batch of photos: please report it
engine-model-failed = the model failed: { $error }
engine-model-bad-vector = the model returned a vector of length { $length }: its weights may be damaged
engine-model-incomplete = { $folder } is not a complete model: { $file } is missing; copy the model's files again
engine-no-starter = this build contains no starter model
engine-model-unsupported = { $folder }: models of type "{ $family }" are not supported ({ $known })
engine-weights-damaged = the weights do not fit or are damaged ({ $error }); copy them again
engine-card-lacks = { $device } lacks { $what }
engine-card-workgroup-memory = workgroup memory of 16 KB
engine-model-text-refused = the text { $text } cannot be read by this model: { $error }
engine-model-tokenizer = not this model's tokenizer: { $error }; copy it from the model's repository

## Downloads of models.

engine-download-cancelled = the download was cancelled; the part that arrived is kept, so a later download can resume
engine-download-network = { $cause }: check the network, or install the model by hand ({ $what })
engine-download-mirror = { $cause }; try another mirror, or install the model by hand ({ $what })
engine-download-unreachable = { $host } cannot be reached ({ $error })
engine-download-lost = the connection to { $host } was lost ({ $error })
engine-download-answered = { $host } answered { $status }
engine-download-damaged = { $file } from { $host } is damaged ({ $error }): try again, or use another mirror
engine-download-no-room = { $folder } needs { $need } more, but only { $free } are free: make room and try again
engine-download-refused = { $host } refused { $repo } ({ $status }): { $cause }; or install the model by hand ({ $what })
engine-download-by-hand = put config.json, preprocessor_config.json, tokenizer.json, tokenizer_config.json and model.safetensors into { $folder }
engine-download-account = it requires an account: set its token in the variable HF_TOKEN
engine-download-check-name = check the name
engine-download-too-many = it received too many requests, try again in a while
engine-download-later = try again later
engine-download-missing = { $repo } has no { $file } on { $host }: { $cause }
engine-download-not-clip = it is not a CLIP model in Hugging Face's layout, or the name is wrong
engine-download-no-tokenizer = a model without a tokenizer cannot read labels
engine-download-not-listed = this hub does not have the weights that the catalogue lists
engine-download-pickled = it has only pickled weights, which are never read
engine-download-redirect = { $host } redirects to { $address }, { $what }: the redirect was not followed
engine-download-not-encrypted = which is not encrypted
engine-download-not-web = which is not a web address
engine-download-private = which is an address of this machine or of a private network
engine-download-loop = in a loop
engine-download-too-long = { $host } sent more than { $limit } bytes

## Why a copy is kept.

engine-one-star = 1 star
engine-stars = { $count } stars

## Labels and searches.

engine-no-words = the label { $label } has no words: type what you look for, such as "beach"
engine-no-weight = in { $text }, { $weight } is not a weight: write a number such as ^2 or ^0.5
engine-like-without-path = in { $text }, like: needs the path of a photo, such as like:cat.jpg
engine-no-label-set = { $path } is not a label set: { $cause }; docs/labels.md shows what one looks like
engine-label-set-empty = it contains no [[labels]]
engine-label-set-threshold = the threshold of { $label } must be from 0 to 1
engine-rule-failed = rule "{ $rule }": { $cause }
engine-rules-invalid = { $path }: { $cause }; docs/heap.md explains how to write rules
engine-rules-empty = it contains no rules
engine-rule-min-match = min_match is { $number }, but must be from 0 to 1
engine-rule-without-folder = the rule for "{ $rule }" names no folder
engine-rule-to-and-mark = the rule for "{ $rule }" has both "to" and "mark"
engine-rule-without-action = the rule for "{ $rule }" has neither "to" nor "mark"
engine-rule-window-closed = the window is closed
engine-plan-outdated = it changed since the plan was made: { $what }
engine-plan-keeper-gone = the copy to keep, { $path }, changed or is gone since the plan was made: { $what }
engine-plan-again = run `lumisift duplicates` again for a new plan
engine-sheet-too-many = { $count } photos are too many for one picture: choose fewer, or write a page by giving a name that ends in .html
engine-watch-log-failed = { $path }: { $error }; check that the folder is writable
