# Draft: not yet proof-read by a native speaker.
# Settings.

settings-title = Einstellungen
sidecars-row = Begleitdateien
theme = Design
theme-system = Wie das System
theme-light = Hell
theme-dark = Dunkel
text-size = Skalierung
model = Modell
model-none = keines
models = Modelle…
device = Gerät
device-auto = Automatisch
device-cpu = CPU
graphics-card-number = Grafikkarte { $number }
graphics-card = Grafikkarte
gpu-on-battery = Grafikkarte auch im Akkubetrieb verwenden
device-in-use = Verwendet: { $device }
device-in-use-because = Verwendet: { $device } ({ $reason })
precision = Genauigkeit auf der CPU
precision-auto = Automatisch
precision-auto-hint = Schnellste ausreichend genaue
precision-full = Voll
precision-int8 = 8 Bit
precision-agrees = 8 Bit: Vektoren stimmen mit voller Genauigkeit zu mindestens { $number } überein
threads-row = Threads zum Einlesen
one-per-core = Einer pro Kern
threads = Threads
memory-row = Speicher zum Decodieren
quarter-of-memory = Ein Viertel des Arbeitsspeichers
megabytes-suffix = { " " }MB
mebibytes-suffix = { " " }MiB
memory-for-decoding = Speicher zum Decodieren
store = Datenbank
store-knows = { $count ->
    [one] { $count } Foto bekannt, { $size }
   *[other] { $count } Fotos bekannt, { $size }
}
move-to = Verlegen…
default-location = Standardort
tidy-up = Bereinigen
tidy-hint = Vergisst Fotos, deren Dateien seit 90 Tagen fehlen, und was die Größengrenze unten überschreitet
clear = Leeren…
limit-its-size = Größe begrenzen auf
size-of-the-store = Größe der Datenbank
thumbnail-quality = Qualität der Vorschau
thumbnail-hint = JPEG-Qualität neuer Vorschaubilder
videos = Videos
show-videos = Videos zwischen den Fotos zeigen
videos-hint = Jedes wird mit seinem besten Bild gezeigt und gefunden
excluded-folders = Ausgeschlossene Ordner
no-longer-exclude = { $folder } nicht mehr ausschließen
always-excluded = Versteckte Ordner und Systemordner sind immer ausgeschlossen
language = Sprache
language-system = Wie das System
language-draft = { $language } (Entwurf)
