# Draft: not yet proof-read by a native speaker.
# The grid, its headings, the bars above and below it, and the empty window.

no-date = Sans date
no-camera = Sans appareil
no-place = Sans lieu
no-stars = Sans étoile
drop-onto-label = { $photos } : déposez sur une étiquette
spoken-percent = { $number } pour cent
spoken-less = moins de { $number } pour cent
spoken-fits = { $label } { $percent }
spoken-nearest = plus proche de { $label } { $percent }
spoken-found = trouvée { $percent }
spoken-taken = prise le { $day }
spoken-picked = retenue
spoken-rejected = rejetée
spoken-colour = couleur { $colour }
spoken-problem = problème : { $problem }
spoken-separator = ,{ " " }
drop-to-open = Déposez pour ouvrir
drop-to-search = Déposez pour trouver des photos similaires
looking-for-photos = Recherche de photos…
found-so-far = { $count ->
    [one] { $count } trouvée jusqu’ici
   *[other] { $count } trouvées jusqu’ici
}
loading-model = Chargement du modèle…
drop-a-folder = Déposez ici un dossier de photos
no-photos-in-folders = Aucune photo dans les dossiers ouverts
then-type-labels = Saisissez ensuite des étiquettes, comme plage ou reçu : les photos se trient
open-folder = Ouvrir un dossier…
promise = Tout reste sur cet ordinateur
no-model-title = Sans modèle, les photos ne peuvent pas être lues
choose-another-model = Choisir un autre modèle…
all-exported = Toutes les photos ici ont été exportées par Lumisift : ouvrez leur propre dossier pour les voir
files-unsupported = { $count ->
    [one] { $count } fichier est dans un format illisible
   *[other] { $count } fichiers sont dans des formats illisibles
}
sorting = Tri en cours…
being-read = Lecture des photos…
nothing-fits = Aucune photo ne correspond aux filtres et à la recherche
nothing-meets-search = Aucune photo ne remplit les conditions de la recherche « { $search } »
show-the-nearest = Afficher les plus proches
clear-filters-and-search = Effacer filtres et recherche
photos-list = Photos, { $count }
scroll-bar-name = Faire défiler les photos
just-below-line = Juste sous le seuil
not-read-yet = Pas encore lues
select-all-of = Tout sélectionner dans { $name }, { $photos }
photos-span = { $photos }, { $span }
select-all = Tout sélectionner
more-below-line = { $count } de plus juste sous le seuil
show-more-below = Afficher { $text } de { $label }
example-of = Exemple de
counter-example-of = Contre-exemple de
stars-menu = Étoiles
colour-menu = Couleur
stack-photos = { $count ->
    [one] { $count } photo
   *[other] { $count } photos
}
stack-best = Meilleure sur { $count }
spoken-stack = pile de { $count } photos
spoken-best = meilleure sur { $count } : { $reason }
exporting = Exportation : { $done } sur { $count }
model-loading = chargement du modèle…
no-model = aucun modèle
runs-on-model = { $device }, { $model }
runs-because = S’exécute sur { $device } : { $why }
starter-knows = Le modèle de départ intégré connaît les choses du quotidien. Les modèles CLIP en savent bien plus : obtenez-en un sous « Modèles »
two-sentences = { $words }. { $why }
resume = Reprendre
pause = Suspendre
paused = En pause
progress = Progression
stage-listing = Recherche de photos
stage-reading = Lecture des photos
stage-words = { $stage } : { $words }
stage-found = { $count ->
    [one] { $stage } : { $count } trouvée jusqu’ici
   *[other] { $stage } : { $count } trouvées jusqu’ici
}
stage-done = { $stage } : { $done } sur { $count }
progress-rate = { $text }, { $rate } par seconde
progress-left = { $text }, encore { $left }
read-by = { $count ->
    [one] { $count } photo, lecture par { $model } : { $read }
   *[other] { $count } photos, lecture par { $model } : { $read }
}
no-folder-open = Aucun dossier ouvert
starting = Démarrage
stopped = Arrêté : { $text }
analysing = Examen des photos
analysing-of = Examen : { $done } sur { $count }
search-hint = Recherche : plage -personnes, IMG_40*, montagne 2019
search = Recherche
clear-the-search = Effacer la recherche
menu = Menu
or-drop = Ou déposez dossiers et photos n’importe où dans la fenêtre
folders = Dossiers
close-folder = Fermer { $folder }
recent-folders = Dossiers récents
size-of-thumbnails = Taille des vignettes
spoken-came-out = { $said } ; { $came_out }
description-taken = { $said } ; prise le { $day }
