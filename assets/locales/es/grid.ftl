# Draft: not yet proof-read by a native speaker.
# La cuadrícula, sus encabezados, las barras de arriba y abajo, y la ventana vacía.

no-date = Sin fecha
no-camera = Sin cámara
no-place = Sin lugar
no-stars = Sin estrellas
drop-onto-label = { $photos }: suelte sobre una etiqueta
spoken-percent = { $number } por ciento
spoken-less = menos del { $number } por ciento
spoken-fits = { $label } { $percent }
spoken-nearest = lo más cercano: { $label } { $percent }
spoken-found = encontrada { $percent }
spoken-taken = tomada el { $day }
spoken-picked = elegida
spoken-rejected = rechazada
spoken-colour = color { $colour }
spoken-problem = problema: { $problem }
spoken-separator = ,{ " " }
drop-to-open = Suelte para abrir
drop-to-search = Suelte para buscar fotos similares
looking-for-photos = Buscando fotos…
found-so-far = { $count ->
    [one] { $count } encontrada hasta ahora
   *[other] { $count } encontradas hasta ahora
}
loading-model = Cargando el modelo…
drop-a-folder = Suelte aquí una carpeta de fotos
no-photos-in-folders = No hay fotos en las carpetas abiertas
then-type-labels = Después escriba etiquetas, como playa o recibo: las fotos se clasifican solas
open-folder = Abrir carpeta…
promise = Todo permanece en este equipo
no-model-title = No se pueden leer fotos sin un modelo
choose-another-model = Elegir otro modelo…
all-exported = Todas las fotos de aquí las exportó Lumisift: para verlas, abra directamente su carpeta
files-unsupported = { $count ->
    [one] { $count } archivo tiene un formato que no se puede leer
   *[other] { $count } archivos tienen formatos que no se pueden leer
}
sorting = Clasificando…
being-read = Se están leyendo las fotos…
nothing-fits = Ninguna foto se ajusta a los filtros y la búsqueda
nothing-meets-search = Ninguna foto cumple las condiciones de la búsqueda “{ $search }”
show-the-nearest = Ver las más cercanas
clear-filters-and-search = Borrar filtros y búsqueda
photos-list = Fotos, { $count }
scroll-bar-name = Desplazarse por las fotos
just-below-line = Justo por debajo del umbral
not-read-yet = Sin leer todavía
select-all-of = Seleccionar todo de { $name }, { $photos }
photos-span = { $photos }, { $span }
select-all = Seleccionar todo
more-below-line = { $count } casi en el umbral
show-more-below = Mostrar { $text } de { $label }
example-of = Ejemplo de
counter-example-of = Contraejemplo de
stars-menu = Estrellas
colour-menu = Color
stack-photos = { $count ->
    [one] { $count } foto
   *[other] { $count } fotos
}
stack-best = La mejor de { $count }
spoken-stack = pila de { $count } fotos
spoken-best = la mejor de { $count }: { $reason }
exporting = Exportando: { $done } de { $count }
model-loading = cargando el modelo…
no-model = sin modelo
runs-on-model = { $device }, { $model }
runs-because = Se ejecuta en { $device }: { $why }
starter-knows = El modelo inicial integrado conoce cosas cotidianas. Los modelos CLIP conocen mucho más: obtenga uno en Modelos
two-sentences = { $words }. { $why }
resume = Reanudar
pause = Pausar
paused = En pausa
progress = Progreso
stage-listing = Buscando fotos
stage-reading = Leyendo fotos
stage-words = { $stage }: { $words }
stage-found = { $count ->
    [one] { $stage }: { $count } encontrada hasta ahora
   *[other] { $stage }: { $count } encontradas hasta ahora
}
stage-done = { $stage }: { $done } de { $count }
progress-rate = { $text }, { $rate } por segundo
progress-left = { $text }, quedan { $left }
read-by = { $count ->
    [one] { $count } foto, { $read } leída por { $model }
   *[other] { $count } fotos, { $read } leídas por { $model }
}
no-folder-open = No hay ninguna carpeta abierta
starting = Iniciando
stopped = Detenido: { $text }
analysing = Revisando las fotos
analysing-of = Revisando: { $done } de { $count }
search-hint = Buscar: atardecer -personas, IMG_40*, playa 2019
search = Buscar
clear-the-search = Borrar la búsqueda
menu = Menú
or-drop = También puede soltar carpetas y fotos en cualquier parte de la ventana
folders = Carpetas
close-folder = Cerrar { $folder }
recent-folders = Carpetas recientes
size-of-thumbnails = Tamaño de las miniaturas
spoken-came-out = { $said }; { $came_out }
description-taken = { $said }; tomada el { $day }
