# Words of the engine. The key of a phrase is made of its English.

word-red = Red
word-yellow = Yellow
word-green = Green
word-blue = Blue
word-purple = Purple
word-exact = exact
word-near = near
word-upright = upright
word-mirrored = mirrored
word-rotated = rotated
word-you-chose-it = you chose it
word-best-exposed-and-the-sharpest-of-those = best exposed, and the sharpest of those
word-the-sharpest = the sharpest
word-best-exposed = best exposed
word-the-first-of-equally-good-ones = the first of equally good ones
word-you-picked-it = you picked it
word-you-did-not-reject-it = you did not reject it
word-more-pixels = more pixels
word-a-less-lossy-format = a less lossy format
word-with-camera-data = with camera data
word-sharper = sharper
word-more-metadata = more metadata
word-not-named-as-a-copy = not named as a copy
word-an-older-file = an older file
word-a-larger-file = a larger file
word-a-shorter-or-earlier-path = a shorter or earlier path
word-very-dark = very dark
word-very-bright = very bright
word-sharp = sharp
word-blurred = blurred
word-no-word-fits-well = no word fits well
word-english = English
word-chinese = Chinese
word-more-than-100-languages = more than 100 languages
word-small-machines = small machines
word-most-people = most people
word-reproducing-the-clip-paper = reproducing the CLIP paper
word-fast = fast
word-medium = medium
word-slow = slow
word-japanese = Japanese
word-spanish = Spanish
word-french = French
word-german = German
word-portuguese = Portuguese
word-russian = Russian
word-hindi = Hindi
word-arabic = Arabic
word-italian = Italian
word-dutch = Dutch
word-polish = Polish
word-turkish = Turkish
word-ukrainian = Ukrainian
word-korean = Korean
word-from-the-name = (from the name)
word-from-google-takeout = (from Google Takeout)
word-the-photo = the photo
word-family = Family
word-travel = Travel
word-documents-and-screenshots = Documents and screenshots
skipped-unsupported = { $count ->
    [one] { $count } file in a format that cannot be read
   *[other] { $count } files in formats that cannot be read
}
skipped-paired = { $count ->
    [one] { $count } RAW file beside its picture
   *[other] { $count } RAW files beside their pictures
}
skipped-live-movies = { $count ->
    [one] { $count } movie of a Live Photo
   *[other] { $count } movies of Live Photos
}
skipped-videos = { $count ->
    [one] { $count } video left out
   *[other] { $count } videos left out
}
skipped-needs-ffmpeg = { $count ->
    [one] { $count } video that needs ffmpeg: install it to see this one
   *[other] { $count } videos that need ffmpeg: install it to see them
}
skipped-exported = { $count ->
    [one] { $count } photo exported earlier
   *[other] { $count } photos exported earlier
}
skipped-repeated = { $count ->
    [one] { $count } link to a file listed already
   *[other] { $count } links to files listed already
}
sidecars = { $count ->
    [one] { $count } sidecar
   *[other] { $count } sidecars
}
photos-and-sidecars = { $photos ->
    [one] { $sidecars ->
        [one] { $photos } photo and { $sidecars } sidecar
       *[other] { $photos } photo and { $sidecars } sidecars
    }
   *[other] { $sidecars ->
        [one] { $photos } photos and { $sidecars } sidecar
       *[other] { $photos } photos and { $sidecars } sidecars
    }
}
sidecars-to-write = { $files } to write, { $unchanged } already up to date
sidecars-written = { $files } written, { $unchanged } already up to date
sidecars-restored = { $count ->
    [one] { $files } is as it was before
   *[other] { $files } are as they were before
}
speed-fast = fast
speed-medium = medium
speed-slow = slow
speed-photos = { $word } here: about { $photos } photos a second
speed-one = { $word } here: about 1 second a photo
speed-seconds = { $word } here: about { $seconds } seconds a photo
time-less = less than a minute
time-minutes = about { $number } min
time-hours = about { $number } h
time-days = about { $number } days
time-for-photos = { $count ->
    [one] { $time } for your { $count } photo
   *[other] { $time } for your { $count } photos
}
perhaps = perhaps { $word }
of-all = { $part } of { $all }
word-camera = Camera
word-lens = Lens
word-exposure = Exposure
word-aperture = Aperture
word-focal-length = Focal length
word-flash = Flash
word-artist = Artist
word-place = Place
word-discrete = discrete
word-integrated = integrated
word-of-unknown-kind = of unknown kind
word-software = software
word-an-unknown-interface = an unknown interface
