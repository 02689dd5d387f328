# Draft: not yet proof-read by a native speaker.
# The export dialog.

export-selected = Sélectionnées
export-shown = Affichées
export-fitting = Toutes avec étiquette
export-picked = Retenues
export-rejected = Rejetées
transfer-copy = Copier
transfer-move = Déplacer
transfer-hard-link = Lien physique
transfer-link = Lien
layout-label = Un par étiquette
layout-month = Un par étiquette et mois
layout-mirror = Comme maintenant
layout-flat = Aucun
export-title = Exporter des photos
choose-photos-and-folder = Choisissez des photos, et un dossier, pour voir ce qui va se passer
choose-a-folder-to-see = Choisissez un dossier pour voir ce qui va se passer
checking-target = Vérification du dossier cible…
row-photos = Photos
row-to = Vers
choose-a-folder = Choisir un dossier…
none-yet = aucun
row-how = Mode
row-folders = Dossiers
row-names = Noms
row-also = Aussi
leave-rejects-out = Omettre les rejetées
include-paired = Inclure fichiers annexes, fichiers RAW associés et vidéos Live Photo
write-manifest = Écrire la liste de ce qui est allé où (JSON et CSV)
choice-count = { $name } ({ $count })
to-every-label = Vers chaque étiquette qui convient
pattern-of-names = Modèle des noms
pattern-hint = Peut contenir { "{" }name{ "}" }, { "{" }label{ "}" }, { "{" }date{ "}" }, { "{" }match{ "}" } et { "{" }n{ "}" }
if-taken = Si un nom est pris :
add-a-number = Ajouter un numéro
replace = Remplacer
replace-hint = Le fichier présent est mis de côté, et restauré si l’exportation est annulée
plan-paired = { $count ->
    [one] { $count } fichier associé
   *[other] { $count } fichiers associés
}
plan-skipped = { $count ->
    [one] { $count } est déjà là
   *[other] { $count } sont déjà là
}
plan-renamed = { $count ->
    [one] { $count } reçoit un numéro
   *[other] { $count } reçoivent un numéro
}
plan-replaced = { $count ->
    [one] { $count } remplace un fichier
   *[other] { $count } remplacent des fichiers
}
plan = { $words } : { $size }
plan-of-free = { $words } : { $size }, { $free } libres
cannot-be-exported = { $count ->
    [one] { $count } photo ne peut pas être exportée :
   *[other] { $count } photos ne peuvent pas être exportées :
}
export-photos = Exporter { $photos }
heading-goes-to = Va dans
heading-folder = Dossier
heading-holds = Contient
folder-itself = le dossier lui-même
folder-total = { $photos }, { $size }
export-progress-name = Exportation
export-progress = { $done ->
    [one] { $done } fichier sur { $count }, { $size }
   *[other] { $done } fichiers sur { $count }, { $size }
}
stop = Arrêter
exported = { $count ->
    [one] { $count } photo exportée
   *[other] { $count } photos exportées
}
exported-stopped = { $count ->
    [one] { $count } photo exportée avant l’arrêt
   *[other] { $count } photos exportées avant l’arrêt
}
exported-skipped = { $count ->
    [one] { $count } fichier était déjà là
   *[other] { $count } fichiers étaient déjà là
}
exported-replaced = { $count ->
    [one] { $count } fichier a été remplacé : il est gardé sous « name (replaced …) »
   *[other] { $count } fichiers ont été remplacés : ils sont gardés sous « name (replaced …) »
}
stayed-where-they-were = { $count ->
    [one] { $count } photo est restée à sa place :
   *[other] { $count } photos sont restées à leur place :
}
show-the-folder = Afficher le dossier
finish-it = Terminer
done = Terminé
interrupted-title = Une exportation a été interrompue
interrupted-note = Aucune photo n’a été perdue : chacune est complète à son ancien ou à son nouvel emplacement
interrupted-progress = { $done ->
    [one] { $done } fichier sur { $count } a été exporté
   *[other] { $done } fichiers sur { $count } ont été exportés
}
undo-it = L’annuler
later = Plus tard
