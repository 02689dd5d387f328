# Draft: not yet proof-read by a native speaker.
# Ajustes.

settings-title = Ajustes
sidecars-row = Sidecars
theme = Tema
theme-system = Igual que el sistema
theme-light = Claro
theme-dark = Oscuro
text-size = Escala
model = Modelo
model-none = ninguno
models = Modelos…
device = Dispositivo
device-auto = Automático
device-cpu = CPU
graphics-card-number = Tarjeta gráfica { $number }
graphics-card = Tarjeta gráfica
gpu-on-battery = Usar la tarjeta gráfica también con batería
device-in-use = En uso: { $device }
device-in-use-because = En uso: { $device } ({ $reason })
precision = Precisión en la CPU
precision-auto = Automática
precision-auto-hint = La más rápida aceptable
precision-full = Completa
precision-int8 = 8 bits
precision-agrees = 8 bits: los vectores coinciden con la precisión completa en al menos { $number }
threads-row = Hilos para leer fotos
one-per-core = Uno por núcleo
threads = Hilos
memory-row = Memoria para decodificar
quarter-of-memory = Un cuarto de la memoria
megabytes-suffix = { " " }MB
mebibytes-suffix = { " " }MiB
memory-for-decoding = Memoria para decodificar
store = Almacén
store-knows = { $count ->
    [one] { $count } foto conocida, { $size }
   *[other] { $count } fotos conocidas, { $size }
}
move-to = Mover a…
default-location = Ubicación estándar
tidy-up = Depurar
tidy-hint = Olvida las fotos cuyos archivos faltan desde hace 90 días y lo que supera el límite de tamaño de abajo
clear = Vaciar…
limit-its-size = Limitar su tamaño a
size-of-the-store = Tamaño del almacén
thumbnail-quality = Calidad de las miniaturas
thumbnail-hint = Calidad JPEG de las miniaturas nuevas
videos = Videos
show-videos = Mostrar videos entre las fotos
videos-hint = Cada uno se muestra y se encuentra por su mejor fotograma
excluded-folders = Carpetas excluidas
no-longer-exclude = Dejar de excluir { $folder }
always-excluded = Las carpetas ocultas y del sistema siempre se excluyen
language = Idioma
language-system = Igual que el sistema
language-draft = { $language } (borrador)
