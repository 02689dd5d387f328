# Commands with their names, the words by which the palette finds them, and keys.
