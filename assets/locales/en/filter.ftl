# Filters, groups, order and search.

date-how = Write a date as 2024, 2024-05 or 2024-05-31
date-order = The first date is after the last
any-label = Any label
something-else = Something else
chip-near = just below the line too
chip-stars-5 = 5 stars
chip-stars = { $count ->
    [one] { $count } star or more
   *[other] { $count } stars or more
}
chip-name = name: { $text }
chip-keyword = keyword: { $text }
chip-place = place: { $text }
chip-gps = with GPS
chip-no-gps = without GPS
chip-from = from { $date }
chip-until = until { $date }
chip-folder = in { $folder }
chip-failures = with problems
chip-nearest = nearest to the search
group-none = None
group-label = Label
group-month = Month
group-day = Day
group-folder = Folder
group-camera = Camera
group-place = Place
group-rating = Rating
shape-landscape = Landscape
shape-portrait = Portrait
shape-square = Square
shape-panorama = Panorama
flag-all = Any decision
flag-picked = Picked
flag-rejected = Rejected
flag-not-rejected = Not rejected
flag-undecided = Undecided
kind-copies = Copies
count-copies = { $count ->
    [one] { $count } copy
   *[other] { $count } copies
}
kind-bursts = Bursts
count-bursts = { $count ->
    [one] { $count } burst
   *[other] { $count } bursts
}
kind-screenshots = Screenshots
count-screenshots = { $count ->
    [one] { $count } screenshot
   *[other] { $count } screenshots
}
kind-blurred = Blurred
count-blurred = { $count } blurred
kind-receipts = Receipts
count-receipts = { $count ->
    [one] { $count } receipt
   *[other] { $count } receipts
}
kind-documents = Documents
count-documents = { $count ->
    [one] { $count } document
   *[other] { $count } documents
}
kind-memes = Memes and graphics
count-memes = { $count ->
    [one] { $count } meme
   *[other] { $count } memes
}
kind-dark = Dark
count-dark = { $count } dark
kind-blown-out = Blown out
count-blown-out = { $count } blown out
kind-near-empty = Near-empty
count-near-empty = { $count } near-empty
kind-undated = Undated
count-undated = { $count } undated
number-blurred = how blurred the sharpest parts are
number-dark = how much of the picture is black
number-blown-out = how much of the picture is white
number-near-empty = how much of the picture shows nothing
number-fits = how well the picture fits the description
shown-of-photos = { $count ->
    [one] { $shown } of { $count } photo
   *[other] { $shown } of { $count } photos
}
photos-in-folders = { $count ->
    [one] { $count } photo in the open folders
   *[other] { $count } photos in the open folders
}
count-shown = { $count } shown
hidden-by-label = { $count } hidden by the label filter
hidden-by-decision = { $count } hidden by the pick and reject filter
hidden-by-filter = { $count } hidden by other filters
hidden-by-unreadable = { $count } could not be read and cannot be searched
hidden-by-unread = { $count } not read yet and cannot be searched
hidden-by-search = { $count } hidden by the search
hidden-by-stack = { $count } folded into stacks
could-not-be-read = { $count } could not be read
not-listed = Not listed: { $what }
remove-the-filter = Remove the filter { $filter }
clear-all = Clear all
more-chips = +{ $count } more
more-filters = { $count ->
    [one] { $count } more filter
   *[other] { $count } more filters
}
export = Export…
select-none = Select none
count-selected = { $count } selected
show-all-best-first = show all, best first
show-all-hint = Also show photos that do not fit the search, after those that do
filter = Filter
filter-count = Filter ({ $count })
name-contains = Name contains
keyword-contains = Keyword contains
keyword-hint = in the photo or its sidecar
place-hint = town, region or country
place-contains = Place contains
only-problems = Only photos with problems
all-photos = All photos
filter-by-label = Filter by label: { $text }
value-count = { $value } ({ $count })
taken = Taken
taken-from = Taken from
date-to = to
taken-to = Taken to
at-least = At least { $stars }
stars-heading = Stars
any = Any
colour = Colour
gps = GPS
has-gps = Has GPS
no-gps = No GPS
orientation = Orientation
type = Type
camera = Camera
lens = Lens
folder = Folder
value-now = { $name }: { $value }
value-any = { $name }: any
no-photo-has-one = No photo has one
and-count-more = and { $count } more
line-from = from { $percent }
line-hint = Photos with { $percent } or more are shown ({ $meaning }). Drag the line, or use the arrow keys
found-any = any
found-kind = Found: { $title }
not-analysed = The photos have not been analysed yet
filter-by-kind = Filter by kind: { $text }
group-now = Group: { $value }
sort-now = Sort: { $value }
group-by = Group by
group-by-hint = Group by: put photos together under headings
sort-by = Sort by
descending-hint = Descending: click for ascending
ascending-hint = Ascending: click for descending
descending = Descending
sort-label = label
sort-match = Match
sort-search = Search
sort-name = Name
sort-taken = Date taken
sort-modified = Date modified
sort-size = File size
sort-dimensions = Dimensions
sort-stars = Rating
sort-colour = Colour
sort-place = Place
sort-match-of = Match: { $label }
sort-probability-of = Probability: { $label }
searches-title = Saved searches
no-searches = No searches saved yet
use-the-search = Use the search { $name }
delete-the-search = Delete the search { $name }
search-first = Search or filter first, then save the search here
name-of-the-search = Name of the search
save-this-search = Save this search
