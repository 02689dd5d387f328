# Draft: not yet proof-read by a native speaker.
# コマンドライン。

cli-label-also = { $label }：{ $words }も含む
