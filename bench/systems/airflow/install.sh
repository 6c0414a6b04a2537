#!/bin/sh
# Put Airflow into $1/venv. Its tools are used from there; nothing of it enters this repository.
set -eu
folder=$1
python=${PYTHON:-python3}
wanted="apache-airflow==3.3.2 apache-airflow-providers-postgres asyncpg"
if [ "$(cat "$folder/installed" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi
rm -rf "$folder/venv"
mkdir -p "$folder"
"$python" -m venv "$folder/venv"
# shellcheck disable=SC2086 # several requirements
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check $wanted
echo "$wanted" > "$folder/installed"
