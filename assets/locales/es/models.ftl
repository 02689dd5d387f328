# Draft: not yet proof-read by a native speaker.
# El diálogo de modelos.

models-title = Modelos
repository-hint = OWNER/NAME en Hugging Face
repository = Repositorio
get = Obtener
add-a-folder = Añadir carpeta…
mirror = Espejo
mirror-hint = https://… si no se puede acceder a Hugging Face
starter = Inicial
starter-about = Integrado · inglés · cosas cotidianas
the-starter = el modelo inicial
in-use = En uso
use = Usar
use-named = Usar { $name }
recommended-for = recomendado para { $advice }
get-size = Obtener { $size }
get-named-size = Obtener { $name }, { $size }
remove-named = Quitar { $name }…
on-imagenet = { $percent } en ImageNet
download = Descarga
download-connecting = Buscando…
download-waiting = Se perdió la conexión: se reintentará en un momento
download-checking = Comprobando…
download-rate = { $done } de { $total }, { $rate }/s
download-left = { $done } de { $total }, { $rate }/s, quedan { $left }
download-seconds = cerca de { $number } s
download-time = { $size } · { $time } a { $rate }/s, como en la última descarga
download-time-example = { $size } · { $time } a { $speed } Mbit/s
remove-model-title = ¿Quitar el modelo?
remove-ours = Se eliminan sus archivos y los vectores que calculó. Se conservan las fotos, las etiquetas, las elecciones y las estrellas.
remove-theirs = Se eliminan los vectores que calculó, y su carpeta deja de aparecer en la lista. La carpeta en sí se conserva.
remove = Quitar
