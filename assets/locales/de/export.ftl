# Draft: not yet proof-read by a native speaker.
# The export dialog.

export-selected = Ausgewählte
export-shown = Angezeigte
export-fitting = Alle mit passendem Label
export-picked = Angenommene
export-rejected = Abgelehnte
transfer-copy = Kopieren
transfer-move = Verschieben
transfer-hard-link = Hardlink
transfer-link = Verknüpfung
layout-label = Einer pro Label
layout-month = Einer pro Label und Monat
layout-mirror = Wie bisher
layout-flat = Keine
export-title = Fotos exportieren
choose-photos-and-folder = Wählen Sie Fotos und einen Ordner, um zu sehen, was geschehen wird
choose-a-folder-to-see = Wählen Sie einen Ordner, um zu sehen, was geschehen wird
checking-target = Zielordner wird geprüft…
row-photos = Fotos
row-to = Ziel
choose-a-folder = Ordner wählen…
none-yet = noch keiner
row-how = Art
row-folders = Ordner
row-names = Namen
row-also = Weiteres
leave-rejects-out = Abgelehnte weglassen
include-paired = Begleitdateien, zugehörige RAW-Dateien und Live-Photo-Filme einschließen
write-manifest = Liste schreiben, was wohin ging (JSON und CSV)
choice-count = { $name } ({ $count })
to-every-label = Für jedes passende Label
pattern-of-names = Muster der Namen
pattern-hint = Kann { "{" }name{ "}" }, { "{" }label{ "}" }, { "{" }date{ "}" }, { "{" }match{ "}" } und { "{" }n{ "}" } enthalten
if-taken = Name vergeben:
add-a-number = Nummer anhängen
replace = Ersetzen
replace-hint = Die vorhandene Datei wird beiseitegelegt und wiederhergestellt, wenn der Export rückgängig gemacht wird
plan-paired = { $count ->
    [one] { $count } zugehörige Datei
   *[other] { $count } zugehörige Dateien
}
plan-skipped = { $count ->
    [one] { $count } ist schon da
   *[other] { $count } sind schon da
}
plan-renamed = { $count ->
    [one] { $count } erhält eine Nummer
   *[other] { $count } erhalten eine Nummer
}
plan-replaced = { $count ->
    [one] { $count } ersetzt eine Datei
   *[other] { $count } ersetzen Dateien
}
plan = { $words }: { $size }
plan-of-free = { $words }: { $size }, { $free } frei
cannot-be-exported = { $count ->
    [one] { $count } Foto kann nicht exportiert werden:
   *[other] { $count } Fotos können nicht exportiert werden:
}
export-photos = { $photos } exportieren
heading-goes-to = Ziel
heading-folder = Ordner
heading-holds = Inhalt
folder-itself = der Ordner selbst
folder-total = { $photos }, { $size }
export-progress-name = Export
export-progress = { $count ->
    [one] { $done } von { $count } Datei, { $size }
   *[other] { $done } von { $count } Dateien, { $size }
}
stop = Stoppen
exported = { $count ->
    [one] { $count } Foto exportiert
   *[other] { $count } Fotos exportiert
}
exported-stopped = { $count ->
    [one] { $count } Foto exportiert, bevor gestoppt wurde
   *[other] { $count } Fotos exportiert, bevor gestoppt wurde
}
exported-skipped = { $count ->
    [one] { $count } Datei war schon da
   *[other] { $count } Dateien waren schon da
}
exported-replaced = { $count ->
    [one] { $count } Datei wurde ersetzt: Sie bleibt als „name (replaced …)“ erhalten
   *[other] { $count } Dateien wurden ersetzt: Sie bleiben als „name (replaced …)“ erhalten
}
stayed-where-they-were = { $count ->
    [one] { $count } Foto blieb, wo es war:
   *[other] { $count } Fotos blieben, wo sie waren:
}
show-the-folder = Ordner zeigen
finish-it = Fertigstellen
done = Fertig
interrupted-title = Ein Export wurde unterbrochen
interrupted-note = Kein Foto ging verloren: Jedes ist vollständig am alten oder am neuen Ort
interrupted-progress = { $count ->
    [one] { $done } von { $count } Datei wurde exportiert
   *[other] { $done } von { $count } Dateien wurden exportiert
}
undo-it = Rückgängig machen
later = Später
