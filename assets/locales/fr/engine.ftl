# Draft: not yet proof-read by a native speaker.
# Sentences of the engine, recognised by their English.

## Files that cannot be read.

engine-cancelled = l’opération a été annulée
engine-missing = introuvable (déplacé ou supprimé ?)
engine-no-permission = pas d’autorisation de lecture
engine-folder-not-photo = un dossier, pas une photo
engine-not-opened = ce n’est pas un fichier ordinaire : il n’a pas été ouvert
engine-not-regular = ce n’est pas un fichier ordinaire
engine-over-a-gigabyte = plus de 1 Gio, c’est trop pour une photo
engine-over-limit = plus de { $limit }, c’est trop pour être lu
engine-link-into-itself = un lien qui ramène à son propre dossier
engine-empty-file = le fichier est vide : cherchez une autre copie de la photo
engine-no-photo = ce n’est pas une photo : { $cause }
engine-is-pdf = c’est un document PDF
engine-is-archive = c’est une archive ZIP ou un document bureautique
engine-is-video = c’est une vidéo
engine-is-sound = c’est un fichier audio ou vidéo
engine-is-markup = c’est une page web ou du balisage, peut-être issu d’un téléchargement échoué
engine-unknown-content = son contenu n’est pas dans un format d’image connu
engine-cannot-be-read-yet = { $what } : pas encore lisible ; enregistrez la photo en JPEG ou PNG avec un autre programme
engine-kind-cannot-be-read-yet = ce type de fichier { $format } n’est pas encore lisible : enregistrez la photo en JPEG ou PNG avec un autre programme
engine-files-with-compression = fichiers { $format } avec cette compression
engine-files-with-codec = fichiers { $format } avec compression { $codec }
engine-files-with-colours = fichiers { $format } avec ces couleurs
engine-files-with-matrix = fichiers { $format } avec cette matrice de couleurs
engine-files-of-colour-type = fichiers { $format } de ce type de couleur
engine-files-in-colour-mode = fichiers { $format } dans ce mode de couleur
engine-files-with-samples = fichiers { $format } avec des échantillons de cette taille
engine-files-with-raw-data = fichiers { $format } avec les données RAW d’un capteur
engine-files-without-composite = fichiers { $format } sans « Maximiser la compatibilité »
engine-files-avif = fichiers AVIF
engine-files-heic = fichiers HEIC
engine-files-jpeg-xl = fichiers JPEG XL
engine-files-high-throughput = fichiers { $format } à haut débit
engine-files-not-av1 = fichiers { $format } dont les images ne sont pas en AV1
engine-files-old-jpeg = fichiers { $format } avec compression JPEG à l’ancienne
engine-files-many-samples = fichiers { $format } avec plus de 64 échantillons par pixel
engine-files-mixed-samples = fichiers { $format } avec des échantillons de plusieurs tailles
engine-files-complex-samples = fichiers { $format } avec des nombres complexes ou des échantillons de plusieurs types
engine-files-with-compressed-samples = fichiers { $format } avec des échantillons de cette taille dans cette compression
engine-files-with-predictor = fichiers { $format } avec ce prédicteur
engine-files-with-chroma = fichiers { $format } dont la chrominance est stockée ainsi
engine-files-with-inks = fichiers { $format } avec des encres autres que CMJN
engine-files-logluv = fichiers { $format } avec des couleurs LogLuv
engine-files-with-palette = fichiers { $format } avec une palette de cette taille
engine-files-lossless = fichiers { $format } sans perte
engine-files-arithmetic = fichiers { $format } à codage arithmétique
engine-files-hierarchical = fichiers { $format } hiérarchiques
engine-files-12-bit = fichiers { $format } à 12 bits
engine-no-preview = le fichier RAW ne contient pas d’aperçu, et les données RAW ne sont pas développées : exportez la photo en JPEG avec le logiciel de l’appareil ou un convertisseur RAW
engine-needs-memory = { $what } demande { $need } de mémoire pour être décodée ; la limite est de { $limit }
engine-the-photo = la photo
engine-photo-of-pixels = la photo de { $width } x { $height } pixels
engine-frame-of-pixels = une image de { $width } x { $height } pixels
engine-no-thread = aucun thread n’a pu être démarré ({ $error }) : fermez d’autres programmes et réessayez
engine-no-threads = aucun thread n’a pu être démarré : { $error }
engine-damaged = fichier { $format } endommagé : { $cause } ; cherchez une autre copie de la photo
engine-claims-too-much = il prétend contenir plus qu’une image ne le peut
engine-claims-too-many-pixels = il annonce plus de pixels qu’une photo n’en a
engine-ends-early = il se termine avant la fin de l’image
engine-contradicts-itself = ses données d’image se contredisent
engine-ends-or-contradicts = ses données d’image s’arrêtent trop tôt ou se contredisent
engine-no-picture-data = aucune de ses données d’image n’est lisible
engine-no-pictures-inside = aucune de ses images n’est dans le fichier
engine-pixels-missing = ses pixels manquent ou se contredisent
engine-no-picture-inside = il ne contient pas d’image
engine-has-no-picture = il n’a pas d’image
engine-no-picture-in-data = ses données ne contiennent pas d’image
engine-data-not-inside = ses données d’image ne sont pas dans le fichier
engine-no-size = il n’indique pas ses dimensions
engine-no-palette = sa palette manque
engine-sections-cut = ses sections sont tronquées
engine-no-fields = sa liste de champs manque
engine-too-few-strips = il a moins de bandes que sa taille n’en demande
engine-rows-cut = sa liste de lignes est tronquée
engine-too-few-channels = il a moins de canaux que ses couleurs n’en demandent
engine-too-few-samples = il a moins d’échantillons que ses couleurs n’en demandent
engine-stand-in-missing = l’image qu’il représente manque
engine-grid-cut = sa grille est tronquée
engine-parts-do-not-cover = ses parties ne la couvrent pas entièrement
engine-parts-overlap = les parties de ses données d’image se chevauchent
engine-no-pixel-places = il n’indique pas où sont ses pixels
engine-chroma-invalid = son sous-échantillonnage de la chrominance est invalide
engine-grid-parts-missing = des parties de sa grille manquent
engine-nothing-seen = il se termine avant qu’une partie de l’image soit visible
engine-decoder-gave-up = le décodeur a renoncé à ce fichier : il est probablement endommagé, cherchez une autre copie de la photo
engine-picture-without-pixels = l’image n’a pas de pixels
engine-decoder-crashed = le décodeur a planté sur cette photo : le fichier est probablement endommagé

## Files that are read in part.

engine-cut-short = le fichier est tronqué : seule une partie de l’image est présente
engine-partly-damaged = le fichier est endommagé : seule une partie de l’image a pu être lue
engine-details-missing = le fichier est tronqué : des détails fins ou des parties de l’image manquent
engine-percent-missing = le fichier est tronqué : il manque environ { $percent } % de l’image
engine-percent-lost = le fichier est endommagé : environ { $percent } % de l’image est perdue

## Videos.

engine-video-cut-off = la vidéo se termine avant son index : l’enregistrement ou la copie a été interrompu ; copiez-la de nouveau, ou réparez-la avec un outil de réparation de vidéos
engine-damaged-video = vidéo endommagée : { $cause }
engine-video-index-too-large = son index est trop grand
engine-video-empty = le fichier est vide
engine-video-no-key-frame = son index n’indique aucune image clé
engine-video-frames-damaged = ses images s’arrêtent trop tôt ou se contredisent
engine-video-frames-empty = ses images sont vides
engine-video-unknown = son contenu n’est pas dans un format vidéo connu
engine-video-no-track = le fichier n’a pas de piste vidéo, seulement du son ou d’autres données
engine-video-needs-ffmpeg = seul ffmpeg peut lire cette vidéo ({ $what }) : installez ffmpeg et vérifiez qu’il est dans le PATH, ou convertissez la vidéo en H.264 dans un MP4
engine-video-unusual-variant = une variante inhabituelle de { $codec }
engine-video-coding = codage { $codec }
engine-video-ffmpeg = ffmpeg n’a pas pu lire la vidéo : { $cause }
engine-video-ffmpeg-not-started = il n’a pas pu être démarré ({ $error })
engine-video-ffmpeg-slow = il a pris trop de temps et a été arrêté

## Exports: files that were not exported, and what stays after an undo.

engine-stayed-copy = l’original est resté dans son dossier ({ $cause }) ; une copie se trouve à { $path }
engine-stayed = l’original est resté dans son dossier ({ $cause })
engine-journal-not-safe = le journal n’est pas en sûreté ({ $error })
engine-not-examined = vérification impossible ({ $error })
engine-changed-while-moved = modifié pendant le déplacement
engine-not-its-copy = { $path } n’en est pas la copie
engine-not-removed-from-there = suppression impossible ({ $error })
engine-no-longer-a-file = ce n’est plus un fichier
engine-changed-since-planned = modifié depuis la planification de l’exportation : planifiez-la de nouveau
engine-move-not-recorded = non déplacé, car le déplacement n’a pas pu être noté : { $error }
engine-appeared-since = { $path } est apparu depuis la planification de l’exportation : planifiez-la de nouveau
engine-no-permission-to-export = pas d’autorisation de le lire ou d’écrire { $path }
engine-hard-link-across-disks = { $path } est sur un autre disque, et les liens physiques ne fonctionnent pas d’un disque à l’autre : copiez plutôt
engine-disk-full = le disque est plein : plus de place pour { $path }
engine-export-disk-full = le disque est plein : il faut au moins { $size } de plus pour { $folder } ; libérez de la place, puis terminez cette exportation ou exportez de nouveau : les fichiers complets sont ignorés
engine-too-large-for-disk = trop grand pour le disque de { $path } : choisissez un autre disque
engine-disk-read-only = le disque de { $path } n’est pas inscriptible
engine-copy-differs = la copie diffère de la photo : elle n’a pas été gardée
engine-changes-while-copied = modifié pendant la copie : réessayez
engine-not-movable = déplacement impossible, car rien ne peut être retiré de { $folder } : copiez, ou changez les autorisations du dossier
engine-part-not-movable = reste en place, car { $name } en fait partie et ne peut pas être déplacé : { $cause }
engine-not-moved-back = { $cause } ; { $name } se trouve à { $path } et n’a pas pu être remis en place : { $what }
engine-set-stopped = l’exportation a été arrêtée avant que tout ce qui en fait partie soit déplacé
engine-names-run-out = il y a déjà 10 000 fichiers de ce nom
engine-not-a-folder = { $path } n’est pas un dossier : choisissez-en un autre
engine-folder-read-only = impossible d’écrire dans { $path } : choisissez un autre dossier, ou changez ses autorisations
engine-too-little-room = il reste { $free } sur le disque de { $path } et l’exportation demande { $need } : libérez de la place ou choisissez un autre disque
engine-no-journal = { $path } : { $error } ; sans journal une exportation ne peut pas être annulée, elle n’a donc pas commencé
engine-no-journal-to-undo = { $path } : { $error } ; sans journal rien ne peut être terminé ni annulé, rien n’a donc été fait
engine-journal-failed = { $path } : { $error } ; le journal n’a pas pu noter ce qui a été fait : libérez de la place à cet endroit, puis annulez ou terminez cette exportation
engine-export-running = cette exportation est encore en cours dans une autre fenêtre ou commande
engine-undo-disk-away = introuvable : connectez son disque, puis annulez de nouveau
engine-undo-gone = n’est plus ici
engine-undo-gone-and-replaced = n’est plus ici, et { $path } est maintenant un autre fichier
engine-undo-changed = modifié depuis, il reste donc en place
engine-undo-source-gone = reste en place, car { $path } a disparu
engine-undo-source-replaced = reste en place, car { $path } est maintenant un autre fichier
engine-undo-source-taken = reste ici, car il y a maintenant un autre { $path }
engine-undo-same-file = reste en place, car { $path } mène maintenant à ce même fichier
engine-undo-goal-changed = reste en place, car la cible de { $path } a changé
engine-undo-unreadable = reste en place, car { $path } est illisible : { $error }
engine-undo-backup-changed = le fichier remplacé est conservé sous { $path }, et a été modifié depuis
engine-undo-backup-blocked = le fichier remplacé est conservé sous { $path }, car son nom est pris
engine-undo-backup-left = le fichier remplacé est conservé sous { $path } : { $error }
engine-undo-not-returned = ne peut pas revenir à { $path } : { $error }
engine-undo-not-removed = suppression impossible : { $error }
engine-undo-line-damaged = une ligne de ce journal est illisible : un fichier est laissé tel quel
engine-undo-relative-path = une version antérieure n’a noté qu’un chemin relatif, le fichier est donc laissé tel quel : déplacez-le à la main
engine-attributes-lost = { $folder } ne conserve pas tout des fichiers ({ $list }) : { $cause }
engine-file-without-attributes = 1 fichier est complet, mais a été transféré sans ces informations
engine-files-without-attributes = { $count } fichiers sont complets, mais ont été transférés sans ces informations
engine-times = dates
engine-owners = propriétaires
engine-permissions = autorisations
engine-extended-attributes = attributs étendus
engine-name-without-brace = { $name } contient { $brace } sans { $other }
engine-names-all-same = toutes les photos auraient le même nom : utilisez { $name } ou { $n }
engine-name-unknown = { $placeholder } est inconnu : les noms se composent de { $known }
engine-undo-copy-not-removed = { $path } ne peut pas être supprimé : { $error }

## Keywords in sidecars and photos.

engine-left-as-it-is = { $cause } : laissé tel quel ; déplacez-le pour en obtenir un nouveau
engine-sidecar-instead = reçoit à la place un fichier annexe ({ $cause })
engine-dangling-link = c’est un lien vers un fichier manquant
engine-sidecar-not-regular = ce n’est pas un fichier ordinaire
engine-sidecar-too-large = trop grand pour un fichier annexe
engine-text-truncated = endommagé : son texte se termine au milieu d’un caractère
engine-no-rdf = rdf:RDF manque
engine-no-description = rdf:Description manque
engine-wrong-encoding = son encodage diffère de celui déclaré
engine-format-unknown = son format est inconnu
engine-several-packets = ses métadonnées sont réparties sur plusieurs paquets
engine-metadata-part-missing = une partie de ses métadonnées manque
engine-parts-misplaced = ses parties ne sont pas là où son format l’exige
engine-raw-never-modified = les fichiers RAW ne sont jamais modifiés
engine-gif-not-written = l’écriture dans les fichiers GIF n’est pas prise en charge
engine-photoshop-not-written = l’écriture dans les fichiers Photoshop n’est pas prise en charge
engine-jpeg-metadata-too-large = ses métadonnées seraient trop grandes pour un segment JPEG
engine-too-large-for-format = serait trop grand pour son format
engine-changed-meanwhile = modifié entre-temps : réessayez

## The store.

engine-crashed = une partie du programme a planté : veuillez le signaler et réessayer
engine-store-was-rebuilt = la base de données a été reconstruite entre-temps
engine-store-newer = la base de données { $path } vient d’un Lumisift plus récent
engine-store-failed = la base de données { $path } : { $error }
engine-store-gone = la base de données { $path } a été vidée ou reconstruite entre-temps par un autre processus
engine-store-damaged = la base de données { $path } est endommagée
engine-store-disk-full = le disque de { $path } est plein : { $free } libres, environ { $need } nécessaires
engine-store-read-only = la base de données { $path } ne peut pas être écrite ({ $error })
engine-decisions-failed = photos retenues, étoiles et couleurs dans { $path } : { $error } ; vérifiez que le dossier est inscriptible
engine-store-set-aside = { $path } était endommagé : il a été mis de côté sous le nom { $name } et est en cours de reconstruction
engine-store-outdated = la base de données { $path } vient d’une version antérieure : les photos sont relues
engine-model-newer = le modèle { $model } est plus récent que celui qui a lu ces photos : elles sont relues.
engine-file-missing = { $path } manque
engine-vectors-read-again-one = { $what } : 1 photo est relue, { $kept } sont conservées
engine-vectors-read-again = { $what } : { $count } photos sont relues, { $kept } sont conservées
engine-store-vectors-differ = les vecteurs diffèrent de ceux qui ont été écrits
engine-row-removed = 1 ligne concernant { $what } était endommagée et a été supprimée
engine-rows-removed = { $count } lignes concernant { $what } étaient endommagées et ont été supprimées
engine-row-of-file = un fichier
engine-rows-of-files = des fichiers
engine-row-of-photo = une photo
engine-rows-of-photos = des photos
engine-row-of-vector = un vecteur
engine-rows-of-vectors = des vecteurs
engine-row-of-thumbnail = une miniature
engine-rows-of-thumbnails = des miniatures
engine-decisions-set-aside-one = { $path } était endommagé : il a été mis de côté sous le nom { $name } ; 1 décision a pu être lue et est conservée
engine-decisions-set-aside = { $path } était endommagé : il a été mis de côté sous le nom { $name } ; { $count } décisions ont pu être lues et sont conservées

## Models and devices.

engine-runs-at-one = { $device }, 1 photo/s
engine-runs-at = { $device }, { $count } photos/s
engine-device-changed = Les photos sont désormais lues sur { $device } : { $cause }
engine-device-failed = l’appareil a échoué
engine-device-unusable = l’appareil { $device } ne peut pas être utilisé ({ $cause })
engine-build-without-cards = cette version ne prend pas en charge les cartes graphiques
engine-build-without-cuda = cette version ne prend pas en charge CUDA ; docs/gpu.md explique comment la compiler
engine-no-cuda-driver = pilote CUDA introuvable
engine-build-without-metal = cette version ne prend pas en charge Metal, réservé aux Mac
engine-cards-tested-later = les cartes graphiques sont testées avec chaque modèle
engine-nvidia-unused = un pilote NVIDIA est installé, mais cette version ne prend pas en charge CUDA ; docs/gpu.md explique comment la compiler
engine-no-gpu-support = cette version ne prend pas en charge les GPU, et aucun pilote NVIDIA n’a été trouvé
engine-card-differs = { $device } donne des résultats différents de ceux du CPU (cosinus { $cosine }) ; un pilote plus récent peut aider
engine-card-slower = { $device } lirait { $with } photos/s avec ce modèle, le CPU en lit { $without }
engine-card-on-battery = sur batterie, les réglages laissent la carte graphique inutilisée
engine-card-none = aucune carte graphique n’a été trouvée
engine-card-software-only = aucune carte graphique n’a été trouvée, seulement { $device }, qui calcule sur le processeur
engine-card-not-there = il n’y a pas de carte graphique { $number } ; choisissez l’une de celles-ci : { $known }
engine-cards-not-listed = les cartes graphiques n’ont pas été recensées : { $cause }
engine-card-being-tested = un autre Lumisift teste la carte graphique en ce moment
engine-card-did-not-respond = le pilote n’a pas répondu la dernière fois ; { $what }
engine-card-ended-program = le programme s’est arrêté deux fois pendant le test du pilote ; { $what }
engine-card-try-again = choisissez la carte graphique pour réessayer
engine-card-restart = { $cause } ; redémarrez Lumisift pour réessayer
engine-card-after-restart = { $cause } ; après un redémarrage, un nouvel essai n’a lieu que si vous choisissez la carte graphique
engine-card-out-of-memory = la mémoire de la carte graphique est épuisée
engine-card-lost = la carte graphique a été perdue ({ $error })
engine-card-hung = la carte graphique n’a pas répondu pendant { $seconds } secondes
engine-card-failed = la carte graphique a échoué ({ $cause })
engine-card-driver-crashed = son pilote a planté
engine-model-out-of-memory = l’appareil a trop peu de mémoire pour ce modèle ({ $error }) : choisissez un modèle plus petit, ou calculez sur le CPU
engine-model-crashed = le modèle a planté sur ce lot de photos : veuillez le signaler
engine-model-failed = le modèle a échoué : { $error }
engine-model-bad-vector = le modèle a renvoyé un vecteur de longueur { $length } : ses poids sont peut-être endommagés
engine-model-incomplete = { $folder } n’est pas un modèle complet : { $file } manque ; copiez de nouveau les fichiers du modèle
engine-no-starter = cette version ne contient pas de modèle de départ
engine-model-unknown = il n’y a pas de modèle { $name } : indiquez un dossier contenant un modèle CLIP, ou l’un de ceux que `lumisift models` liste
engine-model-not-installed = { $name } n’est pas installé : `lumisift models get { $name }` le télécharge
engine-model-unsupported = { $folder } : les modèles de type « { $family } » ne sont pas pris en charge ({ $known })
engine-weights-damaged = les poids ne conviennent pas ou sont endommagés ({ $error }) ; copiez-les de nouveau
engine-card-lacks = il manque à { $device } : { $what }
engine-card-workgroup-memory = 16 Ko de mémoire de groupe de travail
engine-model-text-refused = ce modèle ne peut pas lire le texte { $text } : { $error }
engine-model-tokenizer = ce n’est pas le tokenizer de ce modèle : { $error } ; copiez-le depuis le dépôt du modèle

## Downloads of models.

engine-download-cancelled = le téléchargement a été annulé ; la partie reçue est gardée, un téléchargement ultérieur pourra reprendre
engine-download-network = { $cause } : vérifiez le réseau, ou installez le modèle à la main ({ $what })
engine-download-mirror = { $cause } ; essayez un autre miroir, ou installez le modèle à la main ({ $what })
engine-download-unreachable = { $host } est injoignable ({ $error })
engine-download-lost = la connexion à { $host } a été perdue ({ $error })
engine-download-answered = { $host } a répondu { $status }
engine-download-damaged = { $file } venant de { $host } est endommagé ({ $error }) : réessayez, ou utilisez un autre miroir
engine-download-no-room = il faut encore { $need } pour { $folder }, mais seuls { $free } sont libres : libérez de la place et réessayez
engine-download-refused = { $host } a refusé { $repo } ({ $status }) : { $cause } ; ou installez le modèle à la main ({ $what })
engine-download-by-hand = placez config.json, preprocessor_config.json, tokenizer.json, tokenizer_config.json et model.safetensors dans { $folder }
engine-download-account = un compte est nécessaire : indiquez son jeton dans la variable HF_TOKEN
engine-download-check-name = vérifiez le nom
engine-download-too-many = trop de requêtes, réessayez dans un moment
engine-download-later = réessayez plus tard
engine-download-missing = { $repo } n’a pas de { $file } sur { $host } : { $cause }
engine-download-not-clip = ce n’est pas un modèle CLIP au format de Hugging Face, ou le nom est faux
engine-download-no-tokenizer = un modèle sans tokenizer ne peut pas lire les étiquettes
engine-download-not-listed = ce hub n’a pas les poids indiqués dans le catalogue
engine-download-pickled = il n’a que des poids au format pickle, qui ne sont jamais lus
engine-download-redirect = { $host } redirige vers { $address } ({ $what }) : la redirection n’a pas été suivie
engine-download-not-encrypted = non chiffrée
engine-download-not-web = pas une adresse web
engine-download-private = une adresse de cette machine ou d’un réseau privé
engine-download-loop = en boucle
engine-download-too-long = { $host } a envoyé plus de { $limit } octets

## Why a copy is kept.

engine-one-star = 1 étoile
engine-stars = { $count } étoiles

## Labels and searches.

engine-no-words = l’étiquette { $label } ne contient pas de mots : saisissez ce que vous cherchez, par exemple "beach"
engine-no-weight = dans { $text }, { $weight } n’est pas un poids : écrivez un nombre comme ^2 ou ^0.5
engine-like-without-path = dans { $text }, like: demande le chemin d’une photo, par exemple like:cat.jpg
engine-no-label-set = { $path } n’est pas un jeu d’étiquettes : { $cause } ; docs/labels.md montre à quoi il ressemble
engine-toml-line = ligne { $number } : { $error }
engine-label-set-empty = il manque [[labels]]
engine-label-set-threshold = le seuil de { $label } doit être compris entre 0 et 1
engine-rule-failed = règle « { $rule } » : { $cause }
engine-rules-invalid = { $path } : { $cause } ; docs/heap.md explique comment écrire des règles
engine-rules-empty = ne contient aucune règle
engine-rule-min-match = min_match vaut { $number }, mais doit être compris entre 0 et 1
engine-rule-without-folder = la règle pour « { $rule } » n’indique aucun dossier
engine-rule-to-and-mark = la règle pour « { $rule } » contient à la fois "to" et "mark"
engine-rule-without-action = la règle pour « { $rule } » ne contient ni "to" ni "mark"
engine-rule-window-closed = la fenêtre est fermée
engine-plan-outdated = modifié depuis l’établissement du plan : { $what }
engine-plan-keeper-gone = la copie à garder, { $path }, a changé ou disparu depuis l’établissement du plan : { $what }
engine-plan-again = relancez `lumisift duplicates` pour un nouveau plan
engine-sheet-too-many = { $count } photos, c’est trop pour une image : choisissez-en moins, ou créez une page en donnant un nom qui se termine par .html
engine-watch-log-failed = { $path } : { $error } ; vérifiez que le dossier est inscriptible
engine-unknown-device = { $text } n’est pas un appareil : choisissez auto, cpu, gpu, gpu:N, cuda, cuda:N ou metal, où N est le numéro d’une carte, à partir de 0
engine-no-shard = écrivez I/N, où I va de 0 à N - 1, par exemple 0/16
engine-no-row-filter = { $text } n’est pas une condition : écrivez « match>=0.2 », « match.LABEL>=0.2 » ou « probability>=0.2 »
