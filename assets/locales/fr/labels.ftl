# Draft: not yet proof-read by a native speaker.
# Labels, their thresholds, and questions about them.

questions-sentence = { $fitting ->
    [one] { $label } : { $fitting } photo correspond ; erreurs : environ { $wrong } (de { $wrong_low } à { $wrong_high }), oublis : environ { $missed } (de { $missed_low } à { $missed_high })
   *[other] { $label } : { $fitting } photos correspondent ; erreurs : environ { $wrong } (de { $wrong_low } à { $wrong_high }), oublis : environ { $missed } (de { $missed_low } à { $missed_high })
}
label-known-otherwise = Il y a déjà une étiquette « { $text } » : son menu détermine si elle exclut des photos
label-known = Il y a déjà une étiquette « { $text } »
labels-known = « { $text } » et { $more } de plus sont déjà des étiquettes
threshold-of = Seuil de { $label }
threshold-hint = Les photos dont la correspondance atteint { $percent } conviennent. Faites glisser la ligne ou utilisez les flèches (avec Shift : pas plus grands)
go-to-label = Aller à { $label }
remove-label = Supprimer { $label }
label-also = aussi :
stands-for = { $label } comprend { $member }
leave-this-out = Exclure ceci
include-this = Inclure aussi ceci
label-in-use = Utiliser { $label }
turn-off = Désactiver
turn-on = Activer
label-named = Étiquette { $label }
show-only-label = Afficher seulement { $label } : { $count }
note-negated = négation : exclut des photos des autres étiquettes
count-examples = { $count ->
    [one] { $count } exemple
   *[other] { $count } exemples
}
count-counter-examples = { $count ->
    [one] { $count } contre-exemple
   *[other] { $count } contre-exemples
}
note-text-only = texte seul
means = { $words } signifie { $english }
as-typed-hint = { $language } : cliquez pour utiliser les mots tels que vous les avez saisis
use-english = Utiliser les mots anglais, que le modèle connaît
use-as-they-are = Cliquez pour utiliser les mots tels quels
use-model = Utiliser { $model }
get-model-size = Obtenir { $model } ({ $size })
more-for = Plus pour { $label }
sort-by-match = Trier par correspondance
show-only-these = Afficher seulement celles-ci
ten-questions = Dix questions : vérifier…
make-a-rule = En faire une règle…
in-use-toggle = Utilisée
negate = Négation : exclure ces photos des autres étiquettes
exactly = Chercher le mot seul
move-up = Monter
move-down = Descendre
text-only = Texte seul : ignorer les exemples
remove-examples = Supprimer ses exemples
colour-number = Couleur { $number }
suggestion-people = personnes
suggestion-beach = plage
suggestion-food = nourriture
suggestion-screenshot = capture d’écran
suggestion-receipt = reçu
suggestion-pet = animal de compagnie
labels-heading = Étiquettes
more-for-labels = Plus pour les étiquettes
type-a-label = Étiquette, puis Entrée
new-label = Nouvelle étiquette
would-fit = { $count ->
    [one] { $label } : { $count } conviendrait
   *[other] { $label } : { $count } conviendraient
}
would-be-out = { $count ->
    [one] { $label } : { $count } serait exclue
   *[other] { $label } : { $count } seraient exclues
}
keep-label = Garder
keep-the-label = Garder l’étiquette { $draft }
keep-labels-each = Garder { $parts } étiquettes, une pour chaque partie
keep-labels = Garder { $parts } étiquettes
best-for = Meilleure pour { $label } : { $name }{ $video }, { $percent }
all-labels = Toutes :
looser = élargir
stricter = resserrer
all-looser = Élargir toutes les étiquettes
all-stricter = Resserrer toutes les étiquettes
something-else-count = Autre chose : { $count }
show-only-something-else = Afficher seulement autre chose : { $photos }
something-else-hint = Photos qui ne correspondent à aucune étiquette, les plus proches d’abord
suggestions = Suggestions
add-the-label = Ajouter l’étiquette { $text }
heaps-hint = Groupes de photos similaires, à transformer en étiquettes
questions-about = Questions sur { $label }
does-this-show = Cette photo montre-t-elle « { $label } » ?
no-more-questions = Il n’y a pas d’autre photo sur laquelle interroger
asked-about = Photo en question : { $name }
answer-yes-key = Oui (Y)
answer-yes = Oui, elle convient
answer-no-key = Non (N)
answer-no = Non, elle ne convient pas
answer-not-sure-key = Ne sait pas (Espace)
answer-not-sure = Ne sait pas
answer-back-key = Retour (Ctrl+Z)
answer-undo = Reprendre la réponse
answers-needed = { $count } réponses indiquent combien de photos sont des erreurs et combien sont oubliées
after-answers = Après { $count } réponses sur { $enough } :
brackets-hint = Les vrais nombres sont entre les parenthèses 9 fois sur 10
set-threshold = Fixer le seuil à { $percent } et entraîner l’étiquette
at-least-percent = au moins { $percent }
type-threshold = Saisir le seuil de { $label }
click-to-type = Cliquez pour saisir une valeur
threshold-in-percent = Seuil de { $label } en pour cent
below-line-of = { $text } de { $label }
show-after-others = Les afficher après les autres
share-above = environ { $number } sur { $of } au-dessus du seuil conviennent
threshold-low = beaucoup de photos au-dessus d’un seuil si bas ne conviennent pas
threshold-check = vérifiez les photos proches du seuil
examples-above = { $count ->
    [one] { $words } ; { $fit } sur { $count } de vos exemples au-dessus convient
   *[other] { $words } ; { $fit } sur { $count } de vos exemples au-dessus conviennent
}
measured-hint = Mesuré avec ce modèle sur des photos du quotidien : pour les vôtres, ce n’est qu’un repère
not-measured-hint = Pas mesuré pour cette étiquette : triez par correspondance, et placez le seuil là où les photos cessent de convenir
photos-at = { $photos } à { $threshold } ou plus
unknown-words = { $words } : { $model } parle anglais et ne connaît peut-être pas ceci ; { $count ->
    [one] { $better } parle
   *[other] { $better } parlent
} { $language }
other-languages = d’autres langues
