# The dialog of models.
