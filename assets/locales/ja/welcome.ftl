# Draft: not yet proof-read by a native speaker.
# 初回起動時のようこそ画面。

welcome-title = Lumisiftへようこそ
welcome-step = ステップ{ $number } / { $of }
welcome-back = 戻る
welcome-next = 次へ
welcome-skip = スキップ
welcome-start = 始める
welcome-language = どの言語で表示しますか？
welcome-photos = 写真のフォルダをこのウィンドウにドロップしてください
welcome-photos-note = ここでフォルダを選ぶことも、付属のサンプル写真で試すこともできます。写真は読み取るだけです。指示されるまで、移動や変更は行いません。
welcome-model = どのモデルで写真を調べますか？
welcome-model-note = 初期モデルはすぐに使えます。ほかのモデルはより多くのものを認識でき、指示されたときだけダウンロードします。
welcome-all-models = すべてのモデル…
