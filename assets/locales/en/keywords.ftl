# The dialog that writes keywords.

keywords-title = Write keywords
writing = Writing…
could-not-be-written = { $count ->
    [one] { $count } photo could not be written:
   *[other] { $count } photos could not be written:
}
cannot-be-changed = { $count ->
    [one] { $count } photo cannot be changed:
   *[other] { $count } photos cannot be changed:
}
cannot-be-written-into = { $count ->
    [one] { $count } photo cannot be written to:
   *[other] { $count } photos cannot be written to:
}
reading-metadata = Reading metadata…
row-write = Write
labels-that-fit = Labels that fit
only-where-unsaid = Only where the metadata does not have them yet
write-stars = Stars
write-colours = Colours
write-rejects = Rejects, as rating -1
write-descriptions = Descriptions
write-descriptions-hint = What the photo shows, when it was taken and how it came out, for people who cannot see it. Written only where a photo has no description yet
write-descriptions-later = Available once the photos have been analysed
replace-descriptions = Replace existing descriptions
row-parent = Parent
no-parent = no parent keyword
parent-keyword = Parent keyword
parent-hint = With the parent "AI", "cat" becomes AI|cat
row-sidecars = Sidecars
write-inside = Write into the photos themselves
write-inside-hint = JPEG, PNG, WebP, TIFF, HEIC, AVIF: only their metadata changes. Other formats get a sidecar
naming-whole = IMG.jpg.xmp (digiKam, darktable, Immich)
naming-stem = IMG.xmp (Adobe's programs)
heading-file = File
heading-keywords = Keywords after writing
heading-keywords-description = Keywords and new description after writing
planned-description = “{ $description }”
planned-keywords-description = { $keywords } – “{ $description }”
write-files = Write { $files }
