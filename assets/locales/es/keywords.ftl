# Draft: not yet proof-read by a native speaker.
# El diálogo que escribe palabras clave.

keywords-title = Escribir palabras clave
writing = Escribiendo…
could-not-be-written = { $count ->
    [one] No se pudo escribir { $count } foto:
   *[other] No se pudieron escribir { $count } fotos:
}
cannot-be-changed = { $count ->
    [one] No se puede cambiar { $count } foto:
   *[other] No se pueden cambiar { $count } fotos:
}
cannot-be-written-into = { $count ->
    [one] No se puede escribir dentro de { $count } foto:
   *[other] No se puede escribir dentro de { $count } fotos:
}
reading-metadata = Leyendo metadatos…
row-write = Escribir
labels-that-fit = Etiquetas que encajan
only-where-unsaid = Solo donde los metadatos aún no lo dicen
write-stars = Estrellas
write-colours = Colores
write-rejects = Rechazadas, como puntuación -1
write-descriptions = Descripciones
write-descriptions-hint = Qué muestra la foto, cuándo se tomó y cómo salió, para personas que no pueden verla. Se escribe donde la foto aún no tiene descripción
write-descriptions-later = Será posible cuando se hayan revisado las fotos
replace-descriptions = Reemplazar las descripciones existentes
row-parent = Superior
no-parent = sin palabra clave superior
parent-keyword = Palabra clave superior
parent-hint = "AI" coloca "cat" por debajo: AI|cat
row-sidecars = Sidecars
write-inside = Escribir en las propias fotos
write-inside-hint = JPEG, PNG, WebP, TIFF, HEIC, AVIF: solo cambian sus metadatos. Los demás formatos reciben un sidecar
naming-whole = IMG.jpg.xmp (digiKam, darktable, Immich)
naming-stem = IMG.xmp (programas de Adobe)
heading-file = Archivo
heading-keywords = Palabras clave que tendrá
heading-keywords-description = Palabras clave que tendrá y su nueva descripción
planned-description = “{ $description }”
planned-keywords-description = { $keywords } – “{ $description }”
write-files = Escribir { $files }
