# Draft: not yet proof-read by a native speaker.
# The welcome of the first start.

welcome-title = Bienvenue dans Lumisift
welcome-step = Étape { $number } sur { $of }
welcome-back = Retour
welcome-next = Suivant
welcome-skip = Passer
welcome-start = Démarrer
welcome-language = Choisissez votre langue
welcome-photos = Déposez un dossier de photos sur cette fenêtre
welcome-photos-note = Ou choisissez-en un ici, ou essayez avec quelques photos fournies avec le programme. Les photos sont seulement lues : rien n’est déplacé ni modifié tant que vous ne le demandez pas.
welcome-model = Quel modèle doit regarder vos photos ?
welcome-model-note = Le modèle de départ fonctionne tout de suite. D’autres en savent plus, et ne sont téléchargés que si vous le demandez.
welcome-all-models = Tous les modèles…
