# The welcome of the first start.

welcome-title = Welcome to Lumisift
welcome-step = Step { $number } of { $of }
welcome-back = Back
welcome-next = Next
welcome-skip = Skip
welcome-start = Start
welcome-language = Choose your language
welcome-photos = Drop a folder of photos onto this window
welcome-photos-note = Or choose one here, or try it with a few photos that come with the program. Photos are only read: nothing is moved or changed until you ask for it.
welcome-model = Which model should look at your photos?
welcome-model-note = The starter works right away. Others know more, and are downloaded only if you ask for them.
welcome-all-models = All models…
