# Draft: not yet proof-read by a native speaker.
# Settings.

settings-title = Réglages
sidecars-row = Fichiers annexes
theme = Thème
theme-system = Comme le système
theme-light = Clair
theme-dark = Sombre
text-size = Taille d’affichage
model = Modèle
model-none = aucun
models = Modèles…
device = Matériel
device-auto = Automatique
device-cpu = CPU
graphics-card-number = Carte graphique { $number }
graphics-card = Carte graphique
gpu-on-battery = Utiliser la carte graphique aussi sur batterie
device-in-use = Utilisé : { $device }
device-in-use-because = Utilisé : { $device } ({ $reason })
precision = Précision sur le CPU
precision-auto = Automatique
precision-auto-hint = La plus rapide assez précise
precision-full = Complète
precision-int8 = 8 bits
precision-agrees = 8 bits : les vecteurs concordent avec la précision complète à au moins { $number }
threads-row = Threads de lecture
one-per-core = Un par cœur
threads = Threads
memory-row = Mémoire de décodage
quarter-of-memory = Un quart de la mémoire
megabytes-suffix = { " " }Mo
mebibytes-suffix = { " " }Mio
memory-for-decoding = Mémoire de décodage
store = Base de données
store-knows = { $count ->
    [one] { $count } photo connue, { $size }
   *[other] { $count } photos connues, { $size }
}
move-to = Déplacer…
default-location = Emplacement par défaut
tidy-up = Purger
tidy-hint = Oublie les photos dont les fichiers ont disparu depuis 90 jours, et ce qui dépasse la taille limite ci-dessous
clear = Vider…
limit-its-size = Limiter sa taille à
size-of-the-store = Taille de la base de données
thumbnail-quality = Qualité des vignettes
thumbnail-hint = Qualité JPEG des nouvelles vignettes
videos = Vidéos
show-videos = Afficher les vidéos parmi les photos
videos-hint = Chacune est affichée et trouvée par sa meilleure image
excluded-folders = Dossiers exclus
no-longer-exclude = Ne plus exclure { $folder }
always-excluded = Les dossiers cachés et les dossiers système sont toujours exclus
language = Langue
language-system = Comme le système
language-draft = { $language } (ébauche)
