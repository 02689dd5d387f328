# Draft: not yet proof-read by a native speaker.
# モデルのダイアログ。

models-title = モデル
repository-hint = Hugging FaceのOWNER/NAME
repository = リポジトリ
get = 入手
add-a-folder = フォルダを追加…
mirror = ミラー
mirror-hint = https://…（Hugging Faceに接続できない場合）
starter = 初期モデル
starter-about = 内蔵 · 英語 · 身近なもの
the-starter = 初期モデル
in-use = 使用中
use = 使用
use-named = { $name }を使用
recommended-for = { $advice }におすすめ
get-size = 入手（{ $size }）
get-named-size = { $name }を入手、{ $size }
remove-named = { $name }を削除…
on-imagenet = ImageNetで{ $percent }
download = ダウンロード
download-connecting = 検索中…
download-waiting = 接続が切れました：まもなく再試行します
download-checking = 検証中…
download-rate = { $done } / { $total }、{ $rate }/秒
download-left = { $done } / { $total }、{ $rate }/秒、残り{ $left }
download-seconds = 約{ $number }秒
download-time = { $size } · 前回のダウンロード速度{ $rate }/秒で{ $time }
download-time-example = { $size } · { $speed } Mbpsで{ $time }
remove-model-title = モデルを削除しますか？
remove-ours = モデルのファイルと、計算したベクトルが削除されます。写真、ラベル、採用フラグ、星は残ります。
remove-theirs = 計算したベクトルが削除され、フォルダは一覧に表示されなくなります。フォルダ自体は残ります。
remove = 削除
