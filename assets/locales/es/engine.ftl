# Draft: not yet proof-read by a native speaker.
# Frases del motor, que se reconocen por su texto en inglés.

## Files that cannot be read.

engine-cancelled = la operación se canceló
engine-missing = no está (¿se movió o eliminó?)
engine-no-permission = sin permiso de lectura
engine-folder-not-photo = es una carpeta, no una foto
engine-not-opened = no es un archivo normal, así que no se abrió
engine-not-regular = no es un archivo normal
engine-over-a-gigabyte = más de 1 GiB, demasiado para una foto
engine-over-limit = más de { $limit }, demasiado para leerlo
engine-link-into-itself = un enlace que lleva de vuelta a su propia carpeta
engine-empty-file = el archivo está vacío: busque otra copia de la foto
engine-no-photo = no es una foto: { $cause }
engine-is-pdf = es un documento PDF
engine-is-archive = es un archivo ZIP o un documento de oficina
engine-is-video = es un video
engine-is-sound = es un archivo de audio o video
engine-is-markup = es una página web o marcado, quizá de una descarga fallida
engine-unknown-content = su contenido no está en un formato de imagen conocido
engine-cannot-be-read-yet = { $what }: todavía no se pueden leer; guarde la foto como JPEG o PNG con otro programa
engine-kind-cannot-be-read-yet = este tipo de archivo { $format } todavía no se puede leer: guarde la foto como JPEG o PNG con otro programa
engine-files-with-compression = los archivos { $format } con esta compresión
engine-files-with-codec = los archivos { $format } con compresión { $codec }
engine-files-with-colours = los archivos { $format } con estos colores
engine-files-with-matrix = los archivos { $format } con esta matriz de color
engine-files-of-colour-type = los archivos { $format } de este tipo de color
engine-files-in-colour-mode = los archivos { $format } en este modo de color
engine-files-with-samples = los archivos { $format } con muestras de este tamaño
engine-files-with-raw-data = los archivos { $format } con datos RAW de un sensor
engine-files-without-composite = los archivos { $format } sin «Maximizar compatibilidad»
engine-files-avif = los archivos AVIF
engine-files-heic = los archivos HEIC
engine-files-jpeg-xl = los archivos JPEG XL
engine-files-high-throughput = los archivos { $format } de alto rendimiento
engine-files-not-av1 = los archivos { $format } con imágenes que no son AV1
engine-files-old-jpeg = los archivos { $format } con compresión JPEG antigua
engine-files-many-samples = los archivos { $format } con más de 64 muestras por píxel
engine-files-mixed-samples = los archivos { $format } con muestras de varios tamaños
engine-files-complex-samples = los archivos { $format } con números complejos o muestras de varios tipos
engine-files-with-compressed-samples = los archivos { $format } con muestras de este tamaño en esta compresión
engine-files-with-predictor = los archivos { $format } con este predictor
engine-files-with-chroma = los archivos { $format } con la crominancia guardada de esta forma
engine-files-with-inks = los archivos { $format } con tintas distintas de CMYK
engine-files-logluv = los archivos { $format } con colores LogLuv
engine-files-with-palette = los archivos { $format } con una paleta de este tamaño
engine-files-lossless = los archivos { $format } sin pérdida
engine-files-arithmetic = los archivos { $format } con codificación aritmética
engine-files-hierarchical = los archivos { $format } jerárquicos
engine-files-12-bit = los archivos { $format } de 12 bits
engine-no-preview = el archivo RAW no contiene vista previa, y los datos RAW no se revelan: exporte la foto como JPEG con el software de la cámara o un conversor RAW
engine-needs-memory = { $what } necesita { $need } de memoria para decodificarse; el límite es { $limit }
engine-the-photo = la foto
engine-photo-of-pixels = la foto de { $width } x { $height } píxeles
engine-frame-of-pixels = un fotograma de { $width } x { $height } píxeles
engine-no-thread = no se pudo iniciar ningún hilo ({ $error }): cierre otros programas e inténtelo de nuevo
engine-no-threads = no se pudieron iniciar hilos: { $error }
engine-damaged = archivo { $format } dañado: { $cause }; busque otra copia de la foto
engine-claims-too-much = dice contener más de lo que cabe en una imagen
engine-claims-too-many-pixels = declara más píxeles de los que tiene una foto
engine-ends-early = termina antes que la imagen
engine-contradicts-itself = sus datos de imagen se contradicen
engine-ends-or-contradicts = sus datos de imagen terminan antes de tiempo o se contradicen
engine-no-picture-data = no se puede leer ninguno de sus datos de imagen
engine-no-pictures-inside = ninguna de sus imágenes está en el archivo
engine-pixels-missing = faltan sus píxeles o se contradicen
engine-no-picture-inside = no contiene ninguna imagen
engine-has-no-picture = no tiene ninguna imagen
engine-no-picture-in-data = sus datos no contienen ninguna imagen
engine-data-not-inside = sus datos de imagen no están en el archivo
engine-no-size = no indica su tamaño
engine-no-palette = falta su paleta
engine-sections-cut = sus secciones están cortadas
engine-no-fields = falta su lista de campos
engine-too-few-strips = tiene menos tiras de las que requiere su tamaño
engine-rows-cut = su lista de filas está cortada
engine-too-few-channels = tiene menos canales de los que requieren sus colores
engine-too-few-samples = tiene menos muestras de las que requieren sus colores
engine-stand-in-missing = falta la imagen a la que representa
engine-grid-cut = su cuadrícula está cortada
engine-parts-do-not-cover = sus partes no la cubren por completo
engine-parts-overlap = las partes de sus datos de imagen se superponen
engine-no-pixel-places = no indica dónde están sus píxeles
engine-chroma-invalid = su submuestreo de crominancia no es válido
engine-grid-parts-missing = faltan partes de su cuadrícula
engine-nothing-seen = termina antes de que se vea alguna parte de la imagen
engine-decoder-gave-up = el decodificador no pudo con este archivo: probablemente está dañado, busque otra copia de la foto
engine-picture-without-pixels = la imagen no tiene píxeles
engine-decoder-crashed = el decodificador falló con esta foto: probablemente el archivo está dañado

## Files that are read in part.

engine-cut-short = el archivo está cortado: solo hay una parte de la imagen
engine-partly-damaged = el archivo está dañado: solo se pudo leer una parte de la imagen
engine-details-missing = el archivo está cortado: faltan detalles finos o partes de la imagen
engine-percent-missing = el archivo está cortado: falta alrededor del { $percent } % de la imagen
engine-percent-lost = el archivo está dañado: se perdió alrededor del { $percent } % de la imagen

## Videos.

engine-video-cut-off = el video termina antes de su índice: la grabación o la copia se interrumpió; cópielo de nuevo o repárelo con una herramienta de reparación de videos
engine-damaged-video = video dañado: { $cause }
engine-video-index-too-large = su índice es demasiado grande
engine-video-empty = el archivo está vacío
engine-video-no-key-frame = su índice no indica ningún fotograma clave
engine-video-frames-damaged = sus fotogramas terminan antes de tiempo o se contradicen
engine-video-frames-empty = sus fotogramas están vacíos
engine-video-unknown = su contenido no está en un formato de video conocido
engine-video-no-track = el archivo no tiene pista de video, solo sonido u otros datos
engine-video-needs-ffmpeg = solo ffmpeg puede leer este video ({ $what }): instale ffmpeg y asegúrese de que esté en el PATH, o convierta el video a H.264 en MP4
engine-video-unusual-variant = una variante poco común de { $codec }
engine-video-coding = codificación { $codec }
engine-video-ffmpeg = ffmpeg no pudo leer el video: { $cause }
engine-video-ffmpeg-not-started = no se pudo iniciar ({ $error })
engine-video-ffmpeg-slow = tardó demasiado y se detuvo

## Exports: files that were not exported, and what stays after an undo.

engine-stayed-copy = el original se quedó en su carpeta ({ $cause }); hay una copia en { $path }
engine-stayed = el original se quedó en su carpeta ({ $cause })
engine-journal-not-safe = el registro no está a salvo ({ $error })
engine-not-examined = no se puede examinar ({ $error })
engine-changed-while-moved = cambió mientras se movía
engine-not-its-copy = { $path } no es su copia
engine-not-removed-from-there = no se puede quitar de allí ({ $error })
engine-no-longer-a-file = ya no es un archivo
engine-changed-since-planned = cambió desde que se planificó la exportación: planifíquela de nuevo
engine-move-not-recorded = se dejó donde está, porque no se pudo registrar el traslado: { $error }
engine-appeared-since = { $path } apareció desde que se planificó la exportación: planifíquela de nuevo
engine-no-permission-to-export = sin permiso para leerlo o para escribir { $path }
engine-hard-link-across-disks = { $path } está en otro disco, y los enlaces físicos no funcionan entre discos: copie en su lugar
engine-disk-full = el disco está lleno: no hay espacio para { $path }
engine-export-disk-full = el disco está lleno: { $folder } necesita al menos { $size } más; libere espacio y luego termine esta exportación o exporte de nuevo: los archivos completos se omiten
engine-too-large-for-disk = es más grande de lo que admite el disco de { $path }: elija otro disco
engine-disk-read-only = no se puede escribir en el disco de { $path }
engine-copy-differs = la copia difiere de la foto: no se conservó
engine-changes-while-copied = cambia mientras se copia: inténtelo de nuevo
engine-not-movable = no se puede mover, porque no se puede quitar nada de { $folder }: cópielo o cambie los permisos de la carpeta
engine-part-not-movable = se queda, porque { $name } le pertenece y no se puede mover: { $cause }
engine-not-moved-back = { $cause }; { $name } está en { $path } y no se pudo devolver: { $what }
engine-set-stopped = la exportación se detuvo antes de mover todo lo que le pertenece
engine-names-run-out = ya hay 10 000 archivos con este nombre
engine-not-a-folder = { $path } no es una carpeta: elija otra
engine-folder-read-only = no se puede escribir en { $path }: elija otra carpeta o cambie sus permisos
engine-too-little-room = al disco de { $path } le quedan { $free } y la exportación necesita { $need }: libere espacio o elija otro
engine-no-journal = { $path }: { $error }; sin su registro una exportación no se puede deshacer, así que no se inició
engine-no-journal-to-undo = { $path }: { $error }; sin su registro no se puede terminar ni deshacer nada, así que no se hizo nada
engine-journal-failed = { $path }: { $error }; el registro no pudo anotar lo que se hizo: libere espacio allí y luego deshaga o termine esta exportación
engine-export-running = esta exportación sigue en curso en otra ventana u orden
engine-undo-disk-away = no está: conecte su disco y vuelva a deshacer
engine-undo-gone = ya no está aquí
engine-undo-gone-and-replaced = ya no está aquí, y { $path } es ahora otro archivo
engine-undo-changed = se modificó desde entonces, así que se queda
engine-undo-source-gone = se queda, porque { $path } ya no existe
engine-undo-source-replaced = se queda, porque { $path } es ahora otro archivo
engine-undo-source-taken = se queda aquí, porque ahora hay otro { $path }
engine-undo-same-file = se queda, porque { $path } lleva ahora a este mismo archivo
engine-undo-goal-changed = se queda, porque el destino de { $path } cambió
engine-undo-unreadable = se queda, porque no se puede leer { $path }: { $error }
engine-undo-backup-changed = el archivo que reemplazó se conserva como { $path } y se modificó desde entonces
engine-undo-backup-blocked = el archivo que reemplazó se conserva como { $path }, porque su nombre está ocupado
engine-undo-backup-left = el archivo que reemplazó se conserva como { $path }: { $error }
engine-undo-not-returned = no puede volver a { $path }: { $error }
engine-undo-not-removed = no se puede eliminar: { $error }
engine-undo-line-damaged = no se puede leer una línea de este registro: un archivo se deja como está
engine-undo-relative-path = una versión anterior registró solo una ruta relativa, así que se deja como está: muévalo a mano
engine-attributes-lost = { $folder } no conserva todo de los archivos ({ $list }): { $cause }
engine-file-without-attributes = 1 archivo está completo, pero se transfirió sin esos datos
engine-files-without-attributes = { $count } archivos están completos, pero se transfirieron sin esos datos
engine-times = fechas
engine-owners = propietarios
engine-permissions = permisos
engine-extended-attributes = atributos extendidos
engine-name-without-brace = { $name } tiene { $brace } sin su { $other }
engine-names-all-same = todas las fotos tendrían el mismo nombre: use { $name } o { $n }
engine-name-unknown = { $placeholder } es desconocido: los nombres se forman con { $known }
engine-undo-copy-not-removed = no se puede eliminar { $path }: { $error }

## Keywords in sidecars and photos.

engine-left-as-it-is = { $cause }: se deja como está; muévalo para obtener uno nuevo
engine-sidecar-instead = recibe en su lugar un sidecar ({ $cause })
engine-dangling-link = es un enlace a un archivo que falta
engine-sidecar-not-regular = no es un archivo normal
engine-sidecar-too-large = es demasiado grande para un sidecar
engine-text-truncated = está dañado: su texto termina en medio de un carácter
engine-no-rdf = le falta rdf:RDF
engine-no-description = le falta rdf:Description
engine-wrong-encoding = su codificación difiere de la declarada
engine-format-unknown = su formato es desconocido
engine-several-packets = sus metadatos están repartidos en varios paquetes
engine-metadata-part-missing = falta una parte de sus metadatos
engine-parts-misplaced = sus partes no están donde su formato lo exige
engine-raw-never-modified = los archivos RAW de cámara nunca se modifican
engine-gif-not-written = no se admite escribir en archivos GIF
engine-photoshop-not-written = no se admite escribir en archivos de Photoshop
engine-jpeg-metadata-too-large = sus metadatos serían demasiado grandes para un segmento JPEG
engine-too-large-for-format = sería demasiado grande para su formato
engine-changed-meanwhile = cambió entretanto: inténtelo de nuevo

## The store.

engine-crashed = una parte del programa falló: comuníquelo e inténtelo de nuevo
engine-store-was-rebuilt = entretanto se reconstruyó el almacén
engine-store-newer = el almacén de { $path } lo escribió un Lumisift más reciente
engine-store-failed = el almacén de { $path }: { $error }
engine-store-gone = entretanto otro proceso vació o reconstruyó el almacén de { $path }
engine-store-damaged = el almacén de { $path } está dañado
engine-store-disk-full = el disco de { $path } está lleno: hay { $free } libres y se necesitan unos { $need }
engine-store-read-only = no se puede escribir el almacén de { $path } ({ $error })
engine-decisions-failed = elegidas, estrellas y colores en { $path }: { $error }; compruebe que se pueda escribir en la carpeta
engine-store-set-aside = { $path } estaba dañado: se apartó como { $name } y se está reconstruyendo
engine-store-outdated = el almacén de { $path } lo escribió una versión anterior: las fotos se leen de nuevo
engine-model-newer = el modelo { $model } es más reciente que el que leyó estas fotos: se leen de nuevo.
engine-file-missing = falta { $path }
engine-vectors-read-again-one = { $what }: 1 foto se lee de nuevo y { $kept } se conservan
engine-vectors-read-again = { $what }: { $count } fotos se leen de nuevo y { $kept } se conservan
engine-store-vectors-differ = los vectores no coinciden con los que se escribieron
engine-row-removed = 1 fila sobre { $what } estaba dañada y se eliminó
engine-rows-removed = { $count } filas sobre { $what } estaban dañadas y se eliminaron
engine-row-of-file = un archivo
engine-rows-of-files = archivos
engine-row-of-photo = una foto
engine-rows-of-photos = fotos
engine-row-of-vector = un vector
engine-rows-of-vectors = vectores
engine-row-of-thumbnail = una miniatura
engine-rows-of-thumbnails = miniaturas
engine-decisions-set-aside-one = { $path } estaba dañado: se apartó como { $name }; se pudo leer 1 decisión, que se conserva
engine-decisions-set-aside = { $path } estaba dañado: se apartó como { $name }; se pudieron leer { $count } decisiones, que se conservan

## Models and devices.

engine-runs-at-one = { $device }, 1 foto/s
engine-runs-at = { $device }, { $count } fotos/s
engine-device-changed = A partir de ahora las fotos se leen en { $device }: { $cause }
engine-device-failed = el dispositivo falló
engine-device-unusable = el dispositivo { $device } no se puede usar ({ $cause })
engine-build-without-cards = esta compilación no admite tarjetas gráficas
engine-build-without-cuda = esta compilación no admite CUDA; docs/gpu.md explica cómo compilarla
engine-no-cuda-driver = no se encontró el controlador CUDA
engine-build-without-metal = esta compilación no admite Metal, que solo existe en los Mac
engine-cards-tested-later = las tarjetas gráficas se prueban con cada modelo
engine-nvidia-unused = hay un controlador NVIDIA instalado, pero esta compilación no admite CUDA; docs/gpu.md explica cómo compilarla
engine-no-gpu-support = esta compilación no admite GPU, y no se encontró ningún controlador NVIDIA
engine-card-differs = { $device } da resultados distintos de los de la CPU (coseno { $cosine }); un controlador más reciente puede ayudar
engine-card-slower = { $device } leería { $with } fotos/s con este modelo; la CPU lee { $without }
engine-card-on-battery = con batería, los ajustes no usan la tarjeta gráfica
engine-card-none = no se encontró ninguna tarjeta gráfica
engine-card-software-only = no se encontró ninguna tarjeta gráfica, solo { $device }, que calcula en el procesador
engine-card-not-there = no hay tarjeta gráfica { $number }; elija una de estas: { $known }
engine-cards-not-listed = no se enumeraron las tarjetas gráficas: { $cause }
engine-card-being-tested = otro Lumisift está probando la tarjeta gráfica en este momento
engine-card-did-not-respond = el controlador no respondió la última vez; { $what }
engine-card-ended-program = el programa terminó dos veces mientras se probaba el controlador; { $what }
engine-card-try-again = elija la tarjeta gráfica para volver a intentarlo
engine-card-restart = { $cause }; reinicie Lumisift para volver a intentarlo
engine-card-after-restart = { $cause }; tras reiniciar solo se vuelve a intentar si elige la tarjeta gráfica
engine-card-out-of-memory = la tarjeta gráfica se quedó sin memoria
engine-card-lost = se perdió la tarjeta gráfica ({ $error })
engine-card-hung = la tarjeta gráfica no respondió durante { $seconds } segundos
engine-card-failed = la tarjeta gráfica falló ({ $cause })
engine-card-driver-crashed = su controlador falló
engine-model-out-of-memory = el dispositivo tiene muy poca memoria para este modelo ({ $error }): elija un modelo más pequeño o calcule en la CPU
engine-model-crashed = el modelo falló con este lote de fotos: comuníquelo
engine-model-failed = el modelo falló: { $error }
engine-model-bad-vector = el modelo devolvió un vector de longitud { $length }: sus pesos pueden estar dañados
engine-model-incomplete = { $folder } no es un modelo completo: falta { $file }; copie de nuevo los archivos del modelo
engine-no-starter = esta compilación no contiene un modelo inicial
engine-model-unknown = no hay ningún modelo { $name }: indique una carpeta con un modelo CLIP, o uno de los que muestra `lumisift models`
engine-model-not-installed = { $name } no está instalado: `lumisift models get { $name }` lo descarga
engine-model-unsupported = { $folder }: no se admiten modelos de tipo «{ $family }» ({ $known })
engine-weights-damaged = los pesos no encajan o están dañados ({ $error }); cópielos de nuevo
engine-card-lacks = a { $device } le falta { $what }
engine-card-workgroup-memory = memoria de grupo de trabajo de 16 KB
engine-model-text-refused = este modelo no puede leer el texto { $text }: { $error }
engine-model-tokenizer = no es el tokenizador de este modelo: { $error }; cópielo del repositorio del modelo

## Downloads of models.

engine-download-cancelled = la descarga se canceló; la parte recibida se conserva para reanudarla más tarde
engine-download-network = { $cause }: compruebe la red o instale el modelo a mano ({ $what })
engine-download-mirror = { $cause }; pruebe otro espejo o instale el modelo a mano ({ $what })
engine-download-unreachable = no se puede conectar con { $host } ({ $error })
engine-download-lost = se perdió la conexión con { $host } ({ $error })
engine-download-answered = { $host } respondió { $status }
engine-download-damaged = { $file } de { $host } está dañado ({ $error }): inténtelo de nuevo o use otro espejo
engine-download-no-room = { $folder } necesita { $need } más, pero solo hay { $free } libres: libere espacio e inténtelo de nuevo
engine-download-refused = { $host } rechazó { $repo } ({ $status }): { $cause }; o instale el modelo a mano ({ $what })
engine-download-by-hand = ponga config.json, preprocessor_config.json, tokenizer.json, tokenizer_config.json y model.safetensors en { $folder }
engine-download-account = requiere una cuenta: indique su token en la variable HF_TOKEN
engine-download-check-name = compruebe el nombre
engine-download-too-many = recibió demasiadas solicitudes, inténtelo de nuevo dentro de un rato
engine-download-later = inténtelo más tarde
engine-download-missing = { $repo } no tiene { $file } en { $host }: { $cause }
engine-download-not-clip = no es un modelo CLIP con la estructura de Hugging Face, o el nombre es incorrecto
engine-download-no-tokenizer = un modelo sin tokenizador no puede leer etiquetas
engine-download-not-listed = este hub no tiene los pesos que indica el catálogo
engine-download-pickled = solo tiene pesos en formato pickle, que nunca se leen
engine-download-redirect = { $host } redirige a { $address } ({ $what }): no se siguió la redirección
engine-download-not-encrypted = sin cifrado
engine-download-not-web = no es una dirección web
engine-download-private = una dirección de este equipo o de una red privada
engine-download-loop = en bucle
engine-download-too-long = { $host } envió más de { $limit } bytes

## Why a copy is kept.

engine-one-star = 1 estrella
engine-stars = { $count } estrellas

## Labels and searches.

engine-no-words = la etiqueta { $label } no tiene palabras: escriba lo que busca, como "beach"
engine-no-weight = en { $text }, { $weight } no es un peso: escriba un número como ^2 o ^0.5
engine-like-without-path = en { $text }, like: necesita la ruta de una foto, como like:cat.jpg
engine-no-label-set = { $path } no es un conjunto de etiquetas: { $cause }; docs/labels.md muestra cómo es uno
engine-toml-line = línea { $number }: { $error }
engine-label-set-empty = no contiene [[labels]]
engine-label-set-threshold = el umbral de { $label } debe estar entre 0 y 1
engine-rule-failed = regla «{ $rule }»: { $cause }
engine-rules-invalid = { $path }: { $cause }; docs/heap.md explica cómo escribir reglas
engine-rules-empty = no contiene reglas
engine-rule-min-match = min_match es { $number }, pero debe estar entre 0 y 1
engine-rule-without-folder = la regla para «{ $rule }» no indica ninguna carpeta
engine-rule-to-and-mark = la regla para «{ $rule }» tiene "to" y "mark" a la vez
engine-rule-without-action = la regla para «{ $rule }» no tiene ni "to" ni "mark"
engine-rule-window-closed = la ventana está cerrada
engine-plan-outdated = cambió desde que se hizo el plan: { $what }
engine-plan-keeper-gone = la copia que se conserva, { $path }, cambió o desapareció desde que se hizo el plan: { $what }
engine-plan-again = vuelva a ejecutar `lumisift duplicates` para obtener un plan nuevo
engine-sheet-too-many = { $count } fotos son demasiadas para una imagen: elija menos, o cree una página con un nombre que termine en .html
engine-watch-log-failed = { $path }: { $error }; compruebe que se pueda escribir en la carpeta
engine-unknown-device = { $text } no es un dispositivo: elija auto, cpu, gpu, gpu:N, cuda, cuda:N o metal, donde N es el número de una tarjeta, desde 0
engine-no-shard = escriba I/N, donde I va de 0 a N - 1, por ejemplo 0/16
engine-no-row-filter = { $text } no es una condición: escriba «match>=0.2», «match.LABEL>=0.2» o «probability>=0.2»
