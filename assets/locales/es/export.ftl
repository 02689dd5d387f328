# Draft: not yet proof-read by a native speaker.
# El diálogo de exportación.

export-selected = Seleccionadas
export-shown = Mostradas
export-fitting = Con alguna etiqueta
export-picked = Elegidas
export-rejected = Rechazadas
transfer-copy = Copiar
transfer-move = Mover
transfer-hard-link = Enlace duro
transfer-link = Enlace
layout-label = Una por etiqueta
layout-month = Una por etiqueta y mes
layout-mirror = Como están ahora
layout-flat = Ninguna
export-title = Exportar fotos
choose-photos-and-folder = Elija las fotos y una carpeta para ver qué ocurrirá
choose-a-folder-to-see = Elija una carpeta para ver qué ocurrirá
checking-target = Comprobando la carpeta de destino…
row-photos = Fotos
row-to = Destino
choose-a-folder = Elegir carpeta…
none-yet = ninguna todavía
row-how = Modo
row-folders = Carpetas
row-names = Nombres
row-also = Además
leave-rejects-out = Omitir las rechazadas
include-paired = Incluir sidecars, archivos RAW emparejados y videos de Live Photos
write-manifest = Escribir una lista de qué fue adónde (JSON y CSV)
choice-count = { $name } ({ $count })
to-every-label = A cada etiqueta que encaje
pattern-of-names = Patrón de los nombres
pattern-hint = Puede contener { "{" }name{ "}" }, { "{" }label{ "}" }, { "{" }date{ "}" }, { "{" }match{ "}" } y { "{" }n{ "}" }
if-taken = Si el nombre ya existe:
add-a-number = Añadir número
replace = Reemplazar
replace-hint = El archivo existente se aparta, y se restaura si se deshace la exportación
plan-paired = { $count ->
    [one] { $count } archivo emparejado
   *[other] { $count } archivos emparejados
}
plan-skipped = { $count ->
    [one] { $count } ya está ahí
   *[other] { $count } ya están ahí
}
plan-renamed = { $count ->
    [one] { $count } recibe un número
   *[other] { $count } reciben un número
}
plan-replaced = { $count ->
    [one] { $count } reemplaza un archivo
   *[other] { $count } reemplazan archivos
}
plan = { $words }: { $size }
plan-of-free = { $words }: { $size } de { $free } libres
cannot-be-exported = { $count ->
    [one] No se puede exportar { $count } foto:
   *[other] No se pueden exportar { $count } fotos:
}
export-photos = Exportar { $photos }
heading-goes-to = Destino
heading-folder = Carpeta
heading-holds = Contiene
folder-itself = la carpeta misma
folder-total = { $photos }, { $size }
export-progress-name = Exportación
export-progress = { $count ->
    [one] { $done } de { $count } archivo, { $size }
   *[other] { $done } de { $count } archivos, { $size }
}
stop = Detener
exported = { $count ->
    [one] { $count } foto exportada
   *[other] { $count } fotos exportadas
}
exported-stopped = { $count ->
    [one] { $count } foto exportada antes de detenerse
   *[other] { $count } fotos exportadas antes de detenerse
}
exported-skipped = { $count ->
    [one] { $count } archivo ya estaba ahí
   *[other] { $count } archivos ya estaban ahí
}
exported-replaced = { $count ->
    [one] Se reemplazó { $count } archivo: se conserva como “nombre (replaced …)”
   *[other] Se reemplazaron { $count } archivos: se conservan como “nombre (replaced …)”
}
stayed-where-they-were = { $count ->
    [one] { $count } foto se quedó donde estaba:
   *[other] { $count } fotos se quedaron donde estaban:
}
show-the-folder = Mostrar la carpeta
finish-it = Terminar
done = Listo
interrupted-title = Se interrumpió una exportación
interrupted-note = No se perdió ninguna foto: cada una está completa en su lugar anterior o en el nuevo
interrupted-progress = { $count ->
    [one] Se exportó { $done } de { $count } archivo
   *[other] Se exportaron { $done } de { $count } archivos
}
undo-it = Deshacer
later = Más tarde
