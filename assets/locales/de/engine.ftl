# Draft: not yet proof-read by a native speaker.
# Sentences of the engine, recognised by their English.

## Files that cannot be read.

engine-cancelled = der Vorgang wurde abgebrochen
engine-missing = nicht da (verschoben oder gelöscht?)
engine-no-permission = keine Leseberechtigung
engine-folder-not-photo = ein Ordner, kein Foto
engine-not-opened = keine gewöhnliche Datei und daher nicht geöffnet
engine-not-regular = keine gewöhnliche Datei
engine-over-a-gigabyte = größer als 1 GiB und damit zu groß für ein Foto
engine-over-limit = größer als { $limit } und damit zu groß, um gelesen zu werden
engine-link-into-itself = eine Verknüpfung, die in ihren eigenen Ordner zurückführt
engine-empty-file = die Datei ist leer: Suchen Sie eine andere Kopie des Fotos
engine-no-photo = kein Foto: { $cause }
engine-is-pdf = es ist ein PDF-Dokument
engine-is-archive = es ist ein ZIP-Archiv oder ein Office-Dokument
engine-is-video = es ist ein Video
engine-is-sound = es ist eine Audio- oder Videodatei
engine-is-markup = es ist eine Webseite oder Markup, vielleicht von einem fehlgeschlagenen Download
engine-unknown-content = der Inhalt hat kein bekanntes Bildformat
engine-cannot-be-read-yet = { $what } sind noch nicht lesbar: Speichern Sie das Foto mit einem anderen Programm als JPEG oder PNG
engine-kind-cannot-be-read-yet = diese Art von { $format }-Datei ist noch nicht lesbar: Speichern Sie das Foto mit einem anderen Programm als JPEG oder PNG
engine-files-with-compression = { $format }-Dateien mit dieser Komprimierung
engine-files-with-codec = { $format }-Dateien mit { $codec }-Komprimierung
engine-files-with-colours = { $format }-Dateien mit diesen Farben
engine-files-with-matrix = { $format }-Dateien mit dieser Farbmatrix
engine-files-of-colour-type = { $format }-Dateien dieses Farbtyps
engine-files-in-colour-mode = { $format }-Dateien in diesem Farbmodus
engine-files-with-samples = { $format }-Dateien mit Abtastwerten dieser Größe
engine-files-with-raw-data = { $format }-Dateien mit RAW-Daten eines Sensors
engine-files-without-composite = { $format }-Dateien ohne „Kompatibilität maximieren“
engine-files-avif = AVIF-Dateien
engine-files-heic = HEIC-Dateien
engine-files-jpeg-xl = JPEG-XL-Dateien
engine-files-high-throughput = { $format }-Dateien mit hohem Durchsatz (HTJ2K)
engine-files-not-av1 = { $format }-Dateien mit Bildern, die nicht AV1 sind
engine-files-old-jpeg = { $format }-Dateien mit JPEG-Komprimierung alter Art
engine-files-many-samples = { $format }-Dateien mit mehr als 64 Abtastwerten je Pixel
engine-files-mixed-samples = { $format }-Dateien mit Abtastwerten verschiedener Größe
engine-files-complex-samples = { $format }-Dateien mit komplexen Zahlen oder verschiedenartigen Abtastwerten
engine-files-with-compressed-samples = { $format }-Dateien mit Abtastwerten dieser Größe in dieser Komprimierung
engine-files-with-predictor = { $format }-Dateien mit diesem Prädiktor
engine-files-with-chroma = { $format }-Dateien mit auf diese Weise gespeicherter Farbe
engine-files-with-inks = { $format }-Dateien mit anderen Druckfarben als CMYK
engine-files-logluv = { $format }-Dateien mit LogLuv-Farben
engine-files-with-palette = { $format }-Dateien mit einer Farbpalette dieser Größe
engine-files-lossless = verlustfreie { $format }-Dateien
engine-files-arithmetic = arithmetisch codierte { $format }-Dateien
engine-files-hierarchical = hierarchische { $format }-Dateien
engine-files-12-bit = { $format }-Dateien mit 12 Bit
engine-no-preview = die RAW-Datei enthält keine Vorschau, und RAW-Daten werden nicht entwickelt: Exportieren Sie das Foto mit der Software der Kamera oder einem RAW-Konverter als JPEG
engine-needs-memory = { $what } braucht zum Decodieren { $need } Arbeitsspeicher; die Grenze ist { $limit }
engine-the-photo = das Foto
engine-photo-of-pixels = das Foto mit { $width } x { $height } Pixeln
engine-frame-of-pixels = ein Einzelbild mit { $width } x { $height } Pixeln
engine-no-thread = kein Thread konnte gestartet werden ({ $error }): Schließen Sie andere Programme und versuchen Sie es erneut
engine-no-threads = keine Threads konnten gestartet werden: { $error }
engine-damaged = { $format }-Datei beschädigt: { $cause }; suchen Sie eine andere Kopie des Fotos
engine-claims-too-much = sie gibt mehr Inhalt an, als ein Bild haben kann
engine-claims-too-many-pixels = sie gibt mehr Pixel an, als ein Foto hat
engine-ends-early = sie endet vor dem Ende des Bildes
engine-contradicts-itself = die Bilddaten widersprechen sich
engine-ends-or-contradicts = die Bilddaten enden zu früh oder widersprechen sich
engine-no-picture-data = keine der Bilddaten sind lesbar
engine-no-pictures-inside = keines der Bilder ist in der Datei enthalten
engine-pixels-missing = die Pixel fehlen oder widersprechen sich
engine-no-picture-inside = sie enthält kein Bild
engine-has-no-picture = sie hat kein Bild
engine-no-picture-in-data = die Daten enthalten kein Bild
engine-data-not-inside = die Bilddaten sind nicht in der Datei
engine-no-size = die Größe ist nicht angegeben
engine-no-palette = die Farbpalette fehlt
engine-sections-cut = die Abschnitte sind abgeschnitten
engine-no-fields = die Liste der Felder fehlt
engine-too-few-strips = sie hat weniger Streifen, als ihre Größe erfordert
engine-rows-cut = die Liste der Zeilen ist abgeschnitten
engine-too-few-channels = sie hat weniger Kanäle, als ihre Farben erfordern
engine-too-few-samples = sie hat weniger Abtastwerte, als ihre Farben erfordern
engine-stand-in-missing = das Bild, für das sie steht, fehlt
engine-grid-cut = das Raster ist abgeschnitten
engine-parts-do-not-cover = die Teile decken das Bild nicht ab
engine-parts-overlap = die Teile der Bilddaten überschneiden sich
engine-no-pixel-places = sie gibt nicht an, wo die Pixel liegen
engine-chroma-invalid = die Farbunterabtastung ist ungültig
engine-grid-parts-missing = Teile des Rasters fehlen
engine-nothing-seen = sie endet, bevor etwas vom Bild zu sehen ist
engine-decoder-gave-up = der Decoder hat diese Datei aufgegeben: Sie ist wahrscheinlich beschädigt, suchen Sie eine andere Kopie des Fotos
engine-picture-without-pixels = das Bild hat keine Pixel
engine-decoder-crashed = der Decoder ist bei diesem Foto abgestürzt: Die Datei ist wahrscheinlich beschädigt

## Files that are read in part.

engine-cut-short = die Datei ist abgeschnitten: Nur ein Teil des Bildes ist vorhanden
engine-partly-damaged = die Datei ist beschädigt: Nur ein Teil des Bildes konnte gelesen werden
engine-details-missing = die Datei ist abgeschnitten: Feine Details oder Teile des Bildes fehlen
engine-percent-missing = die Datei ist abgeschnitten: Etwa { $percent } % des Bildes fehlen
engine-percent-lost = die Datei ist beschädigt: Etwa { $percent } % des Bildes sind verloren

## Videos.

engine-video-cut-off = das Video endet vor seinem Index: Aufnahme oder Kopieren wurde abgebrochen; kopieren Sie es erneut oder reparieren Sie es mit einem Reparaturprogramm für Videos
engine-damaged-video = beschädigtes Video: { $cause }
engine-video-index-too-large = der Index ist zu groß
engine-video-empty = die Datei ist leer
engine-video-no-key-frame = der Index nennt kein Schlüsselbild
engine-video-frames-damaged = die Einzelbilder enden zu früh oder widersprechen sich
engine-video-frames-empty = die Einzelbilder sind leer
engine-video-unknown = der Inhalt hat kein bekanntes Videoformat
engine-video-no-track = die Datei hat keine Videospur, nur Ton oder andere Daten
engine-video-needs-ffmpeg = nur ffmpeg kann dieses Video lesen ({ $what }): Installieren Sie ffmpeg und achten Sie darauf, dass es im PATH liegt, oder wandeln Sie das Video in H.264 in MP4 um
engine-video-unusual-variant = eine ungewöhnliche Variante von { $codec }
engine-video-coding = Codierung { $codec }
engine-video-ffmpeg = ffmpeg konnte das Video nicht lesen: { $cause }
engine-video-ffmpeg-not-started = es konnte nicht gestartet werden ({ $error })
engine-video-ffmpeg-slow = es dauerte zu lange und wurde beendet

## Exports: files that were not exported, and what stays after an undo.

engine-stayed-copy = das Original blieb in seinem Ordner ({ $cause }); eine Kopie ist unter { $path }
engine-stayed = das Original blieb in seinem Ordner ({ $cause })
engine-journal-not-safe = das Protokoll ist nicht gesichert ({ $error })
engine-not-examined = nicht überprüfbar ({ $error })
engine-changed-while-moved = beim Verschieben verändert
engine-not-its-copy = { $path } ist keine Kopie davon
engine-not-removed-from-there = dort nicht löschbar ({ $error })
engine-no-longer-a-file = keine Datei mehr
engine-changed-since-planned = seit der Planung des Exports verändert: Planen Sie ihn neu
engine-move-not-recorded = nicht verschoben, weil das Verschieben nicht protokolliert werden konnte: { $error }
engine-appeared-since = { $path } ist seit der Planung des Exports entstanden: Planen Sie ihn neu
engine-no-permission-to-export = keine Berechtigung zum Lesen oder zum Schreiben von { $path }
engine-hard-link-across-disks = { $path } ist auf einem anderen Laufwerk, und Hardlinks funktionieren nur innerhalb eines Laufwerks: Kopieren Sie stattdessen
engine-disk-full = das Laufwerk ist voll: kein Platz für { $path }
engine-export-disk-full = das Laufwerk ist voll: { $folder } braucht mindestens { $size } mehr; schaffen Sie Platz und setzen Sie diesen Export fort oder exportieren Sie erneut: Fertige Dateien werden übersprungen
engine-too-large-for-disk = zu groß für das Laufwerk von { $path }: Wählen Sie ein anderes
engine-disk-read-only = das Laufwerk von { $path } ist schreibgeschützt
engine-copy-differs = die Kopie weicht vom Foto ab: Sie wurde nicht behalten
engine-changes-while-copied = beim Kopieren verändert: Versuchen Sie es erneut
engine-not-movable = nicht verschiebbar, weil aus { $folder } nichts entfernt werden darf: Kopieren Sie es oder ändern Sie die Berechtigungen des Ordners
engine-part-not-movable = bleibt, weil { $name } dazugehört und nicht verschoben werden kann: { $cause }
engine-not-moved-back = { $cause }; { $name } ist unter { $path } und konnte nicht zurückverschoben werden: { $what }
engine-set-stopped = der Export wurde angehalten, bevor alles Zugehörige verschoben war
engine-names-run-out = dort gibt es schon 10.000 Dateien mit diesem Namen
engine-not-a-folder = { $path } ist kein Ordner: Wählen Sie einen anderen
engine-folder-read-only = in { $path } kann nicht geschrieben werden: Wählen Sie einen anderen Ordner oder ändern Sie die Berechtigungen
engine-too-little-room = auf dem Laufwerk von { $path } sind { $free } frei, und der Export braucht { $need }: Schaffen Sie Platz oder wählen Sie ein anderes
engine-no-journal = { $path }: { $error }; ohne Protokoll lässt sich ein Export nicht rückgängig machen, daher wurde er nicht begonnen
engine-no-journal-to-undo = { $path }: { $error }; ohne Protokoll lässt sich nichts fortsetzen oder rückgängig machen, daher wurde nichts getan
engine-journal-failed = { $path }: { $error }; das Protokoll konnte nicht weitergeführt werden: Schaffen Sie dort Platz und machen Sie diesen Export dann rückgängig oder setzen Sie ihn fort
engine-export-running = dieser Export läuft noch in einem anderen Fenster oder Befehl
engine-undo-disk-away = nicht da: Schließen Sie das Laufwerk an und machen Sie dann erneut rückgängig
engine-undo-gone = nicht mehr da
engine-undo-gone-and-replaced = nicht mehr da, und { $path } ist jetzt eine andere Datei
engine-undo-changed = seitdem verändert, daher bleibt die Datei
engine-undo-source-gone = bleibt, weil { $path } nicht mehr da ist
engine-undo-source-replaced = bleibt, weil { $path } jetzt eine andere Datei ist
engine-undo-source-taken = bleibt hier, weil es jetzt eine andere Datei { $path } gibt
engine-undo-same-file = bleibt, weil { $path } jetzt auf dieselbe Datei verweist
engine-undo-goal-changed = bleibt, weil sich das Ziel von { $path } geändert hat
engine-undo-unreadable = bleibt, weil { $path } nicht gelesen werden kann: { $error }
engine-undo-backup-changed = die ersetzte Datei ist als { $path } aufbewahrt und wurde seitdem verändert
engine-undo-backup-blocked = die ersetzte Datei ist als { $path } aufbewahrt, weil ihr Name vergeben ist
engine-undo-backup-left = die ersetzte Datei ist als { $path } aufbewahrt: { $error }
engine-undo-not-returned = kann nicht nach { $path } zurück: { $error }
engine-undo-not-removed = kann nicht gelöscht werden: { $error }
engine-undo-line-damaged = eine Zeile dieses Protokolls ist nicht lesbar: Eine Datei bleibt, wie sie ist
engine-undo-relative-path = eine frühere Version hat nur einen relativen Pfad aufgezeichnet, daher bleibt die Datei unberührt: Verschieben Sie sie von Hand
engine-attributes-lost = { $folder } speichert nicht alles zu Dateien ({ $list }): { $cause }
engine-file-without-attributes = 1 Datei ist vollständig, wurde aber ohne diese Angaben übertragen
engine-files-without-attributes = { $count } Dateien sind vollständig, wurden aber ohne diese Angaben übertragen
engine-times = Zeiten
engine-owners = Besitzer
engine-permissions = Berechtigungen
engine-extended-attributes = erweiterte Attribute
engine-name-without-brace = in { $name } fehlt zu { $brace } die schließende { $other }
engine-names-all-same = alle Fotos bekämen denselben Namen: Verwenden Sie { $name } oder { $n }
engine-name-unknown = { $placeholder } ist unbekannt: Namen bestehen aus { $known }
engine-undo-copy-not-removed = { $path } kann nicht gelöscht werden: { $error }

## Keywords in sidecars and photos.

engine-left-as-it-is = { $cause }: Die Datei bleibt, wie sie ist; verschieben Sie sie, um eine neue zu erhalten
engine-sidecar-instead = bekommt stattdessen eine Begleitdatei ({ $cause })
engine-dangling-link = die Datei verweist auf eine fehlende Datei
engine-sidecar-not-regular = keine gewöhnliche Datei
engine-sidecar-too-large = zu groß für eine Begleitdatei
engine-text-truncated = beschädigt: Der Text endet mitten in einem Zeichen
engine-no-rdf = rdf:RDF fehlt
engine-no-description = rdf:Description fehlt
engine-wrong-encoding = die Kodierung weicht von der angegebenen ab
engine-format-unknown = das Format ist unbekannt
engine-several-packets = die Metadaten sind auf mehrere Pakete verteilt
engine-metadata-part-missing = ein Teil der Metadaten fehlt
engine-parts-misplaced = die Teile liegen nicht dort, wo das Format sie verlangt
engine-raw-never-modified = RAW-Dateien von Kameras werden nie verändert
engine-gif-not-written = das Schreiben in GIF-Dateien wird nicht unterstützt
engine-photoshop-not-written = das Schreiben in Photoshop-Dateien wird nicht unterstützt
engine-jpeg-metadata-too-large = die Metadaten wären zu groß für ein JPEG-Segment
engine-too-large-for-format = zu groß für das Format
engine-changed-meanwhile = inzwischen verändert: Versuchen Sie es erneut

## The store.

engine-crashed = ein Teil des Programms ist abgestürzt: Bitte melden Sie das und versuchen Sie es erneut
engine-store-was-rebuilt = die Datenbank wurde inzwischen neu aufgebaut
engine-store-newer = die Datenbank in { $path } stammt von einem neueren Lumisift
engine-store-failed = die Datenbank in { $path }: { $error }
engine-store-gone = die Datenbank in { $path } wurde inzwischen von einem anderen Prozess geleert oder neu aufgebaut
engine-store-damaged = die Datenbank in { $path } ist beschädigt
engine-store-disk-full = das Laufwerk von { $path } ist voll: { $free } sind frei, etwa { $need } werden gebraucht
engine-store-read-only = die Datenbank in { $path } kann nicht geschrieben werden ({ $error })
engine-decisions-failed = Angenommene, Sterne und Farben in { $path }: { $error }; prüfen Sie, ob der Ordner beschreibbar ist
engine-store-set-aside = { $path } war beschädigt: Die Datei wurde als { $name } beiseitegelegt und wird neu aufgebaut
engine-store-outdated = die Datenbank in { $path } stammt von einer früheren Version: Die Fotos werden neu eingelesen
engine-model-newer = das Modell { $model } ist neuer als das, mit dem diese Fotos eingelesen wurden: Sie werden neu eingelesen.
engine-file-missing = { $path } fehlt
engine-vectors-read-again-one = { $what }: 1 Foto wird neu eingelesen, { $kept } bleiben erhalten
engine-vectors-read-again = { $what }: { $count } Fotos werden neu eingelesen, { $kept } bleiben erhalten
engine-store-vectors-differ = Vektoren stimmen nicht mit den geschriebenen überein
engine-row-removed = 1 Zeile über { $what } war beschädigt und wurde entfernt
engine-rows-removed = { $count } Zeilen über { $what } waren beschädigt und wurden entfernt
engine-row-of-file = eine Datei
engine-rows-of-files = Dateien
engine-row-of-photo = ein Foto
engine-rows-of-photos = Fotos
engine-row-of-vector = einen Vektor
engine-rows-of-vectors = Vektoren
engine-row-of-thumbnail = ein Vorschaubild
engine-rows-of-thumbnails = Vorschaubilder
engine-decisions-set-aside-one = { $path } war beschädigt: Die Datei wurde als { $name } beiseitegelegt; 1 Entscheidung war lesbar und bleibt erhalten
engine-decisions-set-aside = { $path } war beschädigt: Die Datei wurde als { $name } beiseitegelegt; { $count } Entscheidungen waren lesbar und bleiben erhalten

## Models and devices.

engine-runs-at-one = { $device }, 1 Foto/s
engine-runs-at = { $device }, { $count } Fotos/s
engine-device-changed = Ab jetzt werden Fotos auf { $device } eingelesen: { $cause }
engine-device-failed = das Gerät ist ausgefallen
engine-device-unusable = das Gerät { $device } kann nicht verwendet werden ({ $cause })
engine-build-without-cards = diese Version unterstützt keine Grafikkarten
engine-build-without-cuda = diese Version unterstützt CUDA nicht; docs/gpu.md erklärt, wie man sie baut
engine-no-cuda-driver = CUDA-Treiber nicht gefunden
engine-build-without-metal = diese Version unterstützt Metal nicht, das es nur auf Macs gibt
engine-cards-tested-later = Grafikkarten werden mit jedem Modell getestet
engine-nvidia-unused = ein NVIDIA-Treiber ist installiert, aber diese Version unterstützt CUDA nicht; docs/gpu.md erklärt, wie man sie baut
engine-no-gpu-support = diese Version unterstützt keine GPUs, und kein NVIDIA-Treiber wurde gefunden
engine-card-differs = { $device } liefert andere Ergebnisse als die CPU (Kosinus { $cosine }); ein neuerer Treiber könnte helfen
engine-card-slower = { $device } würde mit diesem Modell { $with } Fotos/s einlesen, die CPU schafft { $without }
engine-card-on-battery = im Akkubetrieb bleibt die Grafikkarte laut Einstellungen ungenutzt
engine-card-none = keine Grafikkarte gefunden
engine-card-software-only = keine Grafikkarte gefunden, nur { $device }, das auf dem Prozessor rechnet
engine-card-not-there = es gibt keine Grafikkarte { $number }; wählen Sie eine von diesen: { $known }
engine-cards-not-listed = Grafikkarten wurden nicht aufgelistet: { $cause }
engine-card-being-tested = ein anderes Lumisift testet die Grafikkarte gerade
engine-card-did-not-respond = der Treiber hat letztes Mal nicht reagiert; { $what }
engine-card-ended-program = das Programm ist beim Testen des Treibers zweimal abgebrochen; { $what }
engine-card-try-again = wählen Sie die Grafikkarte, um es erneut zu versuchen
engine-card-restart = { $cause }; starten Sie Lumisift neu, um es erneut zu versuchen
engine-card-after-restart = { $cause }; nach einem Neustart wird sie nur dann erneut versucht, wenn Sie die Grafikkarte wählen
engine-card-out-of-memory = der Speicher der Grafikkarte reicht nicht
engine-card-lost = die Grafikkarte ist nicht mehr verfügbar ({ $error })
engine-card-hung = die Grafikkarte hat { $seconds } Sekunden lang nicht reagiert
engine-card-failed = die Grafikkarte hat einen Fehler gemeldet ({ $cause })
engine-card-driver-crashed = der Treiber ist abgestürzt
engine-model-out-of-memory = das Gerät hat zu wenig Speicher für dieses Modell ({ $error }): Wählen Sie ein kleineres Modell oder rechnen Sie auf der CPU
engine-model-crashed = das Modell ist bei diesen Fotos abgestürzt: Bitte melden Sie das
engine-model-failed = das Modell ist fehlgeschlagen: { $error }
engine-model-bad-vector = das Modell lieferte einen Vektor der Länge { $length }: Die Gewichte sind vielleicht beschädigt
engine-model-incomplete = { $folder } ist kein vollständiges Modell: { $file } fehlt; kopieren Sie die Dateien des Modells erneut
engine-no-starter = diese Version enthält kein Startmodell
engine-model-unknown = es gibt kein Modell { $name }: Nennen Sie einen Ordner mit einem CLIP-Modell oder eines, das `lumisift models` auflistet
engine-model-not-installed = { $name } ist nicht installiert: `lumisift models get { $name }` lädt es herunter
engine-model-unsupported = { $folder }: Modelle vom Typ „{ $family }“ werden nicht unterstützt ({ $known })
engine-weights-damaged = die Gewichte passen nicht oder sind beschädigt ({ $error }); kopieren Sie sie erneut
engine-card-lacks = { $device } fehlt: { $what }
engine-card-workgroup-memory = 16 KB Arbeitsgruppenspeicher
engine-model-text-refused = dieses Modell kann den Text { $text } nicht lesen: { $error }
engine-model-tokenizer = nicht der Tokenizer dieses Modells: { $error }; kopieren Sie ihn aus dem Repository des Modells

## Downloads of models.

engine-download-cancelled = der Download wurde abgebrochen; der geladene Teil bleibt erhalten, sodass ein späterer Download fortsetzen kann
engine-download-network = { $cause }: Prüfen Sie das Netzwerk oder installieren Sie das Modell von Hand ({ $what })
engine-download-mirror = { $cause }; versuchen Sie einen anderen Mirror oder installieren Sie das Modell von Hand ({ $what })
engine-download-unreachable = { $host } ist nicht erreichbar ({ $error })
engine-download-lost = die Verbindung zu { $host } ist abgebrochen ({ $error })
engine-download-answered = { $host } antwortete mit { $status }
engine-download-damaged = { $file } von { $host } ist beschädigt ({ $error }): Versuchen Sie es erneut oder verwenden Sie einen anderen Mirror
engine-download-no-room = { $folder } braucht noch { $need }, aber nur { $free } sind frei: Schaffen Sie Platz und versuchen Sie es erneut
engine-download-refused = { $host } hat { $repo } verweigert ({ $status }): { $cause }; oder installieren Sie das Modell von Hand ({ $what })
engine-download-by-hand = legen Sie config.json, preprocessor_config.json, tokenizer.json, tokenizer_config.json und model.safetensors in { $folder }
engine-download-account = ein Konto ist nötig: Setzen Sie dessen Token in der Variablen HF_TOKEN
engine-download-check-name = prüfen Sie den Namen
engine-download-too-many = zu viele Anfragen, versuchen Sie es nach einer Weile erneut
engine-download-later = versuchen Sie es später erneut
engine-download-missing = { $repo } hat auf { $host } keine Datei { $file }: { $cause }
engine-download-not-clip = es ist kein CLIP-Modell im Format von Hugging Face, oder der Name ist falsch
engine-download-no-tokenizer = ein Modell ohne Tokenizer kann keine Labels lesen
engine-download-not-listed = dieser Hub hat die im Katalog genannten Gewichte nicht
engine-download-pickled = es gibt nur Gewichte im Pickle-Format, das nie gelesen wird
engine-download-redirect = { $host } leitet zu { $address } weiter ({ $what }): Der Weiterleitung wurde nicht gefolgt
engine-download-not-encrypted = nicht verschlüsselt
engine-download-not-web = keine Webadresse
engine-download-private = eine Adresse dieses Rechners oder eines privaten Netzwerks
engine-download-loop = in einer Schleife
engine-download-too-long = { $host } hat mehr als { $limit } Bytes gesendet

## Why a copy is kept.

engine-one-star = 1 Stern
engine-stars = { $count } Sterne

## Labels and searches.

engine-no-words = das Label { $label } enthält keine Wörter: Geben Sie ein, was Sie suchen, etwa "beach"
engine-no-weight = in { $text } ist { $weight } kein Gewicht: Schreiben Sie eine Zahl wie ^2 oder ^0.5
engine-like-without-path = in { $text } braucht like: den Pfad eines Fotos, etwa like:cat.jpg
engine-no-label-set = { $path } ist kein Label-Set: { $cause }; docs/labels.md zeigt, wie einer aussieht
engine-toml-line = Zeile { $number }: { $error }
engine-label-set-empty = es fehlt [[labels]]
engine-label-set-threshold = die Schwelle von { $label } muss von 0 bis 1 sein
engine-rule-failed = Regel „{ $rule }“: { $cause }
engine-rules-invalid = { $path }: { $cause }; docs/heap.md erklärt, wie man Regeln schreibt
engine-rules-empty = enthält keine Regeln
engine-rule-min-match = min_match ist { $number }, muss aber von 0 bis 1 sein
engine-rule-without-folder = die Regel für „{ $rule }“ nennt keinen Ordner
engine-rule-to-and-mark = die Regel für „{ $rule }“ enthält sowohl "to" als auch "mark"
engine-rule-without-action = die Regel für „{ $rule }“ enthält weder "to" noch "mark"
engine-rule-window-closed = das Fenster ist geschlossen
engine-plan-outdated = seit dem Plan verändert: { $what }
engine-plan-keeper-gone = die zu behaltende Kopie { $path } ist seit dem Plan verändert oder nicht mehr da: { $what }
engine-plan-again = führen Sie `lumisift duplicates` für einen neuen Plan erneut aus
engine-sheet-too-many = { $count } Fotos sind zu viele für ein Bild: Wählen Sie weniger oder geben Sie einen Namen an, der auf .html endet, um eine Seite zu schreiben
engine-watch-log-failed = { $path }: { $error }; prüfen Sie, ob der Ordner beschreibbar ist
engine-unknown-device = { $text } ist kein Gerät: wählen Sie auto, cpu, gpu, gpu:N, cuda, cuda:N oder metal; N ist die Nummer einer Karte, ab 0
engine-no-shard = schreiben Sie I/N, wobei I von 0 bis N - 1 zählt, etwa 0/16
engine-no-row-filter = { $text } ist keine Bedingung: schreiben Sie „match>=0.2“, „match.LABEL>=0.2“ oder „probability>=0.2“
