# Draft: not yet proof-read by a native speaker.
# The dialog of models.

models-title = Modèles
repository-hint = OWNER/NAME sur Hugging Face
repository = Dépôt
get = Obtenir
add-a-folder = Ajouter un dossier…
mirror = Miroir
mirror-hint = https://… si Hugging Face est inaccessible
starter = Modèle de départ
starter-about = Intégré · anglais · choses du quotidien
the-starter = le modèle de départ
in-use = Utilisé
use = Utiliser
use-named = Utiliser { $name }
recommended-for = recommandé pour { $advice }
get-size = Obtenir { $size }
get-named-size = Obtenir { $name }, { $size }
remove-named = Supprimer { $name }…
on-imagenet = { $percent } sur ImageNet
download = Téléchargement
download-connecting = Recherche…
download-waiting = La connexion a été perdue : nouvel essai dans un instant
download-checking = Vérification…
download-rate = { $done } sur { $total }, { $rate }/s
download-left = { $done } sur { $total }, { $rate }/s, encore { $left }
download-seconds = environ { $number } s
download-time = { $size } · { $time } à { $rate }/s, comme au dernier téléchargement
download-time-example = { $size } · { $time } à { $speed } Mbit/s
remove-model-title = Supprimer le modèle ?
remove-ours = Ses fichiers et les vecteurs qu’il a calculés sont supprimés. Photos, étiquettes, décisions et étoiles sont conservées.
remove-theirs = Les vecteurs qu’il a calculés sont supprimés, et son dossier n’est plus listé. Le dossier lui-même est conservé.
remove = Supprimer
