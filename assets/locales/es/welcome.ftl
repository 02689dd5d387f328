# Draft: not yet proof-read by a native speaker.
# La bienvenida del primer inicio.

welcome-title = Le damos la bienvenida a Lumisift
welcome-step = Paso { $number } de { $of }
welcome-back = Atrás
welcome-next = Siguiente
welcome-skip = Omitir
welcome-start = Empezar
welcome-language = Elija su idioma
welcome-photos = Suelte una carpeta de fotos en esta ventana
welcome-photos-note = También puede elegir una aquí, o probar con unas fotos que se incluyen con el programa. Las fotos solo se leen: nada se mueve ni se cambia hasta que usted lo pida.
welcome-model = ¿Qué modelo debe analizar sus fotos?
welcome-model-note = El modelo inicial funciona de inmediato. Otros saben más y solo se descargan si usted lo pide.
welcome-all-models = Todos los modelos…
