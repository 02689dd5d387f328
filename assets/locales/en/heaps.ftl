# Copies, heaps and cleaning up.

copies-title = Copies
copies-none = No photo is a copy of another
copies-best-of = Best of { $count }: { $name }
copies-keep = Keep
copy = Copy: { $name }, { $likeness }, { $size }
copy-rejected = Copy: { $name }, { $likeness }, { $size }, rejected
copies-rejected-badge = Rejected
copy-caption = { $likeness }, { $size }
copies-summary = { $copies ->
    [one] { $groups ->
        [one] { $copies } copy in { $groups } group: { $size }
       *[other] { $copies } copy in { $groups } groups: { $size }
    }
   *[other] { $groups ->
        [one] { $copies } copies in { $groups } group: { $size }
       *[other] { $copies } copies in { $groups } groups: { $size }
    }
}
count-rejected = { $count } rejected
move-rejects-to-trash = Move rejects to the trash…
copies-keep-all-best = Keep the best of each group, reject the rest
undo = Undo
copies-in-grid = Show copies in the grid
copies-keep-name = Keep { $name }
copies-keep-because = Keep { $name }: { $reasons }
reason-separator = ;{ " " }
copies-keep-best = Keep best, reject the rest
copies-keep-name-reject = Keep { $name }, reject the rest
copies-compare = Compare
copies-compare-name = Compare { $name } with its copies
heaps-title = Name my heaps
heaps-searching = Putting similar photos together…
heaps-again = Propose dismissed heaps again
heaps-none = No heaps to propose: there are too few photos, or too few similar ones
heaps-what = Groups of similar photos, named by what they show. Turn the ones you want into labels
in-the-heap = In the heap { $heap }: { $name }
make-it-a-label = Make it a label
make-heap-a-label = Make { $heap } a label
dismiss-the-heap = Dismiss the heap { $heap }
heap-also = also: { $words }
name-of-the-heap = Name of the heap { $heap }
merge = Merge…
merge-heap = Merge { $heap } into another heap
merge-into = Into { $heap }
tour-title = Clean up
tour-nothing = Nothing stands out: no copies, bursts, blurred or undated photos
tour-none = None: { $kinds }
tour-note = Click a line to see its photos. Nothing is deleted, and every decision can be undone
found-among = Found among these photos
show-tour = Take a look
not-now = Not now
still-being-read = Photos are still being read. They are analysed after that
comparing = Comparing photos
progress-begins = { $what }…
analysis-progress = { $what }: { $done } of { $count }
name-of-analysis-progress = Analysis progress
show-found = Show { $text }
hint-copies = See each group, and which photo is the best to keep
hint-bursts = Show bursts; S folds each one into its best photo
hint-kind = Show only these photos
nothing-rejected = Nothing is rejected yet
photos-rejected = { $count ->
    [one] { $count } photo is rejected: { $size }
   *[other] { $count } photos are rejected: { $size }
}
move-to-trash-photos = Move { $photos } to the trash…
move-to-trash-dots = Move to the trash…
tour-part = { $found } ({ $size })
