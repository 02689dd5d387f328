# Draft: not yet proof-read by a native speaker.
# The dialog that writes keywords.

keywords-title = Écrire les mots-clés
writing = Écriture…
could-not-be-written = { $count ->
    [one] { $count } photo n’a pas pu être écrite :
   *[other] { $count } photos n’ont pas pu être écrites :
}
cannot-be-changed = { $count ->
    [one] { $count } photo ne peut pas être modifiée :
   *[other] { $count } photos ne peuvent pas être modifiées :
}
cannot-be-written-into = { $count ->
    [one] Impossible d’écrire dans { $count } photo :
   *[other] Impossible d’écrire dans { $count } photos :
}
reading-metadata = Lecture des métadonnées…
row-write = Écrire
labels-that-fit = Étiquettes qui conviennent
only-where-unsaid = Seulement là où les métadonnées ne le disent pas encore
write-stars = Étoiles
write-colours = Couleurs
write-rejects = Rejets, avec la note -1
write-descriptions = Descriptions
write-descriptions-hint = Ce que montre la photo, quand elle a été prise et si elle est réussie, pour les personnes qui ne peuvent pas la voir. Écrit là où une photo n’a pas encore de description
write-descriptions-later = Possible une fois les photos examinées
replace-descriptions = Remplacer les descriptions existantes
row-parent = Parent
no-parent = aucun mot-clé parent
parent-keyword = Mot-clé parent
parent-hint = « AI » place « cat » en dessous : AI|cat
row-sidecars = Fichiers annexes
write-inside = Écrire dans les photos elles-mêmes
write-inside-hint = JPEG, PNG, WebP, TIFF, HEIC, AVIF : seules leurs métadonnées changent. Les autres formats reçoivent un fichier annexe
naming-whole = IMG.jpg.xmp (digiKam, darktable, Immich)
naming-stem = IMG.xmp (programmes d’Adobe)
heading-file = Fichier
heading-keywords = Mots-clés à venir
heading-keywords-description = Mots-clés à venir et nouvelle description
planned-description = « { $description } »
planned-keywords-description = { $keywords } – « { $description } »
write-files = Écrire { $files }
