# Draft: not yet proof-read by a native speaker.
# Filtros, grupos, orden y búsqueda.

date-how = Escriba la fecha como 2024, 2024-05 o 2024-05-31
date-order = La primera fecha es posterior a la última
any-label = Cualquier etiqueta
something-else = Otra cosa
chip-near = también justo por debajo del umbral
chip-stars-5 = 5 estrellas
chip-stars = { $count ->
    [one] { $count } estrella o más
   *[other] { $count } estrellas o más
}
chip-name = nombre: { $text }
chip-keyword = palabra clave: { $text }
chip-place = lugar: { $text }
chip-gps = con GPS
chip-no-gps = sin GPS
chip-from = desde { $date }
chip-until = hasta { $date }
chip-folder = en { $folder }
chip-failures = con problemas
chip-nearest = más cercanas a la búsqueda
group-none = Ninguno
group-label = Etiqueta
group-month = Mes
group-day = Día
group-folder = Carpeta
group-camera = Cámara
group-place = Lugar
group-rating = Puntuación
shape-landscape = Horizontal
shape-portrait = Vertical
shape-square = Cuadrada
shape-panorama = Panorámica
flag-all = Cualquier decisión
flag-picked = Elegidas
flag-rejected = Rechazadas
flag-not-rejected = No rechazadas
flag-undecided = Sin decidir
kind-copies = Duplicados
count-copies = { $count ->
    [one] { $count } duplicado
   *[other] { $count } duplicados
}
kind-bursts = Ráfagas
count-bursts = { $count ->
    [one] { $count } ráfaga
   *[other] { $count } ráfagas
}
kind-screenshots = Capturas de pantalla
count-screenshots = { $count ->
    [one] { $count } captura de pantalla
   *[other] { $count } capturas de pantalla
}
kind-blurred = Borrosas
count-blurred = { $count ->
    [one] { $count } borrosa
   *[other] { $count } borrosas
}
kind-receipts = Recibos
count-receipts = { $count ->
    [one] { $count } recibo
   *[other] { $count } recibos
}
kind-documents = Documentos
count-documents = { $count ->
    [one] { $count } documento
   *[other] { $count } documentos
}
kind-memes = Memes y gráficos
count-memes = { $count ->
    [one] { $count } meme
   *[other] { $count } memes
}
kind-dark = Oscuras
count-dark = { $count ->
    [one] { $count } oscura
   *[other] { $count } oscuras
}
kind-blown-out = Quemadas
count-blown-out = { $count ->
    [one] { $count } quemada
   *[other] { $count } quemadas
}
kind-near-empty = Casi vacías
count-near-empty = { $count ->
    [one] { $count } casi vacía
   *[other] { $count } casi vacías
}
kind-undated = Sin fecha
count-undated = { $count } sin fecha
number-blurred = lo borrosas que son las partes más nítidas
number-dark = qué parte de la imagen es negra
number-blown-out = qué parte de la imagen es blanca
number-near-empty = qué parte de la imagen no muestra nada
number-fits = cuánto se ajusta la imagen a la descripción
shown-of-photos = { $count ->
    [one] { $shown } de { $count } foto
   *[other] { $shown } de { $count } fotos
}
photos-in-folders = { $count ->
    [one] { $count } foto en las carpetas abiertas
   *[other] { $count } fotos en las carpetas abiertas
}
count-shown = { $count ->
    [one] { $count } mostrada
   *[other] { $count } mostradas
}
hidden-by-label = { $count ->
    [one] { $count } oculta por el filtro de etiquetas
   *[other] { $count } ocultas por el filtro de etiquetas
}
hidden-by-decision = { $count ->
    [one] { $count } oculta por el filtro de elegidas y rechazadas
   *[other] { $count } ocultas por el filtro de elegidas y rechazadas
}
hidden-by-filter = { $count ->
    [one] { $count } oculta por otros filtros
   *[other] { $count } ocultas por otros filtros
}
hidden-by-unreadable = { $count ->
    [one] { $count } no se pudo leer, así que la búsqueda no puede encontrarla
   *[other] { $count } no se pudieron leer, así que la búsqueda no puede encontrarlas
}
hidden-by-unread = { $count ->
    [one] { $count } aún sin leer, así que la búsqueda no puede encontrarla
   *[other] { $count } aún sin leer, así que la búsqueda no puede encontrarlas
}
hidden-by-search = { $count ->
    [one] { $count } oculta porque no se ajusta a la búsqueda
   *[other] { $count } ocultas porque no se ajustan a la búsqueda
}
hidden-by-stack = { $count ->
    [one] { $count } plegada en su pila
   *[other] { $count } plegadas en sus pilas
}
could-not-be-read = { $count ->
    [one] { $count } no se pudo leer
   *[other] { $count } no se pudieron leer
}
not-listed = Fuera de la lista: { $what }
remove-the-filter = Quitar el filtro { $filter }
clear-all = Borrar todo
more-chips = +{ $count } más
more-filters = { $count ->
    [one] { $count } filtro más
   *[other] { $count } filtros más
}
export = Exportar…
select-none = No seleccionar
count-selected = { $count ->
    [one] { $count } seleccionada
   *[other] { $count } seleccionadas
}
show-all-best-first = mostrar todas, mejores primero
show-all-hint = Mostrar también las fotos que no se ajustan a la búsqueda, después de las que sí
filter = Filtrar
filter-count = Filtrar ({ $count })
name-contains = El nombre contiene
keyword-contains = La palabra clave contiene
keyword-hint = en la foto o en su sidecar
place-hint = localidad, región o país
place-contains = El lugar contiene
only-problems = Solo fotos con problemas
all-photos = Todas las fotos
filter-by-label = Filtrar por etiqueta: { $text }
value-count = { $value } ({ $count })
taken = Captura
taken-from = Captura desde
date-to = a
taken-to = Captura hasta
at-least = Al menos { $stars }
stars-heading = Estrellas
any = Cualquiera
colour = Color
gps = GPS
has-gps = Con GPS
no-gps = Sin GPS
orientation = Orientación
type = Tipo
camera = Cámara
lens = Objetivo
folder = Carpeta
value-now = { $name }: { $value }
value-any = { $name }: cualquiera
no-photo-has-one = Ninguna foto lo indica
and-count-more = y { $count } más
line-from = desde { $percent }
line-hint = Se muestran las fotos con { $percent } o más ({ $meaning }). Arrastre la línea o use las teclas de flecha
found-any = cualquiera
found-kind = Hallazgos: { $title }
not-analysed = Las fotos aún no se han revisado
filter-by-kind = Filtrar por tipo: { $text }
group-now = Grupo: { $value }
sort-now = Orden: { $value }
group-by = Agrupar por
group-by-hint = Agrupar por: reunir las fotos bajo encabezados
sort-by = Ordenar por
descending-hint = Descendente: haga clic para ordenar de forma ascendente
ascending-hint = Ascendente: haga clic para ordenar de forma descendente
descending = Descendente
sort-label = etiqueta
sort-match = Coincidencia
sort-search = Búsqueda
sort-name = Nombre
sort-taken = Captura
sort-modified = Modificación
sort-size = Tamaño
sort-dimensions = Dimensiones
sort-stars = Puntuación
sort-colour = Color
sort-place = Lugar
sort-match-of = Coincidencia: { $label }
sort-probability-of = Probabilidad: { $label }
searches-title = Búsquedas guardadas
no-searches = Todavía no hay búsquedas guardadas
use-the-search = Usar la búsqueda { $name }
delete-the-search = Eliminar la búsqueda { $name }
search-first = Busque o filtre primero: después podrá guardar aquí lo que pidió
name-of-the-search = Nombre de la búsqueda
save-this-search = Guardar búsqueda
