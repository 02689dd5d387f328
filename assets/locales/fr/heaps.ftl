# Draft: not yet proof-read by a native speaker.
# Copies, heaps and cleaning up.

copies-title = Copies
copies-none = Aucune photo n’est la copie d’une autre
copies-best-of = Meilleure sur { $count } : { $name }
copies-keep = Garder
copy = Copie : { $name }, { $likeness }, { $size }
copy-rejected = Copie : { $name }, { $likeness }, { $size }, rejetée
copies-rejected-badge = Rejetée
copy-caption = { $likeness }, { $size }
copies-summary = { $copies ->
    [one] { $groups ->
        [one] { $copies } copie dans { $groups } groupe : { $size }
       *[other] { $copies } copie dans { $groups } groupes : { $size }
    }
   *[other] { $groups ->
        [one] { $copies } copies dans { $groups } groupe : { $size }
       *[other] { $copies } copies dans { $groups } groupes : { $size }
    }
}
count-rejected = { $count ->
    [one] { $count } rejetée
   *[other] { $count } rejetées
}
move-rejects-to-trash = Mettre les rejetées à la corbeille…
copies-keep-all-best = Garder la meilleure de chaque groupe, rejeter le reste
undo = Annuler
copies-in-grid = Afficher les copies dans la grille
copies-keep-name = Garder { $name }
copies-keep-because = Garder { $name } : { $reasons }
reason-separator = { " ; " }
copies-keep-best = Garder la meilleure, rejeter le reste
copies-keep-name-reject = Garder { $name }, rejeter le reste
copies-compare = Comparer
copies-compare-name = Comparer { $name } avec ses copies
heaps-title = Nommer mes tas
heaps-searching = Regroupement des photos similaires…
heaps-again = Proposer à nouveau les tas écartés
heaps-none = Aucun tas à proposer : il y a peu de photos, ou peu qui se ressemblent
heaps-what = Des photos qui se ressemblent, nommées d’après ce qu’elles montrent. Faites une étiquette des tas qui vous conviennent
in-the-heap = Dans le tas { $heap } : { $name }
make-it-a-label = En faire une étiquette
make-heap-a-label = Faire de { $heap } une étiquette
dismiss-the-heap = Écarter le tas { $heap }
heap-also = aussi : { $words }
name-of-the-heap = Nom du tas { $heap }
merge = Fusionner…
merge-heap = Fusionner { $heap } avec un autre tas
merge-into = Avec { $heap }
tour-title = Nettoyage
tour-nothing = Rien à signaler : aucune copie, aucune rafale, aucune photo floue ou sans date
tour-none = Aucune trouvée : { $kinds }
tour-note = Chaque ligne affiche ses photos. Rien n’est supprimé, et chaque décision peut être annulée
found-among = Trouvé parmi ces photos
show-tour = Y jeter un œil
not-now = Pas maintenant
still-being-read = Les photos sont encore en cours de lecture : elles seront examinées ensuite
comparing = Comparaison des photos
progress-begins = { $what }…
analysis-progress = { $what } : { $done } sur { $count }
name-of-analysis-progress = Progression de l’examen
show-found = Afficher { $text }
hint-copies = Voir chaque groupe, et laquelle il vaut mieux garder
hint-bursts = Afficher les photos des rafales ; S plie chacune sur sa meilleure
hint-kind = Afficher seulement ces photos
nothing-rejected = Rien n’est encore rejeté
photos-rejected = { $count ->
    [one] { $count } photo est rejetée : { $size }
   *[other] { $count } photos sont rejetées : { $size }
}
move-to-trash-photos = Mettre { $photos } à la corbeille…
move-to-trash-dots = Mettre à la corbeille…
tour-part = { $found } ({ $size })
