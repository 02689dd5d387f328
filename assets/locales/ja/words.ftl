# Words of the engine. The key of a phrase is made of its English.
