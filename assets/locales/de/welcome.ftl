# Draft: not yet proof-read by a native speaker.
# The welcome of the first start.

welcome-title = Willkommen bei Lumisift
welcome-step = Schritt { $number } von { $of }
welcome-back = Zurück
welcome-next = Weiter
welcome-skip = Überspringen
welcome-start = Starten
welcome-language = Wählen Sie Ihre Sprache
welcome-photos = Legen Sie einen Ordner mit Fotos auf diesem Fenster ab
welcome-photos-note = Oder wählen Sie hier einen aus, oder probieren Sie es mit einigen Fotos, die dem Programm beiliegen. Fotos werden nur gelesen: Nichts wird verschoben oder geändert, bis Sie es verlangen.
welcome-model = Welches Modell soll Ihre Fotos ansehen?
welcome-model-note = Das Startmodell arbeitet sofort. Andere wissen mehr und werden nur heruntergeladen, wenn Sie es verlangen.
welcome-all-models = Alle Modelle…
