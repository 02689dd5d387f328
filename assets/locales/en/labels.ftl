# Labels, their thresholds, and questions about them.

questions-sentence = { $fitting ->
    [one] { $label }: { $fitting } photo fits, about { $wrong } of them wrong ({ $wrong_low } to { $wrong_high }), about { $missed } missed ({ $missed_low } to { $missed_high })
   *[other] { $label }: { $fitting } photos fit, about { $wrong } of them wrong ({ $wrong_low } to { $wrong_high }), about { $missed } missed ({ $missed_low } to { $missed_high })
}
label-known-otherwise = There is already a label “{ $text }”: choose in its menu whether it keeps photos out
label-known = There is already a label “{ $text }”
labels-known = “{ $text }” and { $more } more are already labels
threshold-of = Threshold of { $label }
threshold-hint = Photos with a match of { $percent } or more fit. Drag the line, or use the arrow keys (with Shift: larger steps)
go-to-label = Go to { $label }
remove-label = Remove { $label }
label-also = also:
stands-for = { $label } stands for { $member }
leave-this-out = Leave this out
include-this = Include this too
label-in-use = { $label } in use
turn-off = Turn off
turn-on = Turn on
label-named = Label { $label }
show-only-label = Show only { $label }: { $count }
note-negated = not: keeps photos out of other labels
count-examples = { $count ->
    [one] { $count } example
   *[other] { $count } examples
}
count-counter-examples = { $count ->
    [one] { $count } counter-example
   *[other] { $count } counter-examples
}
note-text-only = text only
means = { $words } means { $english }
as-typed-hint = { $language }: click to use the words as you typed them
use-english = Use the English words, which the model knows
use-as-they-are = Click to use the words as they are
use-model = Use { $model }
get-model-size = Get { $model } ({ $size })
more-for = More for { $label }
sort-by-match = Sort by match
show-only-these = Show only these
ten-questions = Ten questions: check it…
make-a-rule = Make it a rule…
in-use-toggle = In use
negate = Not: keep these photos out of other labels
exactly = Match the word alone
move-up = Move up
move-down = Move down
text-only = Text only: ignore examples
remove-examples = Remove its examples
colour-number = Colour { $number }
suggestion-people = people
suggestion-beach = beach
suggestion-food = food
suggestion-screenshot = screenshot
suggestion-receipt = receipt
suggestion-pet = pet
labels-heading = Labels
more-for-labels = More for labels
type-a-label = Type a label, press Enter
new-label = New label
would-fit = { $label }: { $count } would fit
would-be-out = { $label }: { $count } would be kept out
keep-label = Keep
keep-the-label = Keep the label { $draft }
keep-labels-each = Keep { $parts } labels, one for each part
keep-labels = Keep { $parts } labels
best-for = Best for { $label }: { $name }{ $video }, { $percent }
all-labels = All labels:
looser = looser
stricter = stricter
all-looser = Make all labels looser
all-stricter = Make all labels stricter
something-else-count = Something else: { $count }
show-only-something-else = Show only something else: { $photos }
something-else-hint = Photos that fit no label, the nearest misses first
suggestions = Suggestions
add-the-label = Add the label { $text }
heaps-hint = Groups of similar photos to turn into labels
questions-about = Questions about { $label }
does-this-show = Does this photo show “{ $label }”?
no-more-questions = There are no more photos to ask about
asked-about = Asked about: { $name }
answer-yes-key = Yes (Y)
answer-yes = Yes, it fits
answer-no-key = No (N)
answer-no = No, it does not fit
answer-not-sure-key = Not sure (Space)
answer-not-sure = Not sure
answer-back-key = Back (Ctrl+Z)
answer-undo = Take back the answer
answers-needed = { $count } answers show how many photos are wrong and how many are missed
after-answers = After { $count } of { $enough } answers:
brackets-hint = The true numbers lie within the brackets 9 times out of 10
set-threshold = Set the threshold to { $percent } and teach the label
at-least-percent = at least { $percent }
type-threshold = Type the threshold of { $label }
click-to-type = Click to type a value
threshold-in-percent = Threshold of { $label } in percent
below-line-of = { $text } of { $label }
show-after-others = Show them after the others
share-above = about { $number } in { $of } above the threshold fit
threshold-low = with a threshold this low, many photos do not fit
threshold-check = check the photos near the threshold
examples-above = { $count ->
    [one] { $words }; { $fit } of your { $count } example above it fit
   *[other] { $words }; { $fit } of your { $count } examples above it fit
}
measured-hint = Measured with this model on everyday photos: only a guide for yours
not-measured-hint = Not measured for this label: sort by match, and set the threshold where photos stop fitting
photos-at = { $photos } at { $threshold } or more
unknown-words = { $words }: { $model } knows English, and may not know this; { $count ->
    [one] { $better } knows
   *[other] { $better } know
} { $language }
other-languages = other languages
