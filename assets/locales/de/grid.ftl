# Draft: not yet proof-read by a native speaker.
# The grid, its headings, the bars above and below it, and the empty window.

no-date = Kein Datum
no-camera = Keine Kamera
no-place = Kein Ort
no-stars = Keine Sterne
drop-onto-label = { $photos }: auf einem Label ablegen
spoken-percent = { $number } Prozent
spoken-less = weniger als { $number } Prozent
spoken-fits = { $label } { $percent }
spoken-nearest = am nächsten zu { $label } { $percent }
spoken-found = gefunden { $percent }
spoken-taken = aufgenommen am { $day }
spoken-picked = angenommen
spoken-rejected = abgelehnt
spoken-colour = Farbe { $colour }
spoken-problem = Problem: { $problem }
spoken-separator = ,{ " " }
drop-to-open = Zum Öffnen ablegen
drop-to-search = Ablegen, um ähnliche Fotos zu suchen
looking-for-photos = Fotos werden gesucht…
found-so-far = bisher { $count } gefunden
loading-model = Modell wird geladen…
drop-a-folder = Legen Sie hier einen Ordner mit Fotos ab
no-photos-in-folders = Keine Fotos in den offenen Ordnern
then-type-labels = Tippen Sie dann Labels wie Strand oder Quittung ein: Die Fotos sortieren sich
open-folder = Ordner öffnen…
promise = Alles bleibt auf diesem Computer
no-model-title = Ohne Modell können Fotos nicht eingelesen werden
choose-another-model = Anderes Modell wählen…
all-exported = Alle Fotos hier wurden von Lumisift exportiert: Öffnen Sie ihren eigenen Ordner, um sie zu sehen
files-unsupported = { $count ->
    [one] { $count } Datei hat ein Format, das nicht gelesen werden kann
   *[other] { $count } Dateien haben Formate, die nicht gelesen werden können
}
sorting = Wird sortiert…
being-read = Fotos werden eingelesen…
nothing-fits = Kein Foto passt zu Filtern und Suche
nothing-meets-search = Kein Foto erfüllt die Bedingungen der Suche „{ $search }“
show-the-nearest = Die ähnlichsten zeigen
clear-filters-and-search = Filter und Suche zurücksetzen
photos-list = Fotos, { $count }
scroll-bar-name = Durch die Fotos scrollen
just-below-line = Knapp unter der Schwelle
not-read-yet = Noch nicht eingelesen
select-all-of = Alle von { $name } auswählen, { $photos }
photos-span = { $photos }, { $span }
select-all = Alle auswählen
more-below-line = { $count ->
    [one] { $count } fast passendes Foto
   *[other] { $count } fast passende Fotos
}
show-more-below = { $text } von { $label } zeigen
example-of = Beispiel für
counter-example-of = Gegenbeispiel für
stars-menu = Sterne
colour-menu = Farbe
stack-photos = { $count ->
    [one] { $count } Foto
   *[other] { $count } Fotos
}
stack-best = Bestes von { $count }
spoken-stack = Stapel von { $count } Fotos
spoken-best = bestes von { $count }: { $reason }
exporting = Export: { $done } von { $count }
model-loading = Modell wird geladen…
no-model = kein Modell
runs-on-model = { $device }, { $model }
runs-because = Läuft auf { $device }: { $why }
starter-knows = Das mitgelieferte Startmodell kennt Alltägliches. CLIP-Modelle kennen weit mehr: Holen Sie eines unter „Modelle“
two-sentences = { $words }. { $why }
resume = Fortsetzen
pause = Anhalten
paused = Angehalten
progress = Fortschritt
stage-listing = Fotos werden gesucht
stage-reading = Fotos werden eingelesen
stage-words = { $stage }: { $words }
stage-found = { $stage }: bisher { $count } gefunden
stage-done = { $stage }: { $done } von { $count }
progress-rate = { $text }, { $rate } pro Sekunde
progress-left = { $text }, noch { $left }
read-by = { $count ->
    [one] { $count } Foto, { $read } von { $model } eingelesen
   *[other] { $count } Fotos, { $read } von { $model } eingelesen
}
no-folder-open = Kein Ordner ist offen
starting = Wird gestartet
stopped = Gestoppt: { $text }
analysing = Fotos werden durchgesehen
analysing-of = Durchsicht: { $done } von { $count }
search-hint = Suche: Strand -Menschen, IMG_40*, Berge 2019
search = Suche
clear-the-search = Suche leeren
menu = Menü
or-drop = Oder Ordner und Fotos irgendwo auf dem Fenster ablegen
folders = Ordner
close-folder = { $folder } schließen
recent-folders = Zuletzt verwendete Ordner
size-of-thumbnails = Größe der Vorschaubilder
spoken-came-out = { $said }; { $came_out }
description-taken = { $said }; aufgenommen am { $day }
