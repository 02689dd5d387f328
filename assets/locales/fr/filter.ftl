# Draft: not yet proof-read by a native speaker.
# Filters, groups, order and search.

date-how = Écrivez une date sous la forme 2024, 2024-05 ou 2024-05-31
date-order = La première date est postérieure à la dernière
any-label = Avec étiquette
something-else = Autre chose
chip-near = aussi juste sous le seuil
chip-stars-5 = 5 étoiles
chip-stars = { $count ->
    [one] { $count } étoile ou plus
   *[other] { $count } étoiles ou plus
}
chip-name = nom : { $text }
chip-keyword = mot-clé : { $text }
chip-place = lieu : { $text }
chip-gps = avec GPS
chip-no-gps = sans GPS
chip-from = depuis { $date }
chip-until = jusqu’à { $date }
chip-folder = dans { $folder }
chip-failures = avec problèmes
chip-nearest = plus proches de la recherche
group-none = Aucun
group-label = Étiquette
group-month = Mois
group-day = Jour
group-folder = Dossier
group-camera = Appareil
group-place = Lieu
group-rating = Note
shape-landscape = Paysage
shape-portrait = Portrait
shape-square = Carré
shape-panorama = Panorama
flag-all = Toute décision
flag-picked = Retenues
flag-rejected = Rejetées
flag-not-rejected = Non rejetées
flag-undecided = Indécises
kind-copies = Copies
count-copies = { $count ->
    [one] { $count } copie
   *[other] { $count } copies
}
kind-bursts = Rafales
count-bursts = { $count ->
    [one] { $count } rafale
   *[other] { $count } rafales
}
kind-screenshots = Captures d’écran
count-screenshots = { $count ->
    [one] { $count } capture d’écran
   *[other] { $count } captures d’écran
}
kind-blurred = Floues
count-blurred = { $count ->
    [one] { $count } floue
   *[other] { $count } floues
}
kind-receipts = Reçus
count-receipts = { $count ->
    [one] { $count } reçu
   *[other] { $count } reçus
}
kind-documents = Documents
count-documents = { $count ->
    [one] { $count } document
   *[other] { $count } documents
}
kind-memes = Mèmes et graphiques
count-memes = { $count ->
    [one] { $count } mème
   *[other] { $count } mèmes
}
kind-dark = Sombres
count-dark = { $count ->
    [one] { $count } sombre
   *[other] { $count } sombres
}
kind-blown-out = Surexposées
count-blown-out = { $count ->
    [one] { $count } surexposée
   *[other] { $count } surexposées
}
kind-near-empty = Presque vides
count-near-empty = { $count ->
    [one] { $count } presque vide
   *[other] { $count } presque vides
}
kind-undated = Sans date
count-undated = { $count } sans date
number-blurred = degré de flou des parties les plus nettes
number-dark = part de l’image qui est noire
number-blown-out = part de l’image qui est blanche
number-near-empty = part de l’image qui ne montre rien
number-fits = degré de correspondance entre l’image et la description
shown-of-photos = { $count ->
    [one] { $shown } sur { $count } photo
   *[other] { $shown } sur { $count } photos
}
photos-in-folders = { $count ->
    [one] { $count } photo dans les dossiers ouverts
   *[other] { $count } photos dans les dossiers ouverts
}
count-shown = { $count ->
    [one] { $count } affichée
   *[other] { $count } affichées
}
hidden-by-label = { $count ->
    [one] { $count } masquée par le filtre d’étiquette
   *[other] { $count } masquées par le filtre d’étiquette
}
hidden-by-decision = { $count ->
    [one] { $count } masquée par le filtre de décision
   *[other] { $count } masquées par le filtre de décision
}
hidden-by-filter = { $count ->
    [one] { $count } masquée par d’autres filtres
   *[other] { $count } masquées par d’autres filtres
}
hidden-by-unreadable = { $count ->
    [one] { $count } illisible, que la recherche ne peut donc pas trouver
   *[other] { $count } illisibles, que la recherche ne peut donc pas trouver
}
hidden-by-unread = { $count ->
    [one] { $count } pas encore lue, que la recherche ne peut donc pas trouver
   *[other] { $count } pas encore lues, que la recherche ne peut donc pas trouver
}
hidden-by-search = { $count ->
    [one] { $count } masquée car elle ne correspond pas à la recherche
   *[other] { $count } masquées car elles ne correspondent pas à la recherche
}
hidden-by-stack = { $count ->
    [one] { $count } pliée dans sa pile
   *[other] { $count } pliées dans leurs piles
}
could-not-be-read = { $count ->
    [one] { $count } illisible
   *[other] { $count } illisibles
}
not-listed = Non listés : { $what }
remove-the-filter = Retirer le filtre { $filter }
clear-all = Tout effacer
more-chips = +{ $count } de plus
more-filters = { $count ->
    [one] { $count } autre filtre
   *[other] { $count } autres filtres
}
export = Exporter…
select-none = Désélectionner
count-selected = { $count ->
    [one] { $count } sélectionnée
   *[other] { $count } sélectionnées
}
show-all-best-first = tout afficher, meilleures d’abord
show-all-hint = Afficher aussi les photos qui ne correspondent pas à la recherche, après les autres
filter = Filtre
filter-count = Filtre ({ $count })
name-contains = Nom contenant
keyword-contains = Mot-clé contenant
keyword-hint = dans la photo ou son fichier annexe
place-hint = ville, région ou pays
place-contains = Lieu contenant
only-problems = Seulement les photos avec problèmes
all-photos = Toutes les photos
filter-by-label = Filtrer par étiquette : { $text }
value-count = { $value } ({ $count })
taken = Prise de vue
taken-from = Prise depuis
date-to = à
taken-to = Prise jusqu’à
at-least = Au moins { $stars }
stars-heading = Étoiles
any = Toutes
colour = Couleur
gps = GPS
has-gps = Avec GPS
no-gps = Sans GPS
orientation = Orientation
type = Type
camera = Appareil
lens = Objectif
folder = Dossier
value-now = { $name } : { $value }
value-any = { $name } : tous
no-photo-has-one = Aucune photo n’en a
and-count-more = et { $count } de plus
line-from = dès { $percent }
line-hint = Les photos à { $percent } ou plus sont affichées ({ $meaning }). Faites glisser la ligne ou utilisez les flèches
found-any = tout
found-kind = Trouvé : { $title }
not-analysed = Les photos n’ont pas encore été examinées
filter-by-kind = Filtrer par genre : { $text }
group-now = Groupe : { $value }
sort-now = Tri : { $value }
group-by = Grouper par
group-by-hint = Grouper par : réunir les photos sous des titres
sort-by = Trier par
descending-hint = Décroissant : cliquez pour croissant
ascending-hint = Croissant : cliquez pour décroissant
descending = Décroissant
sort-label = étiquette
sort-match = Correspondance
sort-search = Recherche
sort-name = Nom
sort-taken = Date de prise
sort-modified = Date de modification
sort-size = Taille de fichier
sort-dimensions = Dimensions
sort-stars = Note
sort-colour = Couleur
sort-place = Lieu
sort-match-of = Correspondance : { $label }
sort-probability-of = Probabilité : { $label }
searches-title = Recherches enregistrées
no-searches = Aucune recherche enregistrée
use-the-search = Utiliser la recherche { $name }
delete-the-search = Supprimer la recherche { $name }
search-first = Cherchez ou filtrez d’abord : ce qui est alors demandé peut être enregistré ici
name-of-the-search = Nom de la recherche
save-this-search = Enregistrer la recherche
