# Draft: not yet proof-read by a native speaker.
# Labels, their thresholds, and questions about them.

questions-sentence = { $fitting ->
    [one] { $label }: { $fitting } Foto passt, etwa { $wrong } davon falsch ({ $wrong_low } bis { $wrong_high }), etwa { $missed } übersehen ({ $missed_low } bis { $missed_high })
   *[other] { $label }: { $fitting } Fotos passen, etwa { $wrong } davon falsch ({ $wrong_low } bis { $wrong_high }), etwa { $missed } übersehen ({ $missed_low } bis { $missed_high })
}
label-known-otherwise = Es gibt schon ein Label „{ $text }“: Ob es Fotos ausschließt, wird in seinem Menü eingestellt
label-known = Es gibt schon ein Label „{ $text }“
labels-known = „{ $text }“ und { $more } weitere sind schon Labels
threshold-of = Schwelle von { $label }
threshold-hint = Fotos mit einer Übereinstimmung von { $percent } oder mehr passen. Ziehen Sie die Linie oder benutzen Sie die Pfeiltasten (mit Shift: größere Schritte)
go-to-label = Zu { $label } gehen
remove-label = { $label } entfernen
label-also = auch:
stands-for = { $label } steht für { $member }
leave-this-out = Dies weglassen
include-this = Dies einschließen
label-in-use = { $label } verwenden
turn-off = Ausschalten
turn-on = Einschalten
label-named = Label { $label }
show-only-label = Nur { $label } zeigen: { $count }
note-negated = nicht: schließt Fotos von anderen Labels aus
count-examples = { $count ->
    [one] { $count } Beispiel
   *[other] { $count } Beispiele
}
count-counter-examples = { $count ->
    [one] { $count } Gegenbeispiel
   *[other] { $count } Gegenbeispiele
}
note-text-only = nur Text
means = { $words } bedeutet { $english }
as-typed-hint = { $language }: Klicken Sie, um die Wörter wie eingetippt zu verwenden
use-english = Die englischen Wörter verwenden, die das Modell kennt
use-as-they-are = Klicken Sie, um die Wörter unverändert zu verwenden
use-model = { $model } verwenden
get-model-size = { $model } holen ({ $size })
more-for = Mehr zu { $label }
sort-by-match = Nach Übereinstimmung
show-only-these = Nur diese zeigen
ten-questions = Zehn Fragen: Label prüfen…
make-a-rule = Regel daraus machen…
in-use-toggle = Verwenden
negate = Nicht: diese Fotos von anderen Labels ausschließen
exactly = Nur das Wort selbst suchen
move-up = Nach oben
move-down = Nach unten
text-only = Nur Text: Beispiele ignorieren
remove-examples = Beispiele entfernen
colour-number = Farbe { $number }
suggestion-people = Menschen
suggestion-beach = Strand
suggestion-food = Essen
suggestion-screenshot = Bildschirmfoto
suggestion-receipt = Quittung
suggestion-pet = Haustier
labels-heading = Labels
more-for-labels = Mehr zu Labels
type-a-label = Label, dann Enter
new-label = Neues Label
would-fit = { $count ->
    [one] { $label }: { $count } würde passen
   *[other] { $label }: { $count } würden passen
}
would-be-out = { $count ->
    [one] { $label }: { $count } würde ausgeschlossen
   *[other] { $label }: { $count } würden ausgeschlossen
}
keep-label = Behalten
keep-the-label = Label { $draft } behalten
keep-labels-each = { $parts } Labels behalten, eines für jeden Teil
keep-labels = { $parts } Labels behalten
best-for = Bestes für { $label }: { $name }{ $video }, { $percent }
all-labels = Alle Labels:
looser = lockerer
stricter = strenger
all-looser = Alle Labels lockerer machen
all-stricter = Alle Labels strenger machen
something-else-count = Sonstiges: { $count }
show-only-something-else = Nur Sonstiges zeigen: { $photos }
something-else-hint = Fotos, die zu keinem Label passen, die knappsten zuerst
suggestions = Vorschläge
add-the-label = Label { $text } hinzufügen
heaps-hint = Gruppen ähnlicher Fotos, die zu Labels werden können
questions-about = Fragen zu { $label }
does-this-show = Zeigt dieses Foto „{ $label }“?
no-more-questions = Es gibt kein weiteres Foto, nach dem zu fragen wäre
asked-about = Gefragt nach: { $name }
answer-yes-key = Ja (Y)
answer-yes = Ja, es passt
answer-no-key = Nein (N)
answer-no = Nein, es passt nicht
answer-not-sure-key = Unklar (Leertaste)
answer-not-sure = Unklar
answer-back-key = Zurück (Ctrl+Z)
answer-undo = Antwort zurücknehmen
answers-needed = { $count } Antworten sagen, wie viele Fotos falsch sind und wie viele übersehen werden
after-answers = Nach { $count } von { $enough } Antworten:
brackets-hint = Die wahren Zahlen liegen in 9 von 10 Fällen in den Klammern
set-threshold = Schwelle auf { $percent } setzen und Label anlernen
at-least-percent = mindestens { $percent }
type-threshold = Schwelle von { $label } eintippen
click-to-type = Klicken, um einen Wert einzutippen
threshold-in-percent = Schwelle von { $label } in Prozent
below-line-of = { $text } von { $label }
show-after-others = Nach den anderen zeigen
share-above = etwa { $number } von { $of } darüber passen
threshold-low = viele Fotos über einer so niedrigen Schwelle passen nicht
threshold-check = prüfen Sie die Fotos nahe der Schwelle
examples-above = { $count ->
    [one] { $words }; { $fit } von Ihrem { $count } Beispiel darüber passt
   *[other] { $words }; { $fit } von Ihren { $count } Beispielen darüber passen
}
measured-hint = Mit diesem Modell an Alltagsfotos gemessen: für Ihre nur ein Anhaltspunkt
not-measured-hint = Für dieses Label nicht gemessen: Sortieren Sie nach Übereinstimmung, und setzen Sie die Schwelle dort, wo Fotos nicht mehr passen
photos-at = { $photos } ab { $threshold }
unknown-words = { $words }: { $model } kann Englisch und kennt dies vielleicht nicht; { $count ->
    [one] { $better } kann
   *[other] { $better } können
} { $language }
other-languages = andere Sprachen
