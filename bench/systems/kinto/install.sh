#!/bin/sh
# Put Kinto into $1/venv. Its tools are used from there; nothing of it enters this repository.
set -eu
folder=$1
python=${PYTHON:-python3}
wanted="kinto[postgresql]==26.5.0 setuptools<81 waitress==3.0.*"   # later setuptools lack pkg_resources
if [ "$(cat "$folder/installed" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi
rm -rf "$folder/venv"
mkdir -p "$folder"
"$python" -m venv "$folder/venv"
# shellcheck disable=SC2086 # several requirements
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check $wanted
echo "$wanted" > "$folder/installed"
