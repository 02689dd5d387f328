# 首次启动时的欢迎。

welcome-title = 欢迎使用 Lumisift
welcome-step = 第 { $number } 步，共 { $of } 步
welcome-back = 上一步
welcome-next = 下一步
welcome-skip = 跳过
welcome-start = 开始使用
welcome-language = 请选择语言
welcome-photos = 把照片文件夹拖到这个窗口
welcome-photos-note = 也可以在这里选择文件夹，或用程序自带的几张照片试试。Lumisift 只读取照片：除非你要求，否则不会移动或更改任何内容。
welcome-model = 用哪个模型来识别照片？
welcome-model-note = 入门模型可以立即使用。其他模型认识的事物更多，只有在你要求时才会下载。
welcome-all-models = 所有模型…
