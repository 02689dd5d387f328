# Draft: not yet proof-read by a native speaker.
# Diálogos que no tienen un archivo propio.

choose-open-folders = Abrir carpetas con fotos
choose-open-photos = Abrir fotos
choose-export-to = Exportar fotos a
choose-model = Una carpeta con un modelo CLIP
choose-store = Dónde guardar las miniaturas y los vectores
choose-exclude = Una carpeta que excluir
choose-load-labels = Un archivo de etiquetas
choose-save-labels = Guardar etiquetas como
choose-rule-target = Una carpeta para las fotos de una regla
label-set-files = Conjuntos de etiquetas
restore-name-taken = ya existe un archivo con este nombre
restore-not-here = en este sistema, solo el gestor de archivos puede restaurar archivos
no-file-dialogs = Este sistema no tiene diálogos de archivos: requieren un portal de escritorio (como xdg-desktop-portal-gtk) o zenity, y ninguno está instalado
file-dialog-did-not-open = El diálogo de archivos del sistema no se abrió
close = Cerrar
kept-last-copy = Se conserva, porque la foto de la que es copia se rechazó o ya no existe: { $path }
kept-one-of = { $copies } copias idénticas: se conserva 1 en { $path }
kept-more = y una copia de cada una ({ $photos } más)
kept-why = Para eliminar todas las copias, rechace cada una por separado
paste-labels = Pegar una lista de etiquetas
paste-labels-how = Una por línea, o separadas por comas
list-of-labels = Lista de etiquetas
add-these-labels = Añadir etiquetas
trash-title = ¿Mover las rechazadas a la papelera?
trash-what = { $count ->
    [one] { $count } foto, con sus sidecars y archivos emparejados, va a la papelera del sistema y se puede restaurar desde allí.
   *[other] { $count } fotos, con sus sidecars y archivos emparejados, van a la papelera del sistema y se pueden restaurar desde allí.
}
trash-hidden = { $count ->
    [one] { $count } de ellas no se muestra en este momento
   *[other] { $count } de ellas no se muestran en este momento
}
move-to-trash = Mover a la papelera
keep-them = Conservarlas
failures-title = Fotos que no se pudieron leer
copy-the-list = Copiar la lista
try-again = Reintentar
heading-photo = Foto
heading-why = Motivo
label-sets-title = Conjuntos de etiquetas
delete-the-set = Eliminar el conjunto { $name }
no-sets = Todavía no hay conjuntos guardados
built-in-sets = Conjuntos integrados:
load-a-file = Cargar archivo…
save-as-a-file = Guardar archivo…
name-hint = Nombre
name-of-the-set = Nombre del conjunto
save-current-labels = Guardar las actuales
dialog-settings = Ajustes
dialog-keys = Teclas
dialog-palette = Comandos
dialog-export = Exportar
dialog-interrupted = Se interrumpió una exportación
dialog-hidden = Fotos que no se muestran
dialog-keywords = Escribir palabras clave
dialog-clear-store = ¿Vaciar el almacén?
dialog-models = Modelos
dialog-remove-model = ¿Quitar el modelo?
dialog-path = Abrir por ruta
dialog-dropped = Se soltó una imagen
dialog-tour = Limpiar
dialog-copies = Duplicados
dialog-heaps = Nombrar montones
dialog-questions = Preguntas sobre una etiqueta
dialog-searches = Búsquedas guardadas
dialog-about = Acerca de Lumisift
gestures-title = En la cuadrícula y sobre una foto grande
clear-store-what = Se eliminan las miniaturas y los vectores de todas las fotos, y las carpetas abiertas se vuelven a leer. Se conservan las fotos, las etiquetas, las elecciones y las estrellas.
clear-the-store = Vaciar el almacén
keep-it = Conservar
photos-are-selected = { $count ->
    [one] { $count } foto está seleccionada
   *[other] { $count } fotos están seleccionadas
}
hidden-it = Los filtros o la búsqueda la ocultan
hidden-all = Los filtros o la búsqueda las ocultan todas
hidden-some = { $count ->
    [one] Los filtros o la búsqueda ocultan { $count } de ellas
   *[other] Los filtros o la búsqueda ocultan { $count } de ellas
}
only-shown = { $count ->
    [one] Solo la { $count } mostrada
   *[other] Solo las { $count } mostradas
}
all-of-them = { $count ->
    [one] Incluirla
   *[other] Todas ({ $count })
}
open-it = Abrirla
find-similar-photos = Buscar fotos similares
version = Versión { $version }
about-what = Clasifica fotos según las etiquetas que se escriben, en este equipo y en ningún otro lugar
about-licence = MIT o Apache-2.0. El modelo y las fotos de ejemplo tienen sus propias licencias, indicadas en THIRD_PARTY.md
about-places = Nombres de lugares: contiene datos de GeoNames (geonames.org), CC BY 4.0
find-a-command = Buscar un comando
no-such-command = No existe ese comando
type-the-path = { $reason }. Escriba la ruta en su lugar
path-example = /home/me/Pictures
path = Ruta
cancel = Cancelar
path-open-title = Abrir una carpeta o una foto por su ruta
open = Abrir
path-export-title = Exportar a esta carpeta
use-this-folder = Usar esta carpeta
use-this-model = Usar este modelo
exclude-it = Excluir
load = Cargar
save = Guardar
dialog-welcome = Bienvenida
rules-title = Reglas
rules-what = Qué ocurre con las fotos que llegan a las carpetas abiertas, una vez que se leen y nada las cambia por un momento
no-rules = Todavía no hay reglas
run-the-rule = Ejecutar la regla { $name }
delete-the-rule = Eliminar la regla { $name }
open-rule-log = Abrir el registro de reglas
rule-line = { $label } desde { $percent }, { $action }
rule-line-named = { $name }: { $label } desde { $percent }, { $action }
rule-marks = marcar: { $mark }
rule-copies-to = copiar a { $folder }
rule-moves-to = mover a { $folder }
rule-action-by-label = { $action }, por etiqueta
rule-action-by-month = { $action }, por etiqueta y mes
rule-action-by-month-only = { $action }, por mes
rule-open-first = Abra primero una carpeta
rule-label-first = Añada primero una etiqueta o guarde una búsqueda
rule-choose-first = Elija a qué fotos se refiere y qué hace, para ver qué ocurriría ahora
rule-preview-running = Examinando las fotos…
row-do = Acción
rule-copy = Copiar a una carpeta
rule-move = Mover a una carpeta
mark = Marcar
rule-no-folder = ninguna todavía
rule-by-label = Por etiqueta
rule-by-month = Por etiqueta y mes
rule-by-month-only = Por mes
rule-of-label = que encajan con { $name }
rule-of-search = de la búsqueda { $name }
choose-rule-source = Elija una etiqueta o búsqueda
photos-of-the-rule = Fotos de la regla
choose-a-mark = Elija una marca
mark-of-the-rule = Marca de la regla
only-where-undecided = Solo donde usted no lo haya decidido
rule-mark-pick = elegida
rule-mark-reject = rechazada
rule-filters-more = Filtra por algo más que lo que muestran las fotos
rule-label-excludes = Excluye fotos de otras etiquetas, y una regla necesita una etiqueta en la que encajen fotos
rule-label-gone = La etiqueta por la que filtra ya no existe
rule-asks-otherwise = Pide dos cosas a la vez, o nada que las fotos muestren
rule-others = { $count ->
    [one] { $count } no encaja
   *[other] { $count } no encajan
}
rule-would-mark = Ahora marcaría { $photos }; { $others }
rule-would-copy = Ahora copiaría { $photos }; { $others }
rule-would-move = Ahora movería { $photos }; { $others }
rule-would-fail = { $failed ->
    [one] { $text }; { $failed } no se puede procesar
   *[other] { $text }; { $failed } no se pueden procesar
}
switch-the-rule-on = Activar la regla
keep-it-off = Dejarla desactivada
