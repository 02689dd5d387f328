# Draft: not yet proof-read by a native speaker.
# Filters, groups, order and search.

date-how = Schreiben Sie ein Datum als 2024, 2024-05 oder 2024-05-31
date-order = Das erste Datum liegt nach dem letzten
any-label = Mit Label
something-else = Sonstiges
chip-near = auch knapp unter der Schwelle
chip-stars-5 = 5 Sterne
chip-stars = { $count ->
    [one] { $count } Stern oder mehr
   *[other] { $count } Sterne oder mehr
}
chip-name = Name: { $text }
chip-keyword = Schlagwort: { $text }
chip-place = Ort: { $text }
chip-gps = mit GPS
chip-no-gps = ohne GPS
chip-from = ab { $date }
chip-until = bis { $date }
chip-folder = in { $folder }
chip-failures = mit Problemen
chip-nearest = am nächsten zur Suche
group-none = Keine
group-label = Label
group-month = Monat
group-day = Tag
group-folder = Ordner
group-camera = Kamera
group-place = Ort
group-rating = Bewertung
shape-landscape = Querformat
shape-portrait = Hochformat
shape-square = Quadrat
shape-panorama = Panorama
flag-all = Beliebig
flag-picked = Angenommen
flag-rejected = Abgelehnt
flag-not-rejected = Nicht abgelehnt
flag-undecided = Unentschieden
kind-copies = Kopien
count-copies = { $count ->
    [one] { $count } Kopie
   *[other] { $count } Kopien
}
kind-bursts = Serien
count-bursts = { $count ->
    [one] { $count } Serie
   *[other] { $count } Serien
}
kind-screenshots = Bildschirmfotos
count-screenshots = { $count ->
    [one] { $count } Bildschirmfoto
   *[other] { $count } Bildschirmfotos
}
# `within`: the form within a sentence of a name that does not begin with a noun.
kind-blurred = Unscharf
    .within = unscharf
count-blurred = { $count } unscharf
kind-receipts = Belege
count-receipts = { $count ->
    [one] { $count } Beleg
   *[other] { $count } Belege
}
kind-documents = Dokumente
count-documents = { $count ->
    [one] { $count } Dokument
   *[other] { $count } Dokumente
}
kind-memes = Memes und Grafiken
count-memes = { $count ->
    [one] { $count } Meme
   *[other] { $count } Memes
}
kind-dark = Dunkel
    .within = dunkel
count-dark = { $count } dunkel
kind-blown-out = Überbelichtet
    .within = überbelichtet
count-blown-out = { $count } überbelichtet
kind-near-empty = Fast leer
    .within = fast leer
count-near-empty = { $count } fast leer
kind-undated = Ohne Datum
    .within = ohne Datum
count-undated = { $count } ohne Datum
number-blurred = wie unscharf die schärfsten Stellen sind
number-dark = wie viel vom Bild schwarz ist
number-blown-out = wie viel vom Bild weiß ist
number-near-empty = wie viel vom Bild nichts zeigt
number-fits = wie gut das Bild zur Beschreibung passt
shown-of-photos = { $count ->
    [one] { $shown } von { $count } Foto
   *[other] { $shown } von { $count } Fotos
}
photos-in-folders = { $count ->
    [one] { $count } Foto in den offenen Ordnern
   *[other] { $count } Fotos in den offenen Ordnern
}
count-shown = { $count } angezeigt
hidden-by-label = { $count } durch den Label-Filter ausgeblendet
hidden-by-decision = { $count } durch den Filter nach Entscheidung ausgeblendet
hidden-by-filter = { $count } durch andere Filter ausgeblendet
hidden-by-unreadable = { $count } nicht lesbar, daher für die Suche nicht auffindbar
hidden-by-unread = { $count } noch nicht eingelesen, daher für die Suche nicht auffindbar
hidden-by-search = { $count } ausgeblendet, weil nicht zur Suche passend
hidden-by-stack = { $count } in Stapeln eingeklappt
could-not-be-read = { $count } nicht lesbar
not-listed = Nicht aufgeführt: { $what }
remove-the-filter = Filter { $filter } entfernen
clear-all = Alle löschen
more-chips = +{ $count } weitere
more-filters = { $count ->
    [one] { $count } weiterer Filter
   *[other] { $count } weitere Filter
}
export = Exportieren…
select-none = Auswahl aufheben
count-selected = { $count } ausgewählt
show-all-best-first = alle zeigen, beste zuerst
show-all-hint = Auch Fotos zeigen, die nicht zur Suche passen, nach den passenden
filter = Filter
filter-count = Filter ({ $count })
name-contains = Name enthält
keyword-contains = Schlagwort enthält
keyword-hint = im Foto oder in der Begleitdatei
place-hint = Stadt, Region oder Land
place-contains = Ort enthält
only-problems = Nur Fotos mit Problemen
all-photos = Alle Fotos
filter-by-label = Nach Label filtern: { $text }
value-count = { $value } ({ $count })
taken = Aufnahme
taken-from = Aufgenommen ab
date-to = bis
taken-to = Aufgenommen bis
at-least = Mindestens { $stars }
stars-heading = Sterne
any = Alle
colour = Farbe
gps = GPS
has-gps = Mit GPS
no-gps = Ohne GPS
orientation = Ausrichtung
type = Typ
camera = Kamera
lens = Objektiv
folder = Ordner
value-now = { $name }: { $value }
value-any = { $name }: alle
no-photo-has-one = Kein Foto hat diese Angabe
and-count-more = und { $count } weitere
line-from = ab { $percent }
line-hint = Fotos mit { $percent } oder mehr werden gezeigt ({ $meaning }). Ziehen Sie die Linie oder benutzen Sie die Pfeiltasten
found-any = alle
found-kind = Gefunden: { $title }
not-analysed = Die Fotos wurden noch nicht durchgesehen
filter-by-kind = Nach Art filtern: { $text }
group-now = Gruppe: { $value }
sort-now = Sortierung: { $value }
group-by = Gruppieren nach
group-by-hint = Gruppieren nach: Fotos unter Überschriften zusammenfassen
sort-by = Sortieren nach
descending-hint = Absteigend: Klick für aufsteigend
ascending-hint = Aufsteigend: Klick für absteigend
descending = Absteigend
sort-label = Label
sort-match = Übereinstimmung
sort-search = Suche
sort-name = Name
sort-taken = Aufnahmedatum
sort-modified = Änderungsdatum
sort-size = Dateigröße
sort-dimensions = Abmessungen
sort-stars = Bewertung
sort-colour = Farbe
sort-place = Ort
sort-match-of = Übereinstimmung: { $label }
sort-probability-of = Wahrscheinlichkeit: { $label }
searches-title = Gespeicherte Suchen
no-searches = Noch keine Suchen gespeichert
use-the-search = Suche { $name } verwenden
delete-the-search = Suche { $name } löschen
search-first = Suchen oder filtern Sie zuerst: Was dann gefragt ist, kann hier gespeichert werden
name-of-the-search = Name der Suche
save-this-search = Diese Suche speichern
