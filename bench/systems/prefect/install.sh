#!/bin/sh
# Put Prefect into $1/venv. Its tools are used from there; nothing of it enters this repository.
set -eu
folder=$1
python=${PYTHON:-python3}
wanted="prefect==3.8.8 fastapi==0.139.*"   # later FastAPI releases break this Prefect at its start
if [ "$(cat "$folder/installed" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi
rm -rf "$folder/venv"
mkdir -p "$folder"
"$python" -m venv "$folder/venv"
# shellcheck disable=SC2086 # two requirements
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check $wanted
echo "$wanted" > "$folder/installed"
