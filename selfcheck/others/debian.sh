#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Unpacks packages of a newer Debian below FOLDER/root, libraries included, without installing anything.
# Says why when they cannot be had, and fails.
# usage: debian.sh FOLDER SUITE PACKAGE…
set -uo pipefail

folder=$1
suite=$2
shift 2
root=$folder/root
apt=$folder/apt
key=/usr/share/keyrings/debian-archive-keyring.gpg

sorry() {
	echo "$*"
	exit 1
}

for tool in apt-get dpkg; do
	command -v "$tool" >/dev/null || sorry "needs $tool"
done
[ -e "$key" ] || sorry "needs $key"
# From where this machine has its own packages.
archive=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
	sed -n '/-security/!s/^Debian //p' | head -1)
[ -n "$archive" ] || sorry "this machine knows no archive of Debian"

# An apt of its own: nothing is installed there, so that every library comes along.
mkdir -p "$apt"/lists/partial "$apt"/cache/archives/partial "$apt"/parts "$root"
: >"$apt/status"
for name in "$suite" "$suite-backports"; do
	echo "deb [signed-by=$key] $archive $name main"
done >"$apt/sources.list"
settings=(Dir::Etc::SourceList="$apt/sources.list" Dir::Etc::SourceParts="$apt/parts" Dir::State="$apt"
	Dir::Etc::Preferences=/dev/null Dir::Etc::PreferencesParts="$apt/parts" Dir::Cache="$apt/cache"
	Dir::State::Lists="$apt/lists" Dir::State::status="$apt/status" APT::Architecture=amd64
	APT::Install-Recommends=false Acquire::Languages=none APT::Sandbox::User="$(id -un)"
	Acquire::Retries=2 Acquire::http::Timeout=20)
apt() {
	timeout -k 3 300 apt-get -qq -y "${settings[@]/#/-o}" "$@" >>"$folder/log" 2>&1
}
apt update || sorry "$suite cannot be reached ($folder/log)"
apt --download-only -t "$suite-backports" install "$@" ||
	sorry "its packages cannot be fetched ($folder/log)"
for package in "$apt"/cache/archives/*.deb; do
	dpkg -x "$package" "$root" || sorry "$package cannot be unpacked"
done
rm -rf "$apt" "$root/usr/share/doc" "$root/usr/share/locale"
