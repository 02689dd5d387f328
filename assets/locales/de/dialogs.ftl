# Draft: not yet proof-read by a native speaker.
# Dialogs that have no file of their own.

choose-open-folders = Ordner mit Fotos öffnen
choose-open-photos = Fotos öffnen
choose-export-to = Fotos exportieren nach
choose-model = Ordner mit einem CLIP-Modell
choose-store = Ablageort für Vorschaubilder und Vektoren
choose-exclude = Ordner ausschließen
choose-load-labels = Label-Datei
choose-save-labels = Labels speichern unter
choose-rule-target = Ordner für die Fotos einer Regel
label-set-files = Label-Sets
restore-name-taken = eine Datei mit diesem Namen ist schon da
restore-not-here = auf diesem System kann nur der Dateimanager Dateien wiederherstellen
no-file-dialogs = Dieses System hat keine Dateidialoge: Sie brauchen ein Desktop-Portal (z. B. xdg-desktop-portal-gtk) oder zenity, und keins von beiden ist installiert
file-dialog-did-not-open = Der Dateidialog des Systems hat sich nicht geöffnet
close = Schließen
kept-last-copy = Behalten, weil das Foto, von dem es eine Kopie ist, abgelehnt oder nicht mehr da ist: { $path }
kept-one-of = { $copies } identische Kopien: 1 behalten unter { $path }
kept-more = und je eine Kopie von weiteren { $photos }
kept-why = Um alle Kopien zu entfernen, lehnen Sie jede einzeln ab
paste-labels = Liste von Labels einfügen
paste-labels-how = Eines pro Zeile oder durch Kommas getrennt
list-of-labels = Liste der Labels
add-these-labels = Diese Labels hinzufügen
trash-title = Abgelehnte in den Papierkorb legen?
trash-what = { $count ->
    [one] { $count } Foto kommt mit Begleitdateien und zugehörigen Dateien in den Papierkorb des Systems und kann von dort wiederhergestellt werden.
   *[other] { $count } Fotos kommen mit Begleitdateien und zugehörigen Dateien in den Papierkorb des Systems und können von dort wiederhergestellt werden.
}
trash-hidden = { $count ->
    [one] { $count } davon wird derzeit nicht angezeigt
   *[other] { $count } davon werden derzeit nicht angezeigt
}
move-to-trash = In den Papierkorb legen
keep-them = Behalten
failures-title = Nicht lesbare Fotos
copy-the-list = Liste kopieren
try-again = Erneut versuchen
heading-photo = Foto
heading-why = Grund
label-sets-title = Label-Sets
delete-the-set = Set { $name } löschen
no-sets = Noch keine Sets gespeichert
built-in-sets = Mitgelieferte Sets:
load-a-file = Datei laden…
save-as-a-file = Als Datei speichern…
name-hint = Name
name-of-the-set = Name des Sets
save-current-labels = Aktuelle Labels speichern
dialog-settings = Einstellungen
dialog-keys = Tastenkürzel
dialog-palette = Befehle
dialog-export = Exportieren
dialog-interrupted = Ein Export wurde unterbrochen
dialog-hidden = Nicht angezeigte Fotos
dialog-keywords = Schlagwörter schreiben
dialog-clear-store = Datenbank leeren?
dialog-models = Modelle
dialog-remove-model = Modell entfernen?
dialog-path = Über Pfad öffnen
dialog-dropped = Ein Bild wurde abgelegt
dialog-tour = Aufräumen
dialog-copies = Kopien
dialog-heaps = Haufen benennen
dialog-questions = Fragen zu einem Label
dialog-searches = Gespeicherte Suchen
dialog-about = Über Lumisift
gestures-title = Im Raster und über einem großen Foto
clear-store-what = Vorschaubilder und Vektoren aller Fotos werden gelöscht, und die offenen Ordner werden neu eingelesen. Fotos, Labels, Entscheidungen und Sterne bleiben erhalten.
clear-the-store = Datenbank leeren
keep-it = Behalten
photos-are-selected = { $count ->
    [one] { $count } Foto ist ausgewählt
   *[other] { $count } Fotos sind ausgewählt
}
hidden-it = Es ist durch Filter oder Suche ausgeblendet
hidden-all = Alle sind durch Filter oder Suche ausgeblendet
hidden-some = { $count ->
    [one] { $count } davon ist durch Filter oder Suche ausgeblendet
   *[other] { $count } davon sind durch Filter oder Suche ausgeblendet
}
only-shown = Nur { $count } angezeigte
all-of-them = { $count ->
    [one] Einbeziehen
   *[other] Alle { $count }
}
open-it = Öffnen
find-similar-photos = Ähnliche Fotos suchen
version = Version { $version }
about-what = Sortiert Fotos nach eingetippten Labels, auf diesem Computer und nirgends sonst
about-licence = MIT oder Apache-2.0. Das Modell und die Beispielfotos haben eigene Lizenzen, aufgeführt in THIRD_PARTY.md
about-places = Ortsnamen: enthält Daten von GeoNames (geonames.org), CC BY 4.0
find-a-command = Befehl suchen
no-such-command = Kein solcher Befehl
type-the-path = { $reason }. Geben Sie stattdessen den Pfad ein
path-example = /home/ich/Bilder
path = Pfad
cancel = Abbrechen
path-open-title = Ordner oder Foto über den Pfad öffnen
open = Öffnen
path-export-title = In diesen Ordner exportieren
use-this-folder = Diesen Ordner verwenden
use-this-model = Dieses Modell verwenden
exclude-it = Ausschließen
load = Laden
save = Speichern
dialog-welcome = Willkommen
rules-title = Regeln
rules-what = Was mit Fotos geschieht, die in den offenen Ordnern ankommen, sobald sie eingelesen sind und sich einen Moment lang nicht mehr ändern
no-rules = Noch keine Regeln
run-the-rule = Regel { $name } ausführen
delete-the-rule = Regel { $name } löschen
open-rule-log = Protokoll der Regeln öffnen
rule-line = { $label } ab { $percent }, { $action }
rule-line-named = { $name }: { $label } ab { $percent }, { $action }
rule-marks = markieren: { $mark }
rule-copies-to = kopieren nach { $folder }
rule-moves-to = verschieben nach { $folder }
rule-action-by-label = { $action }, nach Label
rule-action-by-month = { $action }, nach Label und Monat
rule-action-by-month-only = { $action }, nach Monat
rule-open-first = Öffnen Sie zuerst einen Ordner
rule-label-first = Fügen Sie zuerst ein Label hinzu oder speichern Sie eine Suche
rule-choose-first = Wählen Sie, worum es geht und was geschehen soll, um zu sehen, was jetzt geschehen würde
rule-preview-running = Fotos werden geprüft…
row-do = Aktion
rule-copy = In Ordner kopieren
rule-move = In Ordner verschieben
mark = Markieren
rule-no-folder = noch keiner
rule-by-label = Nach Label
rule-by-month = Nach Label und Monat
rule-by-month-only = Nach Monat
rule-of-label = die zu { $name } passen
rule-of-search = der Suche { $name }
choose-rule-source = Label oder gespeicherte Suche wählen
photos-of-the-rule = Fotos der Regel
choose-a-mark = Markierung wählen
mark-of-the-rule = Markierung der Regel
only-where-undecided = Nur wo Sie das nicht selbst entschieden haben
rule-mark-pick = angenommen
rule-mark-reject = abgelehnt
rule-filters-more = Sie filtert nach mehr als dem, was Fotos zeigen
rule-label-excludes = Es hält Fotos von anderen Labels fern, und eine Regel braucht ein Label, zu dem Fotos passen
rule-label-gone = Das Label, nach dem sie filtert, ist nicht mehr da
rule-asks-otherwise = Sie fragt nach zweierlei zugleich oder nach nichts, was Fotos zeigen
rule-others = { $count ->
    [one] { $count } passt nicht
   *[other] { $count } passen nicht
}
rule-would-mark = Jetzt zu markieren: { $photos }, { $others }
rule-would-copy = Jetzt zu kopieren: { $photos }, { $others }
rule-would-move = Jetzt zu verschieben: { $photos }, { $others }
rule-would-fail = { $text }, { $failed } nicht zu verarbeiten
switch-the-rule-on = Regel einschalten
keep-it-off = Ausgeschaltet lassen
