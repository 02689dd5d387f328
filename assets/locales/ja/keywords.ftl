# Draft: not yet proof-read by a native speaker.
# キーワードを書き込むダイアログ。

keywords-title = キーワードを書き込む
writing = 書き込み中…
could-not-be-written = 写真{ $count }枚に書き込めませんでした：
cannot-be-changed = 写真{ $count }枚を変更できません：
cannot-be-written-into = 写真{ $count }枚に直接書き込めません：
reading-metadata = メタデータを読み込み中…
row-write = 書き込み
labels-that-fit = 該当するラベル
only-where-unsaid = メタデータにまだない場合のみ
write-stars = 星
write-colours = カラー
write-rejects = 除外（レーティング -1 として）
write-descriptions = 説明
write-descriptions-hint = 写真を見ることができない方のために、何が写っているか、いつ撮影したか、写りはどうかを記述します。まだ説明のない写真に書き込みます
write-descriptions-later = 写真の確認が終わると使用できます
replace-descriptions = 既存の説明を置き換える
row-parent = 親
no-parent = 親キーワードなし
parent-keyword = 親キーワード
parent-hint = 「AI」とすると「cat」がその下に入ります：AI|cat
row-sidecars = XMP
write-inside = 写真自体に書き込む
write-inside-hint = JPEG、PNG、WebP、TIFF、HEIC、AVIF：メタデータだけを変更します。ほかの形式にはサイドカーを作成します
naming-whole = IMG.jpg.xmp（digiKam、darktable、Immich）
naming-stem = IMG.xmp（Adobe製品）
heading-file = ファイル
heading-keywords = 書き込み後のキーワード
heading-keywords-description = 書き込み後のキーワードと新しい説明
planned-description = 「{ $description }」
planned-keywords-description = { $keywords } – 「{ $description }」
write-files = { $files }に書き込む
