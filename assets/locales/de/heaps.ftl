# Draft: not yet proof-read by a native speaker.
# Copies, heaps and cleaning up.

copies-title = Kopien
copies-none = Kein Foto ist die Kopie eines anderen
copies-best-of = Bestes von { $count }: { $name }
copies-keep = Behalten
copy = Kopie: { $name }, { $likeness }, { $size }
copy-rejected = Kopie: { $name }, { $likeness }, { $size }, abgelehnt
copies-rejected-badge = Abgelehnt
copy-caption = { $likeness }, { $size }
copies-summary = { $copies ->
    [one] { $groups ->
        [one] { $copies } Kopie in { $groups } Gruppe: { $size }
       *[other] { $copies } Kopie in { $groups } Gruppen: { $size }
    }
   *[other] { $groups ->
        [one] { $copies } Kopien in { $groups } Gruppe: { $size }
       *[other] { $copies } Kopien in { $groups } Gruppen: { $size }
    }
}
count-rejected = { $count } abgelehnt
move-rejects-to-trash = Abgelehnte in den Papierkorb legen…
copies-keep-all-best = Das beste jeder Gruppe behalten, den Rest ablehnen
undo = Rückgängig
copies-in-grid = Kopien im Raster zeigen
copies-keep-name = { $name } behalten
copies-keep-because = { $name } behalten: { $reasons }
reason-separator = ;{ " " }
copies-keep-best = Bestes behalten, Rest ablehnen
copies-keep-name-reject = { $name } behalten, den Rest ablehnen
copies-compare = Vergleichen
copies-compare-name = { $name } mit Kopien vergleichen
heaps-title = Haufen benennen
heaps-searching = Ähnliche Fotos werden zusammengestellt…
heaps-again = Verworfene Haufen wieder vorschlagen
heaps-none = Keine Haufen vorzuschlagen: Es gibt wenige Fotos oder wenige, die sich ähneln
heaps-what = Ähnliche Fotos, benannt nach dem, was sie zeigen. Machen Sie gewünschte Haufen zu Labels
in-the-heap = Im Haufen { $heap }: { $name }
make-it-a-label = Zum Label machen
make-heap-a-label = { $heap } zum Label machen
dismiss-the-heap = Haufen { $heap } verwerfen
heap-also = auch: { $words }
name-of-the-heap = Name des Haufens { $heap }
merge = Vereinen…
merge-heap = { $heap } mit einem anderen Haufen vereinen
merge-into = Mit { $heap }
tour-title = Aufräumen
tour-nothing = Nichts fällt auf: keine Kopien, Serien, unscharfen oder undatierten Fotos
tour-none = Nicht gefunden: { $kinds }
tour-note = Jede Zeile zeigt ihre Fotos. Nichts wird gelöscht, und jede Entscheidung lässt sich rückgängig machen
found-among = Unter diesen Fotos gefunden
show-tour = Ansehen
not-now = Nicht jetzt
still-being-read = Die Fotos werden noch eingelesen: Danach werden sie durchgesehen
comparing = Fotos werden verglichen
progress-begins = { $what }…
analysis-progress = { $what }: { $done } von { $count }
name-of-analysis-progress = Fortschritt der Durchsicht
show-found = { $text } zeigen
hint-copies = Jede Gruppe ansehen, und welches Foto man am besten behält
hint-bursts = Fotos der Serien zeigen; S klappt jede zu ihrem besten ein
hint-kind = Nur diese Fotos zeigen
nothing-rejected = Noch nichts abgelehnt
photos-rejected = { $count ->
    [one] { $count } Foto ist abgelehnt: { $size }
   *[other] { $count } Fotos sind abgelehnt: { $size }
}
move-to-trash-photos = { $photos } in den Papierkorb legen…
move-to-trash-dots = In den Papierkorb legen…
tour-part = { $found } ({ $size })
