# Draft: not yet proof-read by a native speaker.
# Messages about what happened.

label-back = l’étiquette « { $one } » est de retour
label-gone = l’étiquette « { $one } » est supprimée
label-as-it-was = l’étiquette « { $label } » est comme avant
labels-order-back = les étiquettes ont retrouvé leur ordre précédent
labels-as-they-were = les étiquettes sont comme avant
threshold-as-it-was = le seuil est comme avant
heaps-as-they-were = les tas sont comme avant
sets-as-they-were = les jeux d’étiquettes enregistrés sont comme avant
searches-as-they-were = les recherches enregistrées sont comme avant
rules-as-they-were = les règles sont comme avant
no-thread-for-decisions = Aucun thread n’a pu être démarré ({ $error }) : les décisions ne sont pas conservées. Fermez d’autres programmes et redémarrez Lumisift
no-burst = Aucune autre photo de ce dossier n’a été prise à moins de 2 secondes de celle-ci
cannot-be-shown = { $path } ne peut pas être affiché par un autre programme : { $error }
copied = { $count ->
    [one] { $count } photo copiée : collez-la comme fichier ou comme chemin
   *[other] { $count } photos copiées : collez-les comme fichiers ou comme chemins
}
copied-paths = { $count ->
    [one] { $count } chemin copié ; les fichiers n’ont pas pu l’être : { $reason }
   *[other] { $count } chemins copiés ; les fichiers n’ont pas pu l’être : { $reason }
}
all-copies-rejected = Toutes ces copies sont déjà rejetées
copies-rejected = { $count ->
    [one] { $count } copie rejetée : mettre les rejetées à la corbeille libère { $size }. « Annuler » revient en arrière
   *[other] { $count } copies rejetées : mettre les rejetées à la corbeille libère { $size }. « Annuler » revient en arrière
}
no-scenes = Aucune photo d’une même scène n’a été trouvée
stacks-soon = Les piles seront pliées dès qu’elles seront trouvées
stacks-not-among-kind = Les piles seront de nouveau pliées quand le filtre « Trouvé » sera retiré
ask-click-label = Cliquez d’abord sur une étiquette : les questions portent sur l’étiquette ouverte
ask-nothing = Il n’y a encore rien à demander : l’étiquette n’a pas de scores
search-label-gone = L’étiquette selon laquelle « { $name } » filtre n’existe plus : toutes les étiquettes sont affichées
rules-marked = { $count ->
    [one] { $count } photo marquée par des règles. « Annuler » revient en arrière
   *[other] { $count } photos marquées par des règles. « Annuler » revient en arrière
}
rules-copied = { $count ->
    [one] { $count } photo copiée par des règles. « Annuler » revient en arrière
   *[other] { $count } photos copiées par des règles. « Annuler » revient en arrière
}
rules-moved = { $count ->
    [one] { $count } photo déplacée par des règles. « Annuler » revient en arrière
   *[other] { $count } photos déplacées par des règles. « Annuler » revient en arrière
}
rule-stopped = Une règle s’est arrêtée avant la fin (exportation { $id }) : le reste sera retenté
rules-failed = { $count ->
    [one] { $count } fichier n’a pas pu être traité par les règles : { $first }
   *[other] { $count } fichiers n’ont pas pu être traités par les règles. Le premier : { $first }
}
rules-not-loaded = Les règles ne sont pas encore chargées : réessayez dans un instant
rules-not-kept = Les règles ne sont pas conservées : { $problem }
redone = Rétabli : { $what }
undone = Annulé : { $what }
redone-decisions = { $count ->
    [one] Rétabli : la décision sur { $count } photo
   *[other] Rétabli : la décision sur { $count } photos
}
undone-decisions = { $count ->
    [one] Annulé : la décision sur { $count } photo
   *[other] Annulé : la décision sur { $count } photos
}
samples-not-written = Les exemples ne peuvent pas être écrits dans { $folder } : { $error }
too-many-examples = { $count ->
    [one] Une étiquette accepte au plus { $most } exemples et autant de contre-exemples : { $count } photo a été omise. Sélectionnez celles qui montrent le mieux ce que vous voulez dire
   *[other] Une étiquette accepte au plus { $most } exemples et autant de contre-exemples : { $count } photos ont été omises. Sélectionnez celles qui montrent le mieux ce que vous voulez dire
}
teach-click-label = Cliquez d’abord sur une étiquette : les photos deviennent des exemples de l’étiquette ouverte
taught = { $count ->
    [one] { $label } : { $before } -> { $count } photo convient
   *[other] { $label } : { $before } -> { $count } photos conviennent
}
export-undone = { $count ->
    [one] { $count } fichier est comme avant l’exportation
   *[other] { $count } fichiers sont comme avant l’exportation
}
no-thread = Aucun thread n’a pu être démarré ({ $error }) : fermez d’autres programmes et réessayez
no-threads = Aucun thread n’a pu être démarré ({ $error }) : fermez d’autres programmes et réessayez
task-crashed = Une tâche a planté : c’est un bogue ; veuillez le signaler avec ce qu’écrit `lumisift doctor --bundle FILE.zip`
model-not-loaded = Le modèle n’a pas pu être chargé
store-rebuilt = La base de données a été reconstruite entre-temps : les photos y sont de nouveau recherchées
reading-waits = { $reason }. La lecture reprendra quand il y aura de la place
reading-stopped = Lecture arrêtée : { $problem }
root-unreachable = { $path } est illisible pour l’instant : reconnectez-le et choisissez « Rechercher de nouvelles photos »
store-tidied = { $count ->
    [one] { $count } photo a été oubliée ; la base de données a diminué de { $freed }
   *[other] { $count } photos ont été oubliées ; la base de données a diminué de { $freed }
}
keywords-not-undone = Les mots-clés n’ont pas pu être annulés : { $problem }
decisions-in-recovery-file = D’ici là, les décisions sont conservées dans { $path }
decisions-in-memory = Les décisions ne sont qu’en mémoire : ne fermez pas encore la fenêtre
decisions-saved = Toutes les décisions sont enregistrées, mais ce fichier pourrait en rétablir d’anciennes au prochain démarrage
decisions-set-aside = Les décisions dans { $path } n’ont pas pu être lues : le fichier a été mis de côté sous le nom { $name }
decisions-problem = { $error }. Lumisift continue d’essayer. { $where_they_are }
not-a-repository = { $name } n’est pas un dépôt : son nom s’écrit OWNER/NAME
paste-only-paths = Seuls des chemins de dossiers et de photos peuvent être collés ici. Collez des mots dans le champ d’étiquette ou de recherche
on-the-web = { $shown } est sur le web, et Lumisift ne lit que les fichiers de cet ordinateur : enregistrez-le dans un dossier et déposez le fichier
not-photos = { $count ->
    [one] { $names } n’est pas une photo et n’a pas été ouvert
   *[other] { $names } ne sont pas des photos et n’ont pas été ouverts
}
paths-missing = { $count ->
    [one] { $names } est introuvable (déplacé ou supprimé ?)
   *[other] { $names } sont introuvables (déplacés ou supprimés ?)
}
type-absolute-path = Saisissez un chemin absolu, comme /home/moi/Images ou C:\Photos
no-parent-folder = Le dossier qui doit contenir { $shown } n’existe pas
no-file = Il n’y a pas de fichier { $shown }
no-folder = Il n’y a pas de dossier { $shown }
no-folder-or-photo = Il n’y a ni dossier ni photo { $shown }
neither-folder-nor-photo = { $shown } n’est ni un dossier ni une photo
decoder-gave-up = le décodeur a renoncé à ce fichier : il est probablement endommagé
settings-not-written = Les réglages ne peuvent pas être écrits dans { $folder } : { $error }. Lumisift continue d’essayer
settings-set-aside = les réglages de { $path } ne peuvent pas être lus ({ $error }) : le fichier a été mis de côté sous le nom { $name } et les valeurs par défaut sont utilisées
settings-left = les réglages de { $path } ne peuvent pas être lus ({ $error }) : le fichier n’a pas été modifié et les valeurs par défaut sont utilisées
settings-not-loaded = { $path } contient des réglages valides qui n’ont pas pu être lus auparavant ; redémarrez Lumisift pour les utiliser
settings-problems = dans les réglages de { $path } : { $problems }
settings-value-unusable = { $name } ne peut pas être utilisé ({ $reason })
settings-store-relative = "store" : { $value } n’est pas un chemin absolu : le dossier par défaut est utilisé
settings-text-size-range = "text_size" : { $value } n’est pas compris entre 100 et 200 pour cent : 100 est utilisé
settings-threads-too-many = "threads" : { $value } dépasse le maximum : { $most } est utilisé
settings-quality-range = "thumbnail_quality" : { $value } n’est pas compris entre 1 et 100 : la valeur par défaut est utilisée
scoring-crashed = L’évaluation de ces étiquettes a planté : c’est un bogue ; veuillez le signaler
trash-missing = { $count ->
    [one] { $count } fichier n’est plus dans la corbeille
   *[other] { $count } fichiers ne sont plus dans la corbeille
}
trash-not-restored = { $count ->
    [one] { $count } fichier reste dans la corbeille ({ $path } : { $why }). Corrigez cela, puis annulez de nouveau
   *[other] { $count } fichiers restent dans la corbeille ({ $path } : { $why }). Corrigez cela, puis annulez de nouveau
}
trash-not-all-back = Tout n’est pas revenu : { $parts }
trashed-undo = { $count ->
    [one] { $count } photo est dans la corbeille : « Annuler » la restaure
   *[other] { $count } photos sont dans la corbeille : « Annuler » les restaure
}
trashed = { $count ->
    [one] { $count } photo est dans la corbeille, d’où elle peut être restaurée
   *[other] { $count } photos sont dans la corbeille, d’où elles peuvent être restaurées
}
trash-restored = { $count ->
    [one] { $count } fichier est revenu de la corbeille
   *[other] { $count } fichiers sont revenus de la corbeille
}
stays-similar-copy = elle reste : { $copy } est presque la même vidéo, mais pas une copie identique
stays-changed = elle reste : sa copie { $copy } a changé ou a disparu ; recherchez d’abord de nouvelles photos
not-trashed = mise à la corbeille impossible ({ $e }) : déplacez plutôt les rejetées dans un dossier
choose-another = { $problem }. Choisissez un autre modèle ou une autre base de données dans les réglages
advice-memory = { $problem } : augmentez-la dans les réglages
advice-store = { $problem } ; choisissez un autre dossier pour elle dans les réglages
advice-room = { $problem } ; libérez de la place, ou choisissez un autre dossier pour la base de données dans les réglages
advice-writable = { $problem } : rendez son disque inscriptible, ou choisissez un autre dossier pour la base de données dans les réglages
advice-device = { $problem } : choisissez un autre appareil dans les réglages
advice-card = { $problem } (dans les réglages, sous « Matériel »)
settings = Réglages…
dismiss = Fermer
messages = Messages
no-messages = Aucun message
