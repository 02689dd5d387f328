# Draft: not yet proof-read by a native speaker.
# The dialog of models.

models-title = Modelle
repository-hint = OWNER/NAME auf Hugging Face
repository = Repository
get = Holen
add-a-folder = Ordner hinzufügen…
mirror = Spiegelserver
mirror-hint = https://… (Ersatz für Hugging Face)
starter = Startmodell
starter-about = Mitgeliefert · Englisch · Alltägliches
the-starter = das Startmodell
in-use = Aktiv
use = Verwenden
use-named = { $name } verwenden
recommended-for = empfohlen für { $advice }
get-size = { $size } holen
get-named-size = { $name } holen, { $size }
remove-named = { $name } entfernen…
on-imagenet = { $percent } auf ImageNet
download = Download
download-connecting = Wird gesucht…
download-waiting = Die Verbindung ging verloren: gleich ein neuer Versuch
download-checking = Wird geprüft…
download-rate = { $done } von { $total }, { $rate }/s
download-left = { $done } von { $total }, { $rate }/s, noch { $left }
download-seconds = etwa { $number } s
download-time = { $size } · { $time } mit { $rate }/s wie beim letzten Download
download-time-example = { $size } · { $time } bei { $speed } Mbit/s
remove-model-title = Modell entfernen?
remove-ours = Seine Dateien und die von ihm berechneten Vektoren werden gelöscht. Fotos, Labels, Entscheidungen und Sterne bleiben erhalten.
remove-theirs = Die von ihm berechneten Vektoren werden gelöscht, und sein Ordner wird nicht mehr aufgeführt. Der Ordner selbst bleibt erhalten.
remove = Entfernen
