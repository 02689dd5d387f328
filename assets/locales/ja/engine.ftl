# Draft: not yet proof-read by a native speaker.
# エンジンの文。英語の原文で識別されます。

## Files that cannot be read.

engine-cancelled = 処理はキャンセルされました
engine-missing = 見つかりません（移動または削除された可能性があります）
engine-no-permission = 読み取り権限がありません
engine-folder-not-photo = 写真ではなくフォルダーです
engine-not-opened = 通常のファイルではないため、開きませんでした
engine-not-regular = 通常のファイルではありません
engine-over-a-gigabyte = 1 GiBを超えており、写真としては大きすぎます
engine-over-limit = { $limit }を超えており、大きすぎて読み込めません
engine-link-into-itself = 自身のフォルダーに戻るリンクです
engine-empty-file = ファイルが空です：写真の別のコピーを探してください
engine-no-photo = 写真ではありません：{ $cause }
engine-is-pdf = PDF文書です
engine-is-archive = ZIPアーカイブまたはオフィス文書です
engine-is-video = 動画です
engine-is-sound = 音声または動画のファイルです
engine-is-markup = Webページまたはマークアップです（ダウンロードの失敗によるものかもしれません）
engine-unknown-content = 内容が既知の画像形式ではありません
engine-cannot-be-read-yet = { $what }はまだ読み込めません：別のプログラムで写真をJPEGまたはPNGとして保存してください
engine-kind-cannot-be-read-yet = この種類の{ $format }ファイルはまだ読み込めません：別のプログラムで写真をJPEGまたはPNGとして保存してください
engine-files-with-compression = この圧縮方式の{ $format }ファイル
engine-files-with-codec = { $codec }圧縮の{ $format }ファイル
engine-files-with-colours = この色形式の{ $format }ファイル
engine-files-with-matrix = この色行列の{ $format }ファイル
engine-files-of-colour-type = このカラータイプの{ $format }ファイル
engine-files-in-colour-mode = このカラーモードの{ $format }ファイル
engine-files-with-samples = このサンプルサイズの{ $format }ファイル
engine-files-with-raw-data = センサーのRAWデータを含む{ $format }ファイル
engine-files-without-composite = 「互換性を優先」なしの{ $format }ファイル
engine-files-avif = AVIFファイル
engine-files-heic = HEICファイル
engine-files-jpeg-xl = JPEG XLファイル
engine-files-high-throughput = 高スループット{ $format }ファイル
engine-files-not-av1 = AV1以外の画像を含む{ $format }ファイル
engine-files-old-jpeg = 旧式JPEG圧縮の{ $format }ファイル
engine-files-many-samples = 1ピクセルあたり64を超えるサンプルを持つ{ $format }ファイル
engine-files-mixed-samples = サンプルサイズが混在する{ $format }ファイル
engine-files-complex-samples = 複素数または異なる種類のサンプルを含む{ $format }ファイル
engine-files-with-compressed-samples = このサンプルサイズと圧縮方式の{ $format }ファイル
engine-files-with-predictor = この予測方式の{ $format }ファイル
engine-files-with-chroma = この方法で色差が格納された{ $format }ファイル
engine-files-with-inks = CMYK以外のインクを使う{ $format }ファイル
engine-files-logluv = LogLuvカラーの{ $format }ファイル
engine-files-with-palette = このサイズのパレットを持つ{ $format }ファイル
engine-files-lossless = 可逆圧縮の{ $format }ファイル
engine-files-arithmetic = 算術符号化の{ $format }ファイル
engine-files-hierarchical = 階層符号化の{ $format }ファイル
engine-files-12-bit = 12ビットの{ $format }ファイル
engine-no-preview = RAWファイルにプレビューがなく、RAWデータの現像には対応していません：カメラ付属のソフトウェアまたはRAW現像ソフトで写真をJPEGとして書き出してください
engine-needs-memory = { $what }のデコードには{ $need }のメモリが必要ですが、上限は{ $limit }です
engine-the-photo = 写真
engine-photo-of-pixels = { $width } x { $height }ピクセルの写真
engine-frame-of-pixels = { $width } x { $height }ピクセルのフレーム
engine-no-thread = スレッドを開始できませんでした（{ $error }）：他のプログラムを閉じて再試行してください
engine-no-threads = スレッドを開始できませんでした：{ $error }
engine-damaged = { $format }ファイルが破損しています：{ $cause }。写真の別のコピーを探してください
engine-claims-too-much = 画像に含まれ得る量を超える内容が宣言されています
engine-claims-too-many-pixels = 写真としてあり得ないピクセル数が宣言されています
engine-ends-early = 画像の途中でファイルが終わっています
engine-contradicts-itself = 画像データに矛盾があります
engine-ends-or-contradicts = 画像データが途中で終わっているか、矛盾しています
engine-no-picture-data = 画像データをまったく読み取れません
engine-no-pictures-inside = 宣言された画像がファイル内に1つもありません
engine-pixels-missing = ピクセルが欠けているか、矛盾しています
engine-no-picture-inside = 画像が含まれていません
engine-has-no-picture = 画像がありません
engine-no-picture-in-data = データに画像が含まれていません
engine-data-not-inside = 画像データがファイル内にありません
engine-no-size = サイズが記載されていません
engine-no-palette = カラーパレットがありません
engine-sections-cut = セクションが途中で切れています
engine-no-fields = フィールドの一覧がありません
engine-too-few-strips = サイズに対してストリップが足りません
engine-rows-cut = 行の一覧が途中で切れています
engine-too-few-channels = 色に対してチャンネルが足りません
engine-too-few-samples = 色に対してサンプルが足りません
engine-stand-in-missing = 参照先の画像がありません
engine-grid-cut = グリッドが途中で切れています
engine-parts-do-not-cover = 各部分が画像全体を覆っていません
engine-parts-overlap = 画像データの各部分が重なっています
engine-no-pixel-places = ピクセルの位置が記載されていません
engine-chroma-invalid = 色差サブサンプリングが無効です
engine-grid-parts-missing = グリッドの一部が欠けています
engine-nothing-seen = 画像のどの部分も表示できないうちにファイルが終わっています
engine-decoder-gave-up = デコーダーがこのファイルを処理できませんでした：破損している可能性があります。写真の別のコピーを探してください
engine-picture-without-pixels = 画像にピクセルがありません
engine-decoder-crashed = デコーダーがこの写真でクラッシュしました：ファイルが破損している可能性があります

## Files that are read in part.

engine-cut-short = ファイルが途中で切れています：画像の一部しかありません
engine-partly-damaged = ファイルが破損しています：画像の一部しか読み込めませんでした
engine-details-missing = ファイルが途中で切れています：画像の細部または一部が欠けています
engine-percent-missing = ファイルが途中で切れています：画像の約{ $percent } %が欠けています
engine-percent-lost = ファイルが破損しています：画像の約{ $percent } %が失われています

## Videos.

engine-video-cut-off = 動画がインデックスの前で終わっています：録画またはコピーが中断されました。もう一度コピーするか、動画修復ツールで修復してください
engine-damaged-video = 動画が破損しています：{ $cause }
engine-video-index-too-large = インデックスが大きすぎます
engine-video-empty = ファイルが空です
engine-video-no-key-frame = インデックスにキーフレームがありません
engine-video-frames-damaged = フレームが途中で終わっているか、矛盾しています
engine-video-frames-empty = フレームが空です
engine-video-unknown = 内容が既知の動画形式ではありません
engine-video-no-track = ファイルに映像トラックがなく、音声またはその他のデータしかありません
engine-video-needs-ffmpeg = この動画（{ $what }）はffmpegでのみ読み込めます：ffmpegをインストールしてPATHに含めるか、動画をMP4のH.264に変換してください
engine-video-unusual-variant = { $codec }の特殊な形式
engine-video-coding = 符号化方式{ $codec }
engine-video-ffmpeg = ffmpegで動画を読み込めませんでした：{ $cause }
engine-video-ffmpeg-not-started = 起動できませんでした（{ $error }）
engine-video-ffmpeg-slow = 時間がかかりすぎたため、停止しました

## Exports: files that were not exported, and what stays after an undo.

engine-stayed-copy = 元のファイルはフォルダーに残っています（{ $cause }）。コピーは{ $path }にあります
engine-stayed = 元のファイルはフォルダーに残っています（{ $cause }）
engine-journal-not-safe = 操作記録が安全に保存されていません（{ $error }）
engine-not-examined = 確認できません（{ $error }）
engine-changed-while-moved = 移動中に変更されました
engine-not-its-copy = { $path }はそのコピーではありません
engine-not-removed-from-there = そこから削除できません（{ $error }）
engine-no-longer-a-file = すでにファイルではありません
engine-changed-since-planned = 書き出しの計画後に変更されました：計画し直してください
engine-move-not-recorded = 移動を記録できなかったため、移動しませんでした：{ $error }
engine-appeared-since = 書き出しの計画後に{ $path }が現れました：計画し直してください
engine-no-permission-to-export = 読み取りまたは{ $path }への書き込みの権限がありません
engine-hard-link-across-disks = { $path }は別のディスクにあり、ハードリンクはディスクをまたげません：代わりにコピーしてください
engine-disk-full = ディスクがいっぱいです：{ $path }の空きがありません
engine-export-disk-full = ディスクがいっぱいです：{ $folder }にはあと{ $size }以上必要です。空きを作り、この書き出しを再開するかもう一度書き出してください。完了したファイルはスキップされます
engine-too-large-for-disk = { $path }のディスクが扱えるサイズを超えています：別のディスクを選んでください
engine-disk-read-only = { $path }のディスクに書き込めません
engine-copy-differs = コピーが写真と一致しないため、残しませんでした
engine-changes-while-copied = コピー中に変更されました：再試行してください
engine-not-movable = { $folder }からは何も削除できないため、移動できません：コピーするか、フォルダーの権限を変更してください
engine-part-not-movable = 付属する{ $name }を移動できないため、移動しませんでした：{ $cause }
engine-not-moved-back = { $cause }。{ $name }は{ $path }にあり、元に戻せませんでした：{ $what }
engine-set-stopped = 付属するファイルをすべて移動する前に、書き出しが停止しました
engine-names-run-out = 同じ名前のファイルがすでに10,000個あります
engine-not-a-folder = { $path }はフォルダーではありません：別のフォルダーを選んでください
engine-folder-read-only = { $path }に書き込めません：別のフォルダーを選ぶか、権限を変更してください
engine-too-little-room = { $path }のディスクの空きは{ $free }ですが、書き出しには{ $need }必要です：空きを作るか、別のディスクを選んでください
engine-no-journal = { $path }：{ $error }。操作記録がないと書き出しを元に戻せないため、開始しませんでした
engine-no-journal-to-undo = { $path }：{ $error }。操作記録がないと再開も取り消しもできないため、何も行いませんでした
engine-journal-failed = { $path }：{ $error }。行った操作を記録できませんでした：空きを作ってから、この書き出しを元に戻すか再開してください
engine-export-running = この書き出しは別のウィンドウまたはコマンドで実行中です
engine-undo-disk-away = 見つかりません：ディスクを接続してから、もう一度元に戻してください
engine-undo-gone = ここにはもうありません
engine-undo-gone-and-replaced = ここにはもうなく、{ $path }は別のファイルになっています
engine-undo-changed = その後変更されたため、残しました
engine-undo-source-gone = { $path }がなくなったため、残しました
engine-undo-source-replaced = { $path }が別のファイルになっているため、残しました
engine-undo-source-taken = 別の{ $path }があるため、ここに残しました
engine-undo-same-file = { $path }が同じファイルを指しているため、残しました
engine-undo-goal-changed = { $path }のリンク先が変わったため、残しました
engine-undo-unreadable = { $path }を読み取れないため、残しました：{ $error }
engine-undo-backup-changed = 置き換えられたファイルは{ $path }として残っていますが、その後変更されました
engine-undo-backup-blocked = 元の名前が使われているため、置き換えられたファイルは{ $path }として残っています
engine-undo-backup-left = 置き換えられたファイルは{ $path }として残っています：{ $error }
engine-undo-not-returned = { $path }に戻せません：{ $error }
engine-undo-not-removed = 削除できません：{ $error }
engine-undo-line-damaged = 操作記録に読み取れない行があります：1個のファイルはそのままです
engine-undo-relative-path = 以前のバージョンが相対パスしか記録していないため、そのままにしました：手動で移動してください
engine-attributes-lost = { $folder }はファイルの一部の情報を保持できません（{ $list }）：{ $cause }
engine-file-without-attributes = 1個のファイルは完全ですが、これらの情報なしで転送されました
engine-files-without-attributes = { $count }個のファイルは完全ですが、これらの情報なしで転送されました
engine-times = 日時
engine-owners = 所有者
engine-permissions = 権限
engine-extended-attributes = 拡張属性
engine-name-without-brace = { $name }の{ $brace }に対応する{ $other }がありません
engine-names-all-same = すべての写真が同じ名前になります：{ $name }または{ $n }を使ってください
engine-name-unknown = { $placeholder }は不明です：名前に使えるもの：{ $known }
engine-undo-copy-not-removed = { $path }を削除できません：{ $error }

## Keywords in sidecars and photos.

engine-left-as-it-is = { $cause }：そのままにしました。移動すると新しいものが作られます
engine-sidecar-instead = 代わりにサイドカーに書き込みます（{ $cause }）
engine-dangling-link = 存在しないファイルへのリンクです
engine-sidecar-not-regular = 通常のファイルではありません
engine-sidecar-too-large = サイドカーとしては大きすぎます
engine-text-truncated = 破損しています：文字の途中で終わっています
engine-no-rdf = rdf:RDFがありません
engine-no-description = rdf:Descriptionがありません
engine-wrong-encoding = 文字コードが宣言と異なります
engine-format-unknown = 形式が不明です
engine-several-packets = メタデータが複数のパケットに分かれています
engine-metadata-part-missing = メタデータの一部が欠けています
engine-parts-misplaced = 各部分が形式の定める位置にありません
engine-raw-never-modified = カメラのRAWファイルは決して変更されません
engine-gif-not-written = GIFファイルへの書き込みには対応していません
engine-photoshop-not-written = Photoshopファイルへの書き込みには対応していません
engine-jpeg-metadata-too-large = メタデータがJPEGセグメントに収まりません
engine-too-large-for-format = 形式の上限を超えます
engine-changed-meanwhile = その間に変更されました：再試行してください

## The store.

engine-crashed = プログラムの一部がクラッシュしました：報告のうえ、再試行してください
engine-store-was-rebuilt = その間にデータベースが再構築されました
engine-store-newer = { $path }のデータベースは新しいバージョンのLumisiftで作成されました
engine-store-failed = { $path }のデータベース：{ $error }
engine-store-gone = { $path }のデータベースがその間に別のプロセスによって消去または再構築されました
engine-store-damaged = { $path }のデータベースが破損しています
engine-store-disk-full = { $path }のディスクがいっぱいです：空きは{ $free }、必要なのは約{ $need }です
engine-store-read-only = { $path }のデータベースに書き込めません（{ $error }）
engine-decisions-failed = { $path }の採用・星・色：{ $error }。フォルダーに書き込めるか確認してください
engine-store-set-aside = { $path }が破損していました：{ $name }として退避し、再構築しています
engine-store-outdated = { $path }のデータベースは以前のバージョンで作成されました：写真を読み込み直します
engine-model-newer = モデル{ $model }は、これらの写真の読み込みに使ったものより新しいため、写真を読み込み直します。
engine-file-missing = { $path }がありません
engine-vectors-read-again-one = { $what }：1枚の写真を読み込み直し、{ $kept }枚は保持します
engine-vectors-read-again = { $what }：{ $count }枚の写真を読み込み直し、{ $kept }枚は保持します
engine-store-vectors-differ = ベクトルが書き込まれた内容と一致しません
engine-row-removed = { $what }に関する1行が破損していたため、削除しました
engine-rows-removed = { $what }に関する{ $count }行が破損していたため、削除しました
engine-row-of-file = ファイル
engine-rows-of-files = ファイル
engine-row-of-photo = 写真
engine-rows-of-photos = 写真
engine-row-of-vector = ベクトル
engine-rows-of-vectors = ベクトル
engine-row-of-thumbnail = サムネイル
engine-rows-of-thumbnails = サムネイル
engine-decisions-set-aside-one = { $path }が破損していました：{ $name }として退避しました。読み取れた1件の判定は保持されています
engine-decisions-set-aside = { $path }が破損していました：{ $name }として退避しました。読み取れた{ $count }件の判定は保持されています

## Models and devices.

engine-runs-at-one = { $device }、毎秒1枚
engine-runs-at = { $device }、毎秒{ $count }枚
engine-device-changed = 以降の写真は{ $device }で読み込みます：{ $cause }
engine-device-failed = デバイスでエラーが発生しました
engine-device-unusable = デバイス{ $device }は使用できません（{ $cause }）
engine-build-without-cards = このビルドはグラフィックカードに対応していません
engine-build-without-cuda = このビルドはCUDAに対応していません。ビルド方法はdocs/gpu.mdにあります
engine-no-cuda-driver = CUDAドライバーが見つかりません
engine-build-without-metal = このビルドはMetalに対応していません（Metalを使えるのはMacだけです）
engine-cards-tested-later = グラフィックカードはモデルごとにテストされます
engine-nvidia-unused = NVIDIAドライバーはインストールされていますが、このビルドはCUDAに対応していません。ビルド方法はdocs/gpu.mdにあります
engine-no-gpu-support = このビルドはGPUに対応しておらず、NVIDIAドライバーも見つかりませんでした
engine-card-differs = { $device }の結果がCPUと異なります（コサイン{ $cosine }）。新しいドライバーで解決する場合があります
engine-card-slower = このモデルでは{ $device }は毎秒{ $with }枚、CPUは毎秒{ $without }枚を読み込みます
engine-card-on-battery = バッテリー使用時はグラフィックカードを使わない設定です
engine-card-none = グラフィックカードが見つかりません
engine-card-software-only = グラフィックカードが見つからず、プロセッサで計算する{ $device }しかありません
engine-card-not-there = グラフィックカード{ $number }はありません。次から選んでください：{ $known }
engine-cards-not-listed = グラフィックカードの一覧を取得しませんでした：{ $cause }
engine-card-being-tested = 別のLumisiftがグラフィックカードをテスト中です
engine-card-did-not-respond = 前回、ドライバーが応答しませんでした。{ $what }
engine-card-ended-program = ドライバーのテスト中にプログラムが2回終了しました。{ $what }
engine-card-try-again = もう一度試すには、グラフィックカードを選んでください
engine-card-restart = { $cause }。もう一度試すには、Lumisiftを再起動してください
engine-card-after-restart = { $cause }。再起動後は、グラフィックカードを選んだ場合にのみ再試行されます
engine-card-out-of-memory = グラフィックカードのメモリが不足しています
engine-card-lost = グラフィックカードが失われました（{ $error }）
engine-card-hung = グラフィックカードが{ $seconds }秒間応答しませんでした
engine-card-failed = グラフィックカードでエラーが発生しました（{ $cause }）
engine-card-driver-crashed = ドライバーがクラッシュしました
engine-model-out-of-memory = このモデルにはデバイスのメモリが足りません（{ $error }）：小さいモデルを選ぶか、CPUで計算してください
engine-model-crashed = この写真のバッチでモデルがクラッシュしました：報告してください
engine-model-failed = モデルでエラーが発生しました：{ $error }
engine-model-bad-vector = モデルが長さ{ $length }のベクトルを返しました：重みが破損している可能性があります
engine-model-incomplete = { $folder }のモデルは不完全です：{ $file }がありません。モデルのファイルをコピーし直してください
engine-no-starter = このビルドには初期モデルが含まれていません
engine-model-unknown = モデル{ $name }はありません：CLIPモデルのフォルダか、`lumisift models`に表示されるモデルを指定してください
engine-model-not-installed = { $name }はインストールされていません：`lumisift models get { $name }`で入手できます
engine-model-unsupported = { $folder }：「{ $family }」タイプのモデルには対応していません（{ $known }）
engine-weights-damaged = 重みが適合しないか、破損しています（{ $error }）。コピーし直してください
engine-card-lacks = { $device }に足りないもの：{ $what }
engine-card-workgroup-memory = 16 KBのワークグループメモリ
engine-model-text-refused = このモデルはテキスト{ $text }を読めません：{ $error }
engine-model-tokenizer = このモデルのトークナイザーではありません：{ $error }。モデルのリポジトリからコピーしてください

## Downloads of models.

engine-download-cancelled = ダウンロードはキャンセルされました。受信済みの部分は保持され、後で再開できます
engine-download-network = { $cause }：ネットワークを確認するか、モデルを手動でインストールしてください（{ $what }）
engine-download-mirror = { $cause }。別のミラーを試すか、モデルを手動でインストールしてください（{ $what }）
engine-download-unreachable = { $host }に接続できません（{ $error }）
engine-download-lost = { $host }との接続が切れました（{ $error }）
engine-download-answered = { $host }が{ $status }を返しました
engine-download-damaged = { $host }の{ $file }は破損しています（{ $error }）：再試行するか、別のミラーを使ってください
engine-download-no-room = { $folder }にはあと{ $need }必要ですが、空きは{ $free }しかありません：空きを作って再試行してください
engine-download-refused = { $host }が{ $repo }を拒否しました（{ $status }）：{ $cause }。または、モデルを手動でインストールしてください（{ $what }）
engine-download-by-hand = config.json、preprocessor_config.json、tokenizer.json、tokenizer_config.json、model.safetensorsを{ $folder }に置く
engine-download-account = アカウントが必要です：環境変数HF_TOKENにトークンを設定してください
engine-download-check-name = 名前を確認してください
engine-download-too-many = リクエストが多すぎます。しばらくしてから再試行してください
engine-download-later = 後で再試行してください
engine-download-missing = { $host }の{ $repo }に{ $file }がありません：{ $cause }
engine-download-not-clip = Hugging Face形式のCLIPモデルではないか、名前が間違っています
engine-download-no-tokenizer = トークナイザーのないモデルはラベルを読めません
engine-download-not-listed = このハブには一覧に記載された重みがありません
engine-download-pickled = pickle形式の重みしかなく、これは決して読み込みません
engine-download-redirect = { $host }が{ $address }（{ $what }）にリダイレクトしましたが、従いませんでした
engine-download-not-encrypted = 暗号化なし
engine-download-not-web = Webアドレスではない
engine-download-private = このコンピューターまたはプライベートネットワークのアドレス
engine-download-loop = ループ
engine-download-too-long = { $host }が{ $limit }バイトを超えるデータを送信しました

## Why a copy is kept.

engine-one-star = 星1つ
engine-stars = 星{ $count }つ

## Labels and searches.

engine-no-words = ラベル{ $label }に言葉がありません：探したいものを入力してください（例："beach"）
engine-no-weight = { $text }の{ $weight }は重みではありません：^2や^0.5のような数値を書いてください
engine-like-without-path = { $text }のlike:には写真のパスが必要です（例：like:cat.jpg）
engine-no-label-set = { $path }はラベルセットではありません：{ $cause }。形式はdocs/labels.mdにあります
engine-toml-line = { $number }行目：{ $error }
engine-label-set-empty = 項目[[labels]]がありません
engine-label-set-threshold = { $label }のしきい値は0から1でなければなりません
engine-rule-failed = ルール「{ $rule }」：{ $cause }
engine-rules-invalid = { $path }：{ $cause }。ルールの書き方はdocs/heap.mdにあります
engine-rules-empty = ルールがありません
engine-rule-min-match = min_matchが{ $number }ですが、0から1でなければなりません
engine-rule-without-folder = 「{ $rule }」のルールにフォルダーがありません
engine-rule-to-and-mark = 「{ $rule }」のルールに"to"と"mark"の両方があります
engine-rule-without-action = 「{ $rule }」のルールに"to"も"mark"もありません
engine-rule-window-closed = ウィンドウが閉じています
engine-plan-outdated = 計画の作成後に変更されました：{ $what }
engine-plan-keeper-gone = 計画の作成後に、残すコピー{ $path }が変更されたか、なくなりました：{ $what }
engine-plan-again = `lumisift duplicates`をもう一度実行して計画を作り直してください
engine-sheet-too-many = 1枚の画像に写真{ $count }枚は多すぎます：減らすか、.htmlで終わる名前を指定してページとして書き出してください
engine-watch-log-failed = { $path }：{ $error }。フォルダーに書き込めるか確認してください
engine-unknown-device = { $text }はデバイスではありません：auto、cpu、gpu、gpu:N、cuda、cuda:N、metalから選んでください。Nはカードの番号（0から）です
engine-no-shard = I/Nの形で指定してください。Iは0からN - 1までです（例：0/16）
engine-no-row-filter = { $text }は条件ではありません：「match>=0.2」、「match.LABEL>=0.2」、「probability>=0.2」のように指定してください
