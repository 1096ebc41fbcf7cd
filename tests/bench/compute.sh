#!/bin/sh
# What the executor achieves, native and in wasm, as ratios to other ways on
# the same machine in the same minute.  Installs tfjs-backend-wasm and, where
# there is none, Debian's OpenBLAS into BUILD/bench, and nothing elsewhere.
# usage: tests/bench/compute.sh [BUILD]      (after scripts/build; BUILD: build)
set -eu
case ${1-} in
-h|--help) sed -n '2,5s/^# //p' "$0"; exit 0 ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1-$here/../../build}" && pwd)
folder=$build/bench
mkdir -p "$folder"

openblas() {
	find /usr/lib "$folder" -name 'libopenblas.so.0' 2>/dev/null | head -n 1
}

if [ ! -d "$folder/node_modules/@tensorflow/tfjs-backend-wasm" ]; then
	npm install --silent --no-audit --no-fund --prefix "$folder" \
	    @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0
fi
if [ -z "$(openblas)" ]; then
	(cd "$folder" && apt-get -qq download libopenblas0-pthread \
	    libgfortran5 libquadmath0 &&
	    for deb in *.deb; do dpkg -x "$deb" openblas; done) ||
	    echo 'no OpenBLAS to compare with'
fi
library=$(openblas)
# It needs Fortran's run time, perhaps from the same folder.
libraries=$folder/openblas/usr/lib/x86_64-linux-gnu
LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} \
    OPENBLAS_NUM_THREADS=1 "$build/bench-compute" ${library:+"$library"}
node "$here/compute.js" "$build" "$folder"
