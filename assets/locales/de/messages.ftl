# Draft: not yet proof-read by a native speaker.
# Messages about what happened.

label-back = das Label „{ $one }“ ist wieder da
label-gone = das Label „{ $one }“ ist entfernt
label-as-it-was = das Label „{ $label }“ ist wie zuvor
labels-order-back = die Labels haben wieder ihre vorige Reihenfolge
labels-as-they-were = die Labels sind wie zuvor
threshold-as-it-was = die Schwelle ist wie zuvor
heaps-as-they-were = die Haufen sind wie zuvor
sets-as-they-were = die gespeicherten Label-Sets sind wie zuvor
searches-as-they-were = die gespeicherten Suchen sind wie zuvor
rules-as-they-were = die Regeln sind wie zuvor
no-thread-for-decisions = Kein Thread konnte gestartet werden ({ $error }): Entscheidungen werden nicht gespeichert. Schließen Sie andere Programme und starten Sie Lumisift neu
no-burst = Kein anderes Foto in diesem Ordner wurde weniger als 2 Sekunden vor oder nach diesem aufgenommen
cannot-be-shown = { $path } kann nicht mit einem anderen Programm gezeigt werden: { $error }
copied = { $count ->
    [one] { $count } Foto kopiert: als Dateien oder als Pfade einfügen
   *[other] { $count } Fotos kopiert: als Dateien oder als Pfade einfügen
}
copied-paths = { $count ->
    [one] { $count } Pfad kopiert; die Dateien gingen nicht: { $reason }
   *[other] { $count } Pfade kopiert; die Dateien gingen nicht: { $reason }
}
all-copies-rejected = Alle diese Kopien sind schon abgelehnt
copies-rejected = { $count ->
    [one] { $count } Kopie abgelehnt: Abgelehnte in den Papierkorb zu legen gibt { $size } frei. „Rückgängig“ nimmt dies zurück
   *[other] { $count } Kopien abgelehnt: Abgelehnte in den Papierkorb zu legen gibt { $size } frei. „Rückgängig“ nimmt dies zurück
}
no-scenes = Keine Fotos derselben Szene gefunden
stacks-soon = Stapel werden eingeklappt, sobald sie gefunden sind
stacks-not-among-kind = Stapel werden wieder eingeklappt, wenn der Filter „Gefunden“ entfernt ist
ask-click-label = Klicken Sie zuerst ein Label an: Die Fragen betreffen das offene Label
ask-nothing = Noch gibt es nichts zu fragen: Das Label hat keine Werte
search-label-gone = Das Label, nach dem „{ $name }“ filtert, ist nicht mehr da: Es werden alle Labels gezeigt
rules-marked = { $count ->
    [one] { $count } Foto von Regeln markiert. „Rückgängig“ nimmt dies zurück
   *[other] { $count } Fotos von Regeln markiert. „Rückgängig“ nimmt dies zurück
}
rules-copied = { $count ->
    [one] { $count } Foto von Regeln kopiert. „Rückgängig“ nimmt dies zurück
   *[other] { $count } Fotos von Regeln kopiert. „Rückgängig“ nimmt dies zurück
}
rules-moved = { $count ->
    [one] { $count } Foto von Regeln verschoben. „Rückgängig“ nimmt dies zurück
   *[other] { $count } Fotos von Regeln verschoben. „Rückgängig“ nimmt dies zurück
}
rule-stopped = Eine Regel brach vorzeitig ab (Export { $id }): Der Rest wird erneut versucht
rules-failed = { $count ->
    [one] Regeln konnten eine Datei nicht verarbeiten: { $first }
   *[other] Regeln konnten { $count } Dateien nicht verarbeiten. Die erste: { $first }
}
rules-not-loaded = Die Regeln sind noch nicht geladen: Versuchen Sie es gleich noch einmal
rules-not-kept = Die Regeln werden nicht gespeichert: { $problem }
redone = Wiederholt: { $what }
undone = Rückgängig gemacht: { $what }
redone-decisions = { $count ->
    [one] Wiederholt: die Entscheidung über { $count } Foto
   *[other] Wiederholt: die Entscheidung über { $count } Fotos
}
undone-decisions = { $count ->
    [one] Rückgängig gemacht: die Entscheidung über { $count } Foto
   *[other] Rückgängig gemacht: die Entscheidung über { $count } Fotos
}
samples-not-written = Die Beispielfotos können nicht nach { $folder } geschrieben werden: { $error }
too-many-examples = { $count ->
    [one] Ein Label hat höchstens { $most } Beispiele und ebenso viele Gegenbeispiele: { $count } Foto wurde weggelassen. Wählen Sie die aus, die am besten zeigen, was Sie meinen
   *[other] Ein Label hat höchstens { $most } Beispiele und ebenso viele Gegenbeispiele: { $count } Fotos wurden weggelassen. Wählen Sie die aus, die am besten zeigen, was Sie meinen
}
teach-click-label = Klicken Sie zuerst ein Label an: Fotos werden Beispiele für das offene Label
taught = { $count ->
    [one] { $label }: { $before } -> { $count } Foto passt
   *[other] { $label }: { $before } -> { $count } Fotos passen
}
export-undone = { $count ->
    [one] { $count } Datei ist wie vor dem Export
   *[other] { $count } Dateien sind wie vor dem Export
}
no-thread = Kein Thread konnte gestartet werden ({ $error }): Schließen Sie andere Programme und versuchen Sie es erneut
no-threads = Keine Threads konnten gestartet werden ({ $error }): Schließen Sie andere Programme und versuchen Sie es erneut
task-crashed = Eine Aufgabe ist abgestürzt: Das ist ein Programmfehler; bitte melden Sie ihn mit dem, was `lumisift doctor --bundle FILE.zip` schreibt
model-not-loaded = Das Modell konnte nicht geladen werden
store-rebuilt = Die Datenbank wurde inzwischen neu aufgebaut: Fotos werden erneut nachgeschlagen
reading-waits = { $reason }. Das Einlesen geht weiter, sobald Platz ist
reading-stopped = Einlesen gestoppt: { $problem }
root-unreachable = { $path } ist gerade nicht lesbar: Verbinden Sie das Laufwerk wieder und wählen Sie „Nach neuen Fotos suchen“
store-tidied = { $count ->
    [one] { $count } Foto wurde vergessen; die Datenbank ist { $freed } kleiner
   *[other] { $count } Fotos wurden vergessen; die Datenbank ist { $freed } kleiner
}
keywords-not-undone = Die Schlagwörter konnten nicht zurückgenommen werden: { $problem }
decisions-in-recovery-file = Bis dahin werden Entscheidungen in { $path } gespeichert
decisions-in-memory = Entscheidungen sind nur im Arbeitsspeicher: Schließen Sie das Fenster noch nicht
decisions-saved = Alle Entscheidungen sind gespeichert, aber diese Datei könnte beim nächsten Start ältere zurückbringen
decisions-set-aside = Die Entscheidungen in { $path } konnten nicht gelesen werden: Die Datei wurde als { $name } beiseitegelegt
decisions-problem = { $error }. Lumisift versucht es weiter. { $where_they_are }
not-a-repository = { $name } ist kein Repository: Der Name lautet OWNER/NAME
paste-only-paths = Hier können nur Pfade von Ordnern und Fotos eingefügt werden. Fügen Sie Wörter im Label- oder Suchfeld ein
on-the-web = { $shown } ist im Web, und Lumisift liest nur Dateien auf diesem Computer: Speichern Sie es in einem Ordner und legen Sie die Datei hier ab
not-photos = { $count ->
    [one] { $names } ist kein Foto und wurde nicht geöffnet
   *[other] { $names } sind keine Fotos und wurden nicht geöffnet
}
paths-missing = { $count ->
    [one] { $names } ist nicht da (verschoben oder gelöscht?)
   *[other] { $names } sind nicht da (verschoben oder gelöscht?)
}
type-absolute-path = Geben Sie einen absoluten Pfad ein, z. B. /home/ich/Bilder oder C:\Fotos
no-parent-folder = Der Ordner, der { $shown } enthalten soll, existiert nicht
no-file = Es gibt keine Datei { $shown }
no-folder = Es gibt keinen Ordner { $shown }
no-folder-or-photo = Es gibt keinen Ordner und kein Foto { $shown }
neither-folder-nor-photo = { $shown } ist weder ein Ordner noch ein Foto
decoder-gave-up = der Decoder hat diese Datei aufgegeben: Sie ist wahrscheinlich beschädigt
settings-not-written = Die Einstellungen können nicht nach { $folder } geschrieben werden: { $error }. Lumisift versucht es weiter
settings-set-aside = die Einstellungen in { $path } können nicht gelesen werden ({ $error }): Die Datei wurde als { $name } beiseitegelegt, und es gelten die Standardwerte
settings-left = die Einstellungen in { $path } können nicht gelesen werden ({ $error }): Die Datei wurde nicht verändert, und es gelten die Standardwerte
settings-not-loaded = { $path } enthält gültige Einstellungen, die zuvor nicht gelesen werden konnten; starten Sie Lumisift neu, um sie zu verwenden
settings-problems = in den Einstellungen in { $path }: { $problems }
settings-value-unusable = { $name } kann nicht verwendet werden ({ $reason })
settings-store-relative = "store": { $value } ist kein absoluter Pfad: Der Standardordner wird verwendet
settings-text-size-range = "text_size": { $value } liegt nicht zwischen 100 und 200 Prozent: 100 wird verwendet
settings-threads-too-many = "threads": { $value } ist mehr als der Höchstwert: { $most } wird verwendet
settings-quality-range = "thumbnail_quality": { $value } liegt nicht zwischen 1 und 100: Der Standardwert wird verwendet
scoring-crashed = Die Bewertung dieser Labels ist abgestürzt: Das ist ein Programmfehler; bitte melden Sie ihn
trash-missing = { $count ->
    [one] { $count } Datei ist nicht mehr im Papierkorb
   *[other] { $count } Dateien sind nicht mehr im Papierkorb
}
trash-not-restored = { $count ->
    [one] { $count } Datei bleibt im Papierkorb ({ $path }: { $why }). Beheben Sie das und machen Sie dann erneut rückgängig
   *[other] { $count } Dateien bleiben im Papierkorb ({ $path }: { $why }). Beheben Sie das und machen Sie dann erneut rückgängig
}
trash-not-all-back = Nicht alles kam zurück: { $parts }
trashed-undo = { $count ->
    [one] { $count } Foto ist im Papierkorb: „Rückgängig“ stellt es wieder her
   *[other] { $count } Fotos sind im Papierkorb: „Rückgängig“ stellt sie wieder her
}
trashed = { $count ->
    [one] { $count } Foto ist im Papierkorb und kann von dort wiederhergestellt werden
   *[other] { $count } Fotos sind im Papierkorb und können von dort wiederhergestellt werden
}
trash-restored = { $count ->
    [one] { $count } Datei ist aus dem Papierkorb zurück
   *[other] { $count } Dateien sind aus dem Papierkorb zurück
}
stays-similar-copy = bleibt: { $copy } ist fast dasselbe Video, aber keine identische Kopie
stays-changed = bleibt: Die Kopie { $copy } hat sich geändert oder ist nicht mehr da; suchen Sie zuerst nach neuen Fotos
not-trashed = konnte nicht in den Papierkorb gelegt werden ({ $e }): Verschieben Sie Abgelehnte stattdessen in einen Ordner
choose-another = { $problem }. Wählen Sie in den Einstellungen ein anderes Modell oder eine andere Datenbank
advice-memory = { $problem }: Erhöhen Sie sie in den Einstellungen
advice-store = { $problem }; wählen Sie in den Einstellungen einen anderen Ordner für sie
advice-room = { $problem }; schaffen Sie dort Platz oder wählen Sie in den Einstellungen einen anderen Ordner für die Datenbank
advice-writable = { $problem }: Machen Sie das Laufwerk beschreibbar oder wählen Sie in den Einstellungen einen anderen Ordner für die Datenbank
advice-device = { $problem }: Wählen Sie in den Einstellungen ein anderes Gerät
advice-card = { $problem } (in den Einstellungen unter „Gerät“)
settings = Einstellungen…
dismiss = Ausblenden
messages = Meldungen
no-messages = Noch keine Meldungen
