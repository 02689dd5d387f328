# Draft: not yet proof-read by a native speaker.
# Dialogs that have no file of their own.

choose-open-folders = Ouvrir des dossiers de photos
choose-open-photos = Ouvrir des photos
choose-export-to = Exporter les photos vers
choose-model = Un dossier contenant un modèle CLIP
choose-store = Où conserver vignettes et vecteurs
choose-exclude = Un dossier à exclure
choose-load-labels = Un fichier d’étiquettes
choose-save-labels = Enregistrer les étiquettes sous
choose-rule-target = Un dossier pour les photos d’une règle
label-set-files = Jeux d’étiquettes
restore-name-taken = un fichier de ce nom existe déjà
restore-not-here = sur ce système, seul le gestionnaire de fichiers peut restaurer des fichiers
no-file-dialogs = Ce système n’a pas de boîtes de dialogue de fichiers : il leur faut un portail de bureau (tel que xdg-desktop-portal-gtk) ou zenity, et aucun des deux n’est installé
file-dialog-did-not-open = La boîte de dialogue de fichiers du système ne s’est pas ouverte
close = Fermer
kept-last-copy = Gardée, car la photo dont elle est la copie est rejetée ou absente : { $path }
kept-one-of = { $copies } copies identiques : 1 gardée dans { $path }
kept-more = et une copie pour chacune des autres : { $photos }
kept-why = Pour supprimer toutes les copies, rejetez chacune séparément
paste-labels = Coller une liste d’étiquettes
paste-labels-how = Une par ligne, ou séparées par des virgules
list-of-labels = Liste d’étiquettes
add-these-labels = Ajouter ces étiquettes
trash-title = Mettre les rejetées à la corbeille ?
trash-what = { $count ->
    [one] { $count } photo, avec ses fichiers annexes et associés, va dans la corbeille du système, d’où elle peut être restaurée.
   *[other] { $count } photos, avec leurs fichiers annexes et associés, vont dans la corbeille du système, d’où elles peuvent être restaurées.
}
trash-hidden = { $count ->
    [one] { $count } d’entre elles n’est pas affichée actuellement
   *[other] { $count } d’entre elles ne sont pas affichées actuellement
}
move-to-trash = Mettre à la corbeille
keep-them = Les garder
failures-title = Photos illisibles
copy-the-list = Copier la liste
try-again = Réessayer
heading-photo = Photo
heading-why = Raison
label-sets-title = Jeux d’étiquettes
delete-the-set = Supprimer le jeu { $name }
no-sets = Aucun jeu enregistré
built-in-sets = Jeux intégrés :
load-a-file = Charger un fichier…
save-as-a-file = Enregistrer dans un fichier…
name-hint = Nom
name-of-the-set = Nom du jeu
save-current-labels = Enregistrer les étiquettes
dialog-settings = Réglages
dialog-keys = Raccourcis
dialog-palette = Commandes
dialog-export = Exporter
dialog-interrupted = Une exportation a été interrompue
dialog-hidden = Photos non affichées
dialog-keywords = Écrire les mots-clés
dialog-clear-store = Vider la base de données ?
dialog-models = Modèles
dialog-remove-model = Supprimer le modèle ?
dialog-path = Ouvrir par chemin
dialog-dropped = Une image a été déposée
dialog-tour = Nettoyage
dialog-copies = Copies
dialog-heaps = Nommer mes tas
dialog-questions = Questions sur une étiquette
dialog-searches = Recherches enregistrées
dialog-about = À propos de Lumisift
gestures-title = Dans la grille et sur une grande photo
clear-store-what = Les vignettes et les vecteurs de toutes les photos sont supprimés, et les dossiers ouverts sont relus. Photos, étiquettes, décisions et étoiles sont conservées.
clear-the-store = Vider la base de données
keep-it = Garder
photos-are-selected = { $count ->
    [one] { $count } photo est sélectionnée
   *[other] { $count } photos sont sélectionnées
}
hidden-it = Elle est masquée par les filtres ou la recherche
hidden-all = Toutes sont masquées par les filtres ou la recherche
hidden-some = { $count ->
    [one] { $count } d’entre elles est masquée par les filtres ou la recherche
   *[other] { $count } d’entre elles sont masquées par les filtres ou la recherche
}
only-shown = { $count ->
    [one] Seulement { $count } affichée
   *[other] Seulement les { $count } affichées
}
all-of-them = { $count ->
    [one] L’inclure
   *[other] Toutes ({ $count })
}
open-it = L’ouvrir
find-similar-photos = Trouver des photos similaires
version = Version { $version }
about-what = Trie les photos selon des étiquettes saisies, sur cet ordinateur et nulle part ailleurs
about-licence = MIT ou Apache-2.0. Le modèle et les exemples ont leurs propres licences, listées dans THIRD_PARTY.md
about-places = Noms de lieux : contient des données de GeoNames (geonames.org), CC BY 4.0
find-a-command = Trouver une commande
no-such-command = Aucune commande de ce nom
type-the-path = { $reason }. Saisissez plutôt le chemin
path-example = /home/moi/Images
path = Chemin
cancel = Annuler
path-open-title = Ouvrir un dossier ou une photo par son chemin
open = Ouvrir
path-export-title = Exporter dans ce dossier
use-this-folder = Utiliser ce dossier
use-this-model = Utiliser ce modèle
exclude-it = L’exclure
load = Charger
save = Enregistrer
dialog-welcome = Bienvenue
rules-title = Règles
rules-what = Ce qu’il advient des photos qui arrivent dans les dossiers ouverts, une fois qu’elles sont lues et que rien ne les modifie pendant un moment
no-rules = Aucune règle
run-the-rule = Appliquer la règle { $name }
delete-the-rule = Supprimer la règle { $name }
open-rule-log = Ouvrir le journal des règles
rule-line = { $label } à partir de { $percent }, { $action }
rule-line-named = { $name } : { $label } à partir de { $percent }, { $action }
rule-marks = marquer : { $mark }
rule-copies-to = copier dans { $folder }
rule-moves-to = déplacer dans { $folder }
rule-action-by-label = { $action }, par étiquette
rule-action-by-month = { $action }, par étiquette et par mois
rule-action-by-month-only = { $action }, par mois
rule-open-first = Ouvrez d’abord un dossier
rule-label-first = Ajoutez d’abord une étiquette ou enregistrez une recherche
rule-choose-first = Choisissez ce qu’elle concerne et ce qu’elle fait, pour voir ce qui se passerait maintenant
rule-preview-running = Examen des photos…
row-do = Action
rule-copy = Copier dans un dossier
rule-move = Déplacer dans un dossier
mark = Marquer
rule-no-folder = aucun
rule-by-label = Par étiquette
rule-by-month = Par étiquette et mois
rule-by-month-only = Par mois
rule-of-label = qui correspondent à { $name }
rule-of-search = de la recherche { $name }
choose-rule-source = Choisir une étiquette ou une recherche
photos-of-the-rule = Photos de la règle
choose-a-mark = Choisir une marque
mark-of-the-rule = Marque de la règle
only-where-undecided = Seulement là où vous n’en avez pas décidé vous-même
rule-mark-pick = retenue
rule-mark-reject = rejetée
rule-filters-more = Elle filtre selon plus que ce que montrent les photos
rule-label-excludes = Elle exclut des photos des autres étiquettes, et une règle demande une étiquette à laquelle des photos correspondent
rule-label-gone = L’étiquette selon laquelle elle filtre n’existe plus
rule-asks-otherwise = Elle demande deux choses à la fois, ou rien que les photos montrent
rule-others = { $count ->
    [one] { $count } ne correspond pas
   *[other] { $count } ne correspondent pas
}
rule-would-mark = À marquer maintenant : { $photos }, { $others }
rule-would-copy = À copier maintenant : { $photos }, { $others }
rule-would-move = À déplacer maintenant : { $photos }, { $others }
rule-would-fail = { $failed ->
    [one] { $text }, { $failed } ne peut pas être traitée
   *[other] { $text }, { $failed } ne peuvent pas être traitées
}
switch-the-rule-on = Activer la règle
keep-it-off = La laisser désactivée
