# Draft: not yet proof-read by a native speaker.
# Duplicados, montones y limpieza.

copies-title = Duplicados
copies-none = Ninguna foto es copia de otra
copies-best-of = La mejor de { $count }: { $name }
copies-keep = Conservar
copy = Duplicado: { $name }, { $likeness }, { $size }
copy-rejected = Duplicado: { $name }, { $likeness }, { $size }, foto rechazada
copies-rejected-badge = Rechazada
copy-caption = { $likeness }, { $size }
copies-summary = { $copies ->
    [one] { $groups ->
        [one] { $copies } duplicado en { $groups } grupo: { $size }
       *[other] { $copies } duplicado en { $groups } grupos: { $size }
    }
   *[other] { $groups ->
        [one] { $copies } duplicados en { $groups } grupo: { $size }
       *[other] { $copies } duplicados en { $groups } grupos: { $size }
    }
}
count-rejected = { $count ->
    [one] { $count } rechazada
   *[other] { $count } rechazadas
}
move-rejects-to-trash = Mover rechazadas a la papelera…
copies-keep-all-best = Conservar la mejor de cada grupo y rechazar el resto
undo = Deshacer
copies-in-grid = Mostrar en la cuadrícula
copies-keep-name = Conservar { $name }
copies-keep-because = Conservar { $name }: { $reasons }
reason-separator = ;{ " " }
copies-keep-best = Conservar la mejor, rechazar otras
copies-keep-name-reject = Conservar { $name } y rechazar el resto
copies-compare = Comparar
copies-compare-name = Comparar { $name } con sus duplicados
heaps-title = Nombrar montones
heaps-searching = Reuniendo fotos similares…
heaps-again = Volver a proponer los descartados
heaps-none = No hay montones que proponer: hay pocas fotos, o pocas que se parezcan
heaps-what = Fotos parecidas, nombradas por lo que muestran. Convierta en etiquetas las que desee
in-the-heap = En el montón { $heap }: { $name }
make-it-a-label = Crear etiqueta
make-heap-a-label = Crear la etiqueta { $heap }
dismiss-the-heap = Descartar el montón { $heap }
heap-also = también: { $words }
name-of-the-heap = Nombre del montón { $heap }
merge = Combinar…
merge-heap = Combinar { $heap } con otro montón
merge-into = En { $heap }
tour-title = Limpiar
tour-nothing = Nada llama la atención: ni duplicados, ni ráfagas, ni fotos borrosas o sin fecha
tour-none = Sin resultados: { $kinds }
tour-note = Cada línea muestra sus fotos. No se elimina nada, y toda decisión se puede deshacer
found-among = Encontrado entre estas fotos
show-tour = Examinar
not-now = Ahora no
still-being-read = Las fotos aún se están leyendo: se revisarán cuando termine la lectura
comparing = Comparando fotos
progress-begins = { $what }…
analysis-progress = { $what }: { $done } de { $count }
name-of-analysis-progress = Progreso de la revisión
show-found = Mostrar { $text }
hint-copies = Ver cada grupo y cuál conviene conservar
hint-bursts = Mostrar las fotos de las ráfagas; S pliega cada una en la mejor
hint-kind = Mostrar solo estas fotos
nothing-rejected = Todavía no se ha rechazado nada
photos-rejected = { $count ->
    [one] { $count } foto rechazada: { $size }
   *[other] { $count } fotos rechazadas: { $size }
}
move-to-trash-photos = Mover { $photos } a la papelera…
move-to-trash-dots = Mover a la papelera…
tour-part = { $found } ({ $size })
