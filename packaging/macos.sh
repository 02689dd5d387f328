#!/usr/bin/env bash
# Makes Lumisift.app in an archive, for both kinds of Mac.
#
#   packaging/macos.sh [--binary FILE] [--out DIR]
#
# Without --binary, both are built for release and joined, which only a Mac can do. With SIGN_IDENTITY ("Developer ID
# Application: NAME (TEAM)") the bundle is signed, and with NOTARY_PROFILE (made once by `xcrun notarytool store-credentials`)
# notarised; without, it gets an ad-hoc signature on a Mac, and people open it by a right click the first time. NOTARY_KEYCHAIN
# is the keychain that holds the profile, if it is not the default one.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=""
out=dist
while [ $# -gt 0 ]; do
    case $1 in
        --binary) binary=$2; shift 2 ;;
        --out) out=$2; shift 2 ;;
        *) sed -n '2,/^[^#]/{/^#/s/^# \?//p}' "$0" >&2; exit 2 ;;
    esac
done
mkdir -p "$out"
if [ -z "$binary" ]; then
    for target in aarch64-apple-darwin x86_64-apple-darwin; do
        rustup target add "$target"
        MACOSX_DEPLOYMENT_TARGET=12.0 cargo build --release --locked --target "$target"
    done
    targets=${CARGO_TARGET_DIR:-target}
    binary=$out/lumisift
    lipo -create -output "$binary" "$targets"/{aarch64,x86_64}-apple-darwin/release/lumisift
fi
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
app=$out/Lumisift.app
rm -rf "$app"
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources"
sed "s/@VERSION@/$version/" packaging/macos/Info.plist >"$app/Contents/Info.plist"
printf 'APPL????' >"$app/Contents/PkgInfo"
install -m755 "$binary" "$app/Contents/MacOS/lumisift"
install -m644 assets/icon.icns "$app/Contents/Resources/lumisift.icns"
install -m644 README.md README.zh-CN.md THIRD_PARTY.md LICENSE-MIT LICENSE-APACHE "$app/Contents/Resources/"

archive=$out/lumisift-$version-macos-universal.zip
rm -f "$archive"
if [ "$(uname)" = Darwin ]; then
    plutil -lint "$app/Contents/Info.plist"
    codesign --force --options runtime ${SIGN_IDENTITY:+--timestamp} --sign "${SIGN_IDENTITY:--}" "$app"
    codesign --verify --strict "$app"
    ditto -c -k --keepParent "$app" "$archive"
    if [ -n "${NOTARY_PROFILE:-}" ]; then
        xcrun notarytool submit "$archive" --keychain-profile "$NOTARY_PROFILE" \
            ${NOTARY_KEYCHAIN:+--keychain "$NOTARY_KEYCHAIN"} --wait
        xcrun stapler staple "$app"
        rm "$archive"
        ditto -c -k --keepParent "$app" "$archive"
    fi
    (cd "$out" && shasum -a 256 "$(basename "$archive")" >SHA256SUMS-macos)
else
    echo "not a Mac: the bundle is laid out, and neither signed nor packed" >&2
fi
