# Draft: not yet proof-read by a native speaker.
# Words of the engine. The key of a phrase is made of its English.

word-red = Rot
word-yellow = Gelb
word-green = Grün
word-blue = Blau
word-purple = Violett
word-exact = identisch
word-near = ähnlich
word-upright = aufrecht
word-mirrored = gespiegelt
word-rotated = gedreht
word-you-chose-it = von Ihnen gewählt
word-best-exposed-and-the-sharpest-of-those = am besten belichtet und davon am schärfsten
word-the-sharpest = am schärfsten
word-best-exposed = am besten belichtet
word-the-first-of-equally-good-ones = das erste unter gleich guten
word-you-picked-it = von Ihnen angenommen
word-you-did-not-reject-it = von Ihnen nicht abgelehnt
word-more-pixels = mehr Pixel
word-a-less-lossy-format = ein Format mit weniger Verlust
word-with-camera-data = mit Kameradaten
word-sharper = schärfer
word-more-metadata = mehr Metadaten
word-not-named-as-a-copy = nicht als Kopie benannt
word-an-older-file = eine ältere Datei
word-a-larger-file = eine größere Datei
word-a-shorter-or-earlier-path = ein kürzerer oder früherer Pfad
word-very-dark = sehr dunkel
word-very-bright = sehr hell
word-sharp = scharf
word-blurred = unscharf
word-no-word-fits-well = kein Wort passt gut
word-english = Englisch
word-chinese = Chinesisch
word-more-than-100-languages = mehr als 100 Sprachen
word-small-machines = kleine Rechner
word-most-people = die meisten
word-reproducing-the-clip-paper = die Ergebnisse des CLIP-Artikels
word-fast = schnell
word-medium = mittel
word-slow = langsam
word-japanese = Japanisch
word-spanish = Spanisch
word-french = Französisch
word-german = Deutsch
word-portuguese = Portugiesisch
word-russian = Russisch
word-hindi = Hindi
word-arabic = Arabisch
word-italian = Italienisch
word-dutch = Niederländisch
word-polish = Polnisch
word-turkish = Türkisch
word-ukrainian = Ukrainisch
word-korean = Koreanisch
word-from-the-name = (aus dem Namen)
word-from-google-takeout = (aus Google Takeout)
word-the-photo = Foto
word-family = Familie
word-travel = Reisen
word-documents-and-screenshots = Dokumente und Bildschirmfotos
skipped-unsupported = { $count ->
    [one] { $count } Datei in einem nicht lesbaren Format
   *[other] { $count } Dateien in nicht lesbaren Formaten
}
skipped-paired = { $count ->
    [one] { $count } RAW-Datei neben ihrem Bild
   *[other] { $count } RAW-Dateien neben ihren Bildern
}
skipped-live-movies = { $count ->
    [one] { $count } Film eines Live Photos
   *[other] { $count } Filme von Live Photos
}
skipped-videos = { $count ->
    [one] { $count } Video weggelassen
   *[other] { $count } Videos weggelassen
}
skipped-needs-ffmpeg = { $count ->
    [one] { $count } Video, das ffmpeg braucht: Installieren Sie es, um es zu sehen
   *[other] { $count } Videos, die ffmpeg brauchen: Installieren Sie es, um sie zu sehen
}
skipped-exported = { $count ->
    [one] { $count } früher exportiertes Foto
   *[other] { $count } früher exportierte Fotos
}
skipped-repeated = { $count ->
    [one] { $count } Verknüpfung mit einer schon aufgeführten Datei
   *[other] { $count } Verknüpfungen mit schon aufgeführten Dateien
}
sidecars = { $count ->
    [one] { $count } Begleitdatei
   *[other] { $count } Begleitdateien
}
photos-and-sidecars = { $photos ->
    [one] { $sidecars ->
        [one] { $photos } Foto und { $sidecars } Begleitdatei
       *[other] { $photos } Foto und { $sidecars } Begleitdateien
    }
   *[other] { $sidecars ->
        [one] { $photos } Fotos und { $sidecars } Begleitdatei
       *[other] { $photos } Fotos und { $sidecars } Begleitdateien
    }
}
sidecars-to-write = { $files } zu schreiben, { $unchanged } bereits aktuell
sidecars-written = { $files } geschrieben, { $unchanged } bereits aktuell
sidecars-restored = { $count ->
    [one] { $files } ist wie zuvor
   *[other] { $files } sind wie zuvor
}
speed-fast = schnell
speed-medium = mittel
speed-slow = langsam
speed-photos = hier { $word }: etwa { $photos } Fotos pro Sekunde
speed-one = hier { $word }: etwa 1 Sekunde pro Foto
speed-seconds = hier { $word }: etwa { $seconds } Sekunden pro Foto
time-less = weniger als eine Minute
time-minutes = etwa { $number } min
time-hours = etwa { $number } h
time-days = etwa { $number } Tage
time-for-photos = { $count ->
    [one] { $time } für Ihr { $count } Foto
   *[other] { $time } für Ihre { $count } Fotos
}
perhaps = vielleicht { $word }
of-all = { $part } von { $all }
word-camera = Kamera
word-lens = Objektiv
word-exposure = Belichtung
word-aperture = Blende
word-focal-length = Brennweite
word-flash = Blitz
word-artist = Fotograf
word-place = Ort
word-discrete = dediziert
word-integrated = integriert
word-of-unknown-kind = unbekannter Art
word-software = Software
word-an-unknown-interface = unbekannte Schnittstelle
