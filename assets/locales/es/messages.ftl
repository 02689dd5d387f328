# Draft: not yet proof-read by a native speaker.
# Mensajes sobre lo que ha ocurrido.

label-back = la etiqueta “{ $one }” ha vuelto
label-gone = la etiqueta “{ $one }” ya no está
label-as-it-was = la etiqueta “{ $label }” está como antes
labels-order-back = las etiquetas están en su orden anterior
labels-as-they-were = las etiquetas están como antes
threshold-as-it-was = el umbral está como antes
heaps-as-they-were = los montones están como antes
sets-as-they-were = los conjuntos de etiquetas guardados están como antes
searches-as-they-were = las búsquedas guardadas están como antes
rules-as-they-were = las reglas están como antes
no-thread-for-decisions = No se pudo iniciar ningún hilo ({ $error }): las decisiones no se guardan. Cierre otros programas y reinicie Lumisift
no-burst = Ninguna otra foto de esta carpeta se tomó a menos de 2 segundos de esta
cannot-be-shown = Otro programa no puede mostrar { $path }: { $error }
copied = { $count ->
    [one] { $count } foto copiada: péguela como archivo o como ruta
   *[other] { $count } fotos copiadas: péguelas como archivos o como rutas
}
copied-paths = { $count ->
    [one] { $count } ruta copiada; el archivo no se pudo copiar: { $reason }
   *[other] { $count } rutas copiadas; los archivos no se pudieron copiar: { $reason }
}
all-copies-rejected = Todas estas copias ya están rechazadas
copies-rejected = { $count ->
    [one] { $count } copia rechazada: mover las rechazadas a la papelera libera { $size }. Se puede revertir con Deshacer
   *[other] { $count } copias rechazadas: mover las rechazadas a la papelera libera { $size }. Se puede revertir con Deshacer
}
no-scenes = No se encontraron fotos de una misma escena
stacks-soon = Las pilas se pliegan en cuanto se encuentran
stacks-not-among-kind = Las pilas se pliegan de nuevo cuando se quita el filtro «Hallazgos»
ask-click-label = Haga clic primero en una etiqueta: las preguntas son sobre la etiqueta abierta
ask-nothing = Todavía no hay nada que preguntar: la etiqueta no tiene valores de coincidencia
search-label-gone = La etiqueta por la que filtra “{ $name }” ya no existe: se muestran todas las etiquetas
rules-marked = { $count ->
    [one] { $count } foto marcada por reglas. Se puede revertir con Deshacer
   *[other] { $count } fotos marcadas por reglas. Se puede revertir con Deshacer
}
rules-copied = { $count ->
    [one] { $count } foto copiada por reglas. Se puede revertir con Deshacer
   *[other] { $count } fotos copiadas por reglas. Se puede revertir con Deshacer
}
rules-moved = { $count ->
    [one] { $count } foto movida por reglas. Se puede revertir con Deshacer
   *[other] { $count } fotos movidas por reglas. Se puede revertir con Deshacer
}
rule-stopped = Una regla se detuvo antes de terminar (exportación { $id }): se reintentará lo que falta
rules-failed = { $count ->
    [one] Las reglas no pudieron procesar un archivo: { $first }
   *[other] Las reglas no pudieron procesar { $count } archivos. El primero: { $first }
}
rules-not-loaded = Las reglas aún no se han cargado: inténtelo de nuevo en un momento
rules-not-kept = Las reglas no se guardan: { $problem }
redone = Rehecho: { $what }
undone = Deshecho: { $what }
redone-decisions = { $count ->
    [one] Rehecho: la decisión sobre { $count } foto
   *[other] Rehecho: la decisión sobre { $count } fotos
}
undone-decisions = { $count ->
    [one] Deshecho: la decisión sobre { $count } foto
   *[other] Deshecho: la decisión sobre { $count } fotos
}
samples-not-written = Las fotos de ejemplo no se pueden escribir en { $folder }: { $error }
too-many-examples = { $count ->
    [one] Una etiqueta admite como máximo { $most } ejemplos y otros tantos contraejemplos: se omitió { $count } foto. Seleccione las que mejor muestren lo que quiere decir
   *[other] Una etiqueta admite como máximo { $most } ejemplos y otros tantos contraejemplos: se omitieron { $count } fotos. Seleccione las que mejor muestren lo que quiere decir
}
teach-click-label = Haga clic primero en una etiqueta: las fotos se convierten en ejemplos de la etiqueta abierta
taught = { $count ->
    [one] { $label }: { $before } -> encaja { $count } foto
   *[other] { $label }: { $before } -> encajan { $count } fotos
}
export-undone = { $count ->
    [one] { $count } archivo está como antes de la exportación
   *[other] { $count } archivos están como antes de la exportación
}
no-thread = No se pudo iniciar ningún hilo ({ $error }): cierre otros programas e inténtelo de nuevo
no-threads = No se pudieron iniciar hilos ({ $error }): cierre otros programas e inténtelo de nuevo
task-crashed = Una tarea falló: es un error del programa; comuníquelo junto con lo que escribe `lumisift doctor --bundle FILE.zip`
model-not-loaded = No se pudo cargar el modelo
store-rebuilt = Entretanto se reconstruyó el almacén: las fotos se están buscando de nuevo
reading-waits = { $reason }. La lectura se reanuda cuando haya espacio
reading-stopped = La lectura se detuvo: { $problem }
root-unreachable = { $path } no se puede leer ahora: vuelva a conectarlo y elija "Buscar fotos nuevas"
store-tidied = { $count ->
    [one] Se olvidó { $count } foto; el almacén ocupa { $freed } menos
   *[other] Se olvidaron { $count } fotos; el almacén ocupa { $freed } menos
}
keywords-not-undone = No se pudieron deshacer las palabras clave: { $problem }
decisions-in-recovery-file = Hasta entonces, las decisiones se guardan en { $path }
decisions-in-memory = Las decisiones solo están en la memoria: no cierre la ventana todavía
decisions-saved = Todas las decisiones están guardadas, pero este archivo podría recuperar otras anteriores en el próximo inicio
decisions-set-aside = No se pudieron leer las decisiones de { $path }: el archivo se apartó como { $name }
decisions-problem = { $error }. Lumisift sigue intentándolo. { $where_they_are }
not-a-repository = { $name } no es un repositorio: su nombre tiene la forma OWNER/NAME
paste-only-paths = Aquí solo se pueden pegar rutas de carpetas y fotos. Pegue las palabras en el campo de etiquetas o de búsqueda
on-the-web = { $shown } está en la web, y Lumisift solo lee archivos de este equipo: guárdelo en una carpeta y suelte el archivo
not-photos = { $count ->
    [one] { $names } no es una foto y no se abrió
   *[other] { $names } no son fotos y no se abrieron
}
paths-missing = { $count ->
    [one] { $names } no está (¿se movió o eliminó?)
   *[other] { $names } no están (¿se movieron o eliminaron?)
}
type-absolute-path = Escriba una ruta absoluta, como /home/me/Pictures o C:\Photos
no-parent-folder = La carpeta que debe contener { $shown } no existe
no-file = No existe el archivo { $shown }
no-folder = No existe la carpeta { $shown }
no-folder-or-photo = No existe ninguna carpeta ni foto { $shown }
neither-folder-nor-photo = { $shown } no es una carpeta ni una foto
decoder-gave-up = el decodificador no pudo con este archivo: probablemente está dañado
settings-not-written = Los ajustes no se pueden escribir en { $folder }: { $error }. Lumisift sigue intentándolo
settings-set-aside = los ajustes de { $path } no se pueden leer ({ $error }): el archivo se apartó como { $name } y se usan los predeterminados
settings-left = los ajustes de { $path } no se pueden leer ({ $error }): el archivo no se modificó y se usan los predeterminados
settings-not-loaded = { $path } contiene ajustes válidos que antes no se pudieron leer; reinicie Lumisift para usarlos
settings-problems = en los ajustes de { $path }: { $problems }
settings-value-unusable = { $name } no se puede usar ({ $reason })
settings-store-relative = "store": { $value } no es una ruta absoluta: se usa la carpeta predeterminada
settings-text-size-range = "text_size": { $value } no está entre 100 y 200 por ciento: se usa 100
settings-threads-too-many = "threads": { $value } supera el máximo: se usa { $most }
settings-quality-range = "thumbnail_quality": { $value } no está entre 1 y 100: se usa el valor predeterminado
scoring-crashed = Falló el cálculo de coincidencias con estas etiquetas: es un error del programa; comuníquelo
trash-missing = { $count ->
    [one] { $count } archivo ya no está en la papelera
   *[other] { $count } archivos ya no están en la papelera
}
trash-not-restored = { $count ->
    [one] { $count } archivo se queda en la papelera ({ $path }: { $why }). Corríjalo y vuelva a deshacer
   *[other] { $count } archivos se quedan en la papelera ({ $path }: { $why }). Corríjalo y vuelva a deshacer
}
trash-not-all-back = No se recuperó todo: { $parts }
trashed-undo = { $count ->
    [one] { $count } foto está en la papelera: deshaga para restaurarla
   *[other] { $count } fotos están en la papelera: deshaga para restaurarlas
}
trashed = { $count ->
    [one] { $count } foto está en la papelera y se puede restaurar desde allí
   *[other] { $count } fotos están en la papelera y se pueden restaurar desde allí
}
trash-restored = { $count ->
    [one] { $count } archivo volvió de la papelera
   *[other] { $count } archivos volvieron de la papelera
}
stays-similar-copy = se queda: { $copy } es casi el mismo video, pero no una copia idéntica
stays-changed = se queda: su copia { $copy } cambió o ya no existe; busque primero fotos nuevas
not-trashed = no se pudo mover a la papelera ({ $e }): mueva las rechazadas a una carpeta
choose-another = { $problem }. Elija otro modelo u otro almacén en los ajustes
advice-memory = { $problem }: auméntelo en los ajustes
advice-store = { $problem }; elija otra carpeta para él en los ajustes
advice-room = { $problem }; libere espacio o elija otra carpeta para el almacén en los ajustes
advice-writable = { $problem }: haga que su disco admita escritura o elija otra carpeta para el almacén en los ajustes
advice-device = { $problem }: elija otro dispositivo en los ajustes
advice-card = { $problem } (en «Dispositivo», en los ajustes)
settings = Ajustes…
dismiss = Descartar
messages = Mensajes
no-messages = Todavía no hay mensajes
