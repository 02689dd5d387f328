# Draft: not yet proof-read by a native speaker.
# The dialog that writes keywords.

keywords-title = Schlagwörter schreiben
writing = Wird geschrieben…
could-not-be-written = { $count ->
    [one] { $count } Foto konnte nicht geschrieben werden:
   *[other] { $count } Fotos konnten nicht geschrieben werden:
}
cannot-be-changed = { $count ->
    [one] { $count } Foto kann nicht geändert werden:
   *[other] { $count } Fotos können nicht geändert werden:
}
cannot-be-written-into = { $count ->
    [one] In { $count } Foto kann nicht geschrieben werden:
   *[other] In { $count } Fotos kann nicht geschrieben werden:
}
reading-metadata = Metadaten werden gelesen…
row-write = Schreiben
labels-that-fit = Passende Labels
only-where-unsaid = Nur wo die Metadaten es noch nicht sagen
write-stars = Sterne
write-colours = Farben
write-rejects = Ablehnungen als Bewertung -1
write-descriptions = Beschreibungen
write-descriptions-hint = Was das Foto zeigt, wann es aufgenommen wurde und wie es gelungen ist, für Menschen, die es nicht sehen können. Wird geschrieben, wo ein Foto noch keine Beschreibung hat
write-descriptions-later = Möglich, sobald die Fotos durchgesehen sind
replace-descriptions = Vorhandene Beschreibungen ersetzen
row-parent = Oberbegriff
no-parent = kein Oberbegriff
parent-keyword = Oberbegriff
parent-hint = "AI" ordnet "cat" darunter ein: AI|cat
row-sidecars = Begleitdateien
write-inside = In die Fotos selbst schreiben
write-inside-hint = JPEG, PNG, WebP, TIFF, HEIC, AVIF: Nur die Metadaten ändern sich. Andere Formate erhalten eine Begleitdatei
naming-whole = IMG.jpg.xmp (digiKam, darktable, Immich)
naming-stem = IMG.xmp (Programme von Adobe)
heading-file = Datei
heading-keywords = Künftige Schlagwörter
heading-keywords-description = Künftige Schlagwörter und neue Beschreibung
planned-description = „{ $description }“
planned-keywords-description = { $keywords } – „{ $description }“
write-files = { $files } schreiben
