# Draft: not yet proof-read by a native speaker.
# Etiquetas, sus umbrales y preguntas sobre ellas.

questions-sentence = { $fitting ->
    [one] { $label }: encaja { $fitting } foto; erróneas, cerca de { $wrong } ({ $wrong_low } a { $wrong_high }); omitidas, cerca de { $missed } ({ $missed_low } a { $missed_high })
   *[other] { $label }: encajan { $fitting } fotos; erróneas, cerca de { $wrong } ({ $wrong_low } a { $wrong_high }); omitidas, cerca de { $missed } ({ $missed_low } a { $missed_high })
}
label-known-otherwise = Ya existe una etiqueta “{ $text }”: en su menú se decide si excluye fotos
label-known = Ya existe una etiqueta “{ $text }”
labels-known = “{ $text }” y { $more } más ya son etiquetas
threshold-of = Umbral de { $label }
threshold-hint = Encajan las fotos con una coincidencia de { $percent } o más. Arrastre la línea o use las teclas de flecha (con Shift: pasos mayores)
go-to-label = Ir a { $label }
remove-label = Quitar { $label }
label-also = también:
stands-for = { $label } incluye { $member }
leave-this-out = Excluir
include-this = Incluir también
label-in-use = { $label } en uso
turn-off = Desactivar
turn-on = Activar
label-named = Etiqueta { $label }
show-only-label = Mostrar solo { $label }: { $count }
note-negated = no: excluye fotos de otras etiquetas
count-examples = { $count ->
    [one] { $count } ejemplo
   *[other] { $count } ejemplos
}
count-counter-examples = { $count ->
    [one] { $count } contraejemplo
   *[other] { $count } contraejemplos
}
note-text-only = solo texto
means = { $words } significa { $english }
as-typed-hint = Del { $language }: haga clic para usar las palabras tal como las escribió
use-english = Usar las palabras en inglés, que el modelo conoce
use-as-they-are = Haga clic para usar las palabras tal como están
use-model = Usar { $model }
get-model-size = Obtener { $model } ({ $size })
more-for = Más opciones para { $label }
sort-by-match = Ordenar por coincidencia
show-only-these = Mostrar solo estas
ten-questions = Diez preguntas: comprobar…
make-a-rule = Convertir en regla…
in-use-toggle = En uso
negate = No: excluir estas fotos de otras etiquetas
exactly = Buscar solo la palabra
move-up = Subir
move-down = Bajar
text-only = Solo texto: ignorar ejemplos
remove-examples = Quitar sus ejemplos
colour-number = Color { $number }
suggestion-people = personas
suggestion-beach = playa
suggestion-food = comida
suggestion-screenshot = captura de pantalla
suggestion-receipt = recibo
suggestion-pet = mascota
labels-heading = Etiquetas
more-for-labels = Más opciones para etiquetas
type-a-label = Etiqueta y luego Enter
new-label = Nueva etiqueta
would-fit = { $count ->
    [one] { $label }: encajaría { $count }
   *[other] { $label }: encajarían { $count }
}
would-be-out = { $count ->
    [one] { $label }: se excluiría { $count }
   *[other] { $label }: se excluirían { $count }
}
keep-label = Crear
keep-the-label = Crear la etiqueta { $draft }
keep-labels-each = Crear { $parts } etiquetas, una por cada parte
keep-labels = Crear { $parts } etiquetas
best-for = La mejor para { $label }: { $name }{ $video }, { $percent }
all-labels = Todas:
looser = más laxas
stricter = más estrictas
all-looser = Hacer más laxas todas las etiquetas
all-stricter = Hacer más estrictas todas las etiquetas
something-else-count = Otra cosa: { $count }
show-only-something-else = Mostrar solo otra cosa: { $photos }
something-else-hint = Fotos que no encajan con ninguna etiqueta, primero las que menos se alejan
suggestions = Sugerencias
add-the-label = Añadir la etiqueta { $text }
heaps-hint = Grupos de fotos similares para convertir en etiquetas
questions-about = Preguntas sobre { $label }
does-this-show = ¿Muestra esta foto “{ $label }”?
no-more-questions = No hay ninguna otra foto sobre la que preguntar
asked-about = Se pregunta sobre: { $name }
answer-yes-key = Sí (Y)
answer-yes = Sí, encaja
answer-no-key = No (N)
answer-no = No, no encaja
answer-not-sure-key = No lo sé (Space)
answer-not-sure = No lo sé
answer-back-key = Atrás (Ctrl+Z)
answer-undo = Retirar la respuesta
answers-needed = Con { $count } respuestas se sabe cuántas fotos son erróneas y cuántas se omiten
after-answers = Tras { $count } de { $enough } respuestas:
brackets-hint = Las cifras reales están dentro de los paréntesis 9 de cada 10 veces
set-threshold = Fijar el umbral en { $percent } y entrenar la etiqueta
at-least-percent = al menos { $percent }
type-threshold = Escribir el umbral de { $label }
click-to-type = Haga clic para escribir un valor
threshold-in-percent = Umbral de { $label } en porcentaje
below-line-of = { $text } de { $label }
show-after-others = Mostrarlas después de las demás
share-above = por encima del umbral encajan unas { $number } de cada { $of }
threshold-low = muchas fotos por encima de un umbral tan bajo no encajan
threshold-check = compruebe las fotos cercanas al umbral
examples-above = { $count ->
    [one] { $words }; de su { $count } ejemplo por encima, encajan { $fit }
   *[other] { $words }; de sus { $count } ejemplos por encima, encajan { $fit }
}
measured-hint = Medido con este modelo en fotos cotidianas: para las suyas es solo una orientación
not-measured-hint = No medido para esta etiqueta: ordene por coincidencia y fije el umbral donde las fotos dejan de encajar
photos-at = { $photos } con { $threshold } o más
unknown-words = { $words }: { $model } sabe inglés y quizá no entienda esto; { $count ->
    [one] { $better } sabe
   *[other] { $better } saben
} { $language }
other-languages = otros idiomas
