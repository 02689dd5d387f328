# Draft: not yet proof-read by a native speaker.
# Palabras del motor. La clave de una frase se forma con su texto en inglés.

word-red = Rojo
word-yellow = Amarillo
word-green = Verde
word-blue = Azul
word-purple = Púrpura
word-exact = exacto
word-near = casi igual
word-upright = derecho
word-mirrored = reflejado
word-rotated = girado
word-you-chose-it = la eligió usted
word-best-exposed-and-the-sharpest-of-those = la mejor expuesta, y la más nítida de ellas
word-the-sharpest = la más nítida
word-best-exposed = la mejor expuesta
word-the-first-of-equally-good-ones = la primera entre iguales
word-you-picked-it = usted la marcó como elegida
word-you-did-not-reject-it = usted no la rechazó
word-more-pixels = más píxeles
word-a-less-lossy-format = un formato con menos pérdida
word-with-camera-data = con datos de la cámara
word-sharper = más nítida
word-more-metadata = más metadatos
word-not-named-as-a-copy = su nombre no es de copia
word-an-older-file = un archivo más antiguo
word-a-larger-file = un archivo más grande
word-a-shorter-or-earlier-path = una ruta más corta o anterior
word-very-dark = muy oscura
word-very-bright = muy clara
word-sharp = nítida
word-blurred = borrosa
word-no-word-fits-well = ninguna palabra encaja bien
word-english = inglés
word-chinese = chino
word-more-than-100-languages = más de 100 idiomas
word-small-machines = equipos modestos
word-most-people = la mayoría de las personas
word-reproducing-the-clip-paper = los resultados del artículo de CLIP
word-fast = rápido
word-medium = medio
word-slow = lento
word-japanese = japonés
word-spanish = español
word-french = francés
word-german = alemán
word-portuguese = portugués
word-russian = ruso
word-hindi = hindi
word-arabic = árabe
word-italian = italiano
word-dutch = neerlandés
word-polish = polaco
word-turkish = turco
word-ukrainian = ucraniano
word-korean = coreano
word-from-the-name = (según el nombre)
word-from-google-takeout = (de Google Takeout)
word-the-photo = la foto
word-family = Familia
word-travel = Viajes
word-documents-and-screenshots = Documentos y capturas de pantalla
skipped-unsupported = { $count ->
    [one] { $count } archivo en un formato que no se puede leer
   *[other] { $count } archivos en formatos que no se pueden leer
}
skipped-paired = { $count ->
    [one] { $count } archivo RAW junto a su imagen
   *[other] { $count } archivos RAW junto a sus imágenes
}
skipped-live-movies = { $count ->
    [one] { $count } video de una Live Photo
   *[other] { $count } videos de Live Photos
}
skipped-videos = { $count ->
    [one] { $count } video omitido
   *[other] { $count } videos omitidos
}
skipped-needs-ffmpeg = { $count ->
    [one] { $count } video que requiere ffmpeg: instálelo para verlo
   *[other] { $count } videos que requieren ffmpeg: instálelo para verlos
}
skipped-exported = { $count ->
    [one] { $count } foto exportada antes
   *[other] { $count } fotos exportadas antes
}
skipped-repeated = { $count ->
    [one] { $count } enlace a un archivo que ya está en la lista
   *[other] { $count } enlaces a archivos que ya están en la lista
}
sidecars = { $count ->
    [one] { $count } sidecar
   *[other] { $count } sidecars
}
photos-and-sidecars = { $photos ->
    [one] { $sidecars ->
        [one] { $photos } foto y { $sidecars } sidecar
       *[other] { $photos } foto y { $sidecars } sidecars
    }
   *[other] { $sidecars ->
        [one] { $photos } fotos y { $sidecars } sidecar
       *[other] { $photos } fotos y { $sidecars } sidecars
    }
}
sidecars-to-write = { $files } por escribir, { $unchanged } ya al día
sidecars-written = Se escribió: { $files }; ya al día: { $unchanged }
sidecars-restored = { $count ->
    [one] { $files } vuelve a estar como antes
   *[other] { $files } vuelven a estar como antes
}
speed-fast = rápido
speed-medium = medio
speed-slow = lento
speed-photos = { $word } aquí: unas { $photos } fotos por segundo
speed-one = { $word } aquí: cerca de 1 segundo por foto
speed-seconds = { $word } aquí: unos { $seconds } s por foto
time-less = menos de un minuto
time-minutes = cerca de { $number } min
time-hours = cerca de { $number } h
time-days = cerca de { $number } días
time-for-photos = { $count ->
    [one] { $time } para su foto ({ $count })
   *[other] { $time } para sus { $count } fotos
}
perhaps = quizá { $word }
of-all = { $part } de { $all }
word-camera = Cámara
word-lens = Objetivo
word-exposure = Exposición
word-aperture = Apertura
word-focal-length = Distancia focal
word-flash = Flash
word-artist = Autor
word-place = Lugar
word-discrete = dedicada
word-integrated = integrada
word-of-unknown-kind = de tipo desconocido
word-software = por software
word-an-unknown-interface = interfaz desconocida
