# Draft: not yet proof-read by a native speaker.
# Words of the engine. The key of a phrase is made of its English.

word-red = Rouge
word-yellow = Jaune
word-green = Vert
word-blue = Bleu
word-purple = Violet
word-exact = identique
word-near = proche
word-upright = à l’endroit
word-mirrored = en miroir
word-rotated = pivotée
word-you-chose-it = vous l’avez choisie
word-best-exposed-and-the-sharpest-of-those = la mieux exposée, et la plus nette de celles-là
word-the-sharpest = la plus nette
word-best-exposed = la mieux exposée
word-the-first-of-equally-good-ones = la première à égalité
word-you-picked-it = vous l’avez retenue
word-you-did-not-reject-it = vous ne l’avez pas rejetée
word-more-pixels = plus de pixels
word-a-less-lossy-format = un format avec moins de pertes
word-with-camera-data = avec les données de l’appareil
word-sharper = plus nette
word-more-metadata = plus de métadonnées
word-not-named-as-a-copy = pas nommée comme une copie
word-an-older-file = un fichier plus ancien
word-a-larger-file = un fichier plus gros
word-a-shorter-or-earlier-path = un chemin plus court ou plus tôt dans l’ordre
word-very-dark = très sombre
word-very-bright = très claire
word-sharp = nette
word-blurred = floue
word-no-word-fits-well = aucun mot ne convient bien
word-english = anglais
word-chinese = chinois
word-more-than-100-languages = plus de 100 langues
word-small-machines = les petites machines
word-most-people = la plupart des gens
word-reproducing-the-clip-paper = les résultats de l’article sur CLIP
word-fast = rapide
word-medium = moyen
word-slow = lent
word-japanese = japonais
word-spanish = espagnol
word-french = français
word-german = allemand
word-portuguese = portugais
word-russian = russe
word-hindi = hindi
word-arabic = arabe
word-italian = italien
word-dutch = néerlandais
word-polish = polonais
word-turkish = turc
word-ukrainian = ukrainien
word-korean = coréen
word-from-the-name = (d’après le nom)
word-from-google-takeout = (d’après Google Takeout)
word-the-photo = la photo
word-family = Famille
word-travel = Voyages
word-documents-and-screenshots = Documents et captures d’écran
skipped-unsupported = { $count ->
    [one] { $count } fichier dans un format illisible
   *[other] { $count } fichiers dans des formats illisibles
}
skipped-paired = { $count ->
    [one] { $count } fichier RAW à côté de son image
   *[other] { $count } fichiers RAW à côté de leurs images
}
skipped-live-movies = { $count ->
    [one] { $count } vidéo d’une Live Photo
   *[other] { $count } vidéos de Live Photos
}
skipped-videos = { $count ->
    [one] { $count } vidéo omise
   *[other] { $count } vidéos omises
}
skipped-needs-ffmpeg = { $count ->
    [one] { $count } vidéo qui nécessite ffmpeg : installez-le pour la voir
   *[other] { $count } vidéos qui nécessitent ffmpeg : installez-le pour les voir
}
skipped-exported = { $count ->
    [one] { $count } photo exportée auparavant
   *[other] { $count } photos exportées auparavant
}
skipped-repeated = { $count ->
    [one] { $count } lien vers un fichier déjà listé
   *[other] { $count } liens vers des fichiers déjà listés
}
sidecars = { $count ->
    [one] { $count } fichier annexe
   *[other] { $count } fichiers annexes
}
photos-and-sidecars = { $photos ->
    [one] { $sidecars ->
        [one] { $photos } photo et { $sidecars } fichier annexe
       *[other] { $photos } photo et { $sidecars } fichiers annexes
    }
   *[other] { $sidecars ->
        [one] { $photos } photos et { $sidecars } fichier annexe
       *[other] { $photos } photos et { $sidecars } fichiers annexes
    }
}
sidecars-to-write = À écrire : { $files } ; déjà à jour : { $unchanged }
sidecars-written = Écrit : { $files } ; déjà à jour : { $unchanged }
sidecars-restored = { $count ->
    [one] Comme avant : { $files }
   *[other] Comme avant : { $files }
}
speed-fast = rapide
speed-medium = moyen
speed-slow = lent
speed-photos = { $word } ici : environ { $photos } photos par seconde
speed-one = { $word } ici : environ 1 seconde par photo
speed-seconds = { $word } ici : environ { $seconds } secondes par photo
time-less = moins d’une minute
time-minutes = environ { $number } min
time-hours = environ { $number } h
time-days = environ { $number } jours
time-for-photos = { $count ->
    [one] { $time } pour { $count } photo
   *[other] { $time } pour vos { $count } photos
}
perhaps = peut-être { $word }
of-all = { $part } sur { $all }
word-camera = Appareil
word-lens = Objectif
word-exposure = Exposition
word-aperture = Ouverture
word-focal-length = Focale
word-flash = Flash
word-artist = Auteur
word-place = Lieu
word-discrete = dédiée
word-integrated = intégrée
word-of-unknown-kind = de type inconnu
word-software = logicielle
word-an-unknown-interface = interface inconnue
