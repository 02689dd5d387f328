# Settings.

settings-title = Settings
sidecars-row = Sidecars
theme = Theme
theme-system = Same as the system
theme-light = Light
theme-dark = Dark
text-size = Size of text and controls
model = Model
model-none = none
models = Models…
device = Device
device-auto = Automatic
device-cpu = CPU
graphics-card-number = Graphics card { $number }
graphics-card = Graphics card
gpu-on-battery = Use the graphics card on battery too
device-in-use = In use: { $device }
device-in-use-because = In use: { $device } ({ $reason })
precision = Precision on the CPU
precision-auto = Automatic
precision-auto-hint = Fastest that is accurate enough
precision-full = Full
precision-int8 = 8-bit
precision-agrees = 8-bit: vectors agree with full precision to at least { $number }
threads-row = Threads for reading photos
one-per-core = One per core
threads = Threads
memory-row = Memory for decoding photos
quarter-of-memory = A quarter of the memory
megabytes-suffix = { " " }MB
mebibytes-suffix = { " " }MiB
memory-for-decoding = Memory for decoding
store = Store
store-knows = { $count ->
    [one] { $count } photo known, { $size }
   *[other] { $count } photos known, { $size }
}
move-to = Move to…
default-location = Default location
tidy-up = Tidy up
tidy-hint = Forgets photos whose files have been gone for 90 days, and anything over the size limit below
clear = Clear…
limit-its-size = Limit its size to
size-of-the-store = Size of the store
thumbnail-quality = Thumbnail quality
thumbnail-hint = JPEG quality of new thumbnails
videos = Videos
show-videos = Show videos among photos
videos-hint = Each video is shown and found by its best frame
excluded-folders = Excluded folders
no-longer-exclude = Stop excluding { $folder }
always-excluded = Hidden and system folders are always excluded
language = Language
language-system = Same as the system
language-draft = { $language } (draft)
