#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What contrib/ has for the CI of others does what it says; what is installed runs where it is installed.
. "$(dirname "$0")/common.sh"

tree=$(realpath "$here/../..")
contrib=$tree/contrib
cd "$folder" || exit 1

# A virtproof for which the stand-in is every VMM.
mkdir bin
cat >bin/virtproof <<END
#!/bin/sh
command=\$1
shift
printf '%s\n' "\$@" >"$folder/words"
exec "$build/virtproof" "\$command" "\$@" --vmm "$here/stand-in.ini" --program "$build/host/stand-in" \${FAIL:+-- --fail 3}
END
chmod +x bin/virtproof
export PATH=$folder/bin:$PATH
unset GITHUB_STEP_SUMMARY

# GitHub: the script of the action.
printf 'DEMO-3\tblk\t*\tviolated\tknown\n' >known
judge() {
	status=0
	env VMM=qemu OUTPUT=folder/of/it "$@" "$contrib/github/judge.sh" >out 2>&1 || status=$?
}
judge PROGRAM="$folder/a vmm" EXPECT=known OPTIONS="--name 'two words' --confirm 0" FAIL=3
expect "the action judges" status_is 0
expect "a program may have a blank in its path" grep -qx "$folder/a vmm" words
expect "options are cut as by a shell" grep -qx "two words" words
expect "records and reports are left" [ "$(cd folder/of/it && echo *)" = "run.html run.log run.xml" ]
cp folder/of/it/run.log earlier.log
judge BASELINE=earlier.log OPTIONS="--name 'two words'"
expect "an earlier run is a baseline" status_is 0
judge FAIL=3
expect "the action fails where a run does" status_is 1
expect "it annotates what is news" says "::error title=DEMO-3 (MUST)%3A the number is 3::"
PATH=/usr/bin:/bin OUTPUT=other "$contrib/github/judge.sh" --help >/dev/null 2>&1 </dev/null &
wait $!
expect "without one that is installed the tree's own is taken" grep -q "\"command\":\"run --github" other/run.log

if fetch_modules yaml; then
	# What is YAML is so, the action's words go together, GitLab's lines are shell.
	node -e '
		const YAML = require(process.argv[1]), fs = require("fs");
		const read = (name) => YAML.parse(fs.readFileSync(name, "utf8"), { strict: true, uniqueKeys: true });
		const action = read(process.argv[2] + "/github/action.yml"), gitlab = read(process.argv[2] + "/gitlab.yml");
		const text = JSON.stringify(action.runs);
		const used = [...new Set([...text.matchAll(/inputs\.(\w+)/g)].map((match) => match[1]))].sort().join(" ");

		console.log("inputs: " + (used === Object.keys(action.inputs).sort().join(" ")));
		console.log("described: " + Object.values(action.inputs).every((input) => input.description && "default" in input));
		console.log("steps: " + action.runs.using + " " + action.runs.steps.every((step) => step.uses || (step.run && step.shell)));
		console.log("environment: " + Object.keys(action.runs.steps[0].env).sort().join(" "));
		fs.writeFileSync("gitlab.sh", [
			"set -e",
			...Object.entries(gitlab[".virtproof"].variables).map(([name, value]) => `: "\${${name}=${value}}"`),
			...gitlab[".virtproof"].script,
		].join("\n"));
		console.log("kept: " + gitlab[".virtproof"].artifacts.when);
	' "$modules/yaml" "$contrib" >out 2>&1
	expect "the action uses each input that it has, and no other" says "inputs: true"
	expect "each is described" says "described: true"
	expect "it is a composite action" says "steps: composite true"
	expect "the script knows what it is told" says "environment: BASELINE EXPECT OPTIONS OUTPUT PROGRAM VMM"
	expect "GitLab keeps what failed, too" says "kept: always"
	status=0
	VIRTPROOF_OPTIONS="--expect known" FAIL=3 sh gitlab.sh >out 2>&1 || status=$?
	expect "GitLab's job judges" status_is 0
	expect "it leaves what it says" [ "$(cd virtproof-out && echo *)" = "run.html run.log run.xml" ]
	status=0
	FAIL=3 sh gitlab.sh >out 2>&1 || status=$?
	expect "it fails where a run does" status_is 1
else
	echo "skip contrib's YAML: yaml is not to be had from the npm registry"
fi

# What starts libkrun: by its header where there is one, else by what is said of it.
launcher() {
	cc -std=gnu17 -Wall -Wextra -Werror -fsyntax-only "$@" >out 2>&1
}
if pkg-config --exists libkrun 2>/dev/null; then
	expect "what starts libkrun is C" eval 'launcher -Wno-comment $(pkg-config --cflags libkrun) "$contrib/libkrun/launch.c"'
else
	sed '/libkrun\.h/d' "$contrib/libkrun/launch.c" >launch.c
	expect "what starts libkrun is C but for its library's header" launcher -Wno-implicit-function-declaration \
		-DKRUN_DISK_FORMAT_RAW=0 -DKRUN_KERNEL_FORMAT_ELF=1 -DCOMPAT_NET_FEATURES=0 launch.c
fi
for option in $(grep -o -- '--[a-z]*' "$tree/host/vmm/libkrun.ini" | sort -u); do
	expect "it knows $option" grep -q "{\"${option#--}\", " "$contrib/libkrun/launch.c"
done

# The container: what its recipe asks of make is there, and what it copies runs without the tree.
knows_target() {
	make -s -n -C "$tree" BUILD="${build#"$tree"/}" "$1" >out 2>&1
}
instructions() {
	sed -e ':more' -e '/\\$/{' -e 'N' -e 's/\\\n//' -e 'b more' -e '}' "$contrib/Containerfile" | grep -v '^#\|^$'
}
expect "the recipe has instructions that there are" eval '[ "$(instructions | wc -l)" -gt 5 ] && [ -z "$(instructions |
	grep -vE "^(FROM [a-z:-]+( AS [a-z]+)?|RUN .+|COPY (--from=[a-z]+ )?[^ ]+ [^ ]+|WORKDIR /[a-z]+|CMD \[.+\])$")" ]'
instructions | sed -n 's/^RUN //p' >runs.sh
expect "what it runs is shell" sh -n runs.sh
expect "what it copies is made before" [ "$(instructions | sed -n 's/^FROM .* AS //p; s/^COPY --from=\([a-z]*\) .*/\1/p' | uniq -c | sed 's/^ *//')" = "2 build" ]
if grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release && command -v apt-cache >/dev/null; then
	for package in $(grep -o 'no-install-recommends[a-z0-9. -]*' runs.sh | sed 's/[a-z-]*//'); do
		expect "what it installs is in Debian: $package" eval 'apt-cache show $package >out 2>&1'
	done
else
	echo "skip what the recipe installs: this is not the Debian that it is for"
fi
# What the image does by itself, with the stand-in.
instructions | sed -n 's/^CMD \[\(.*\)\]$/\1/p' | tr -d ',"' >cmd.sh
expect "what the image does is a run" sh cmd.sh
expect "the recipe builds and installs" grep -q "make setup-build && make .*install" "$contrib/Containerfile"
for target in setup-build all install; do
	expect "make knows $target" knows_target $target
done
make -s -C "$tree" BUILD="${build#"$tree"/}" PREFIX=/usr DESTDIR="$folder/installed" install >out 2>&1
expect "the install target leaves a program" [ -x installed/usr/bin/virtproof ]
for file in virtproof.debug.elf virtproof.gdb; do
	expect "and for a debugger $file" [ -s installed/usr/lib/virtproof/$file ]
done
mkdir elsewhere
cp -r installed/usr elsewhere/
elsewhere/usr/bin/virtproof run --list-tests --program none >out 2>&1
expect "installed, it has its image" grep -q "^ring\." out
expect "and what is known of VMMs" [ -e elsewhere/usr/share/virtproof/expect/qemu-7.2.expect ]
elsewhere/usr/bin/virtproof matrix --list elsewhere/usr/share/virtproof/matrix/qemu.matrix >out 2>&1
expect "and configurations to judge" grep -q "virtproof run .*--device" out
status=0
elsewhere/usr/bin/virtproof run -q --vmm "$here/stand-in.ini" --program "$build/host/stand-in" >out 2>&1 || status=$?
expect "and runs" status_is 0

make -s -C "$tree" BUILD="${build#"$tree"/}" PREFIX=/usr DESTDIR="$folder/installed" uninstall >out 2>&1
expect "what was installed can be taken away, all of it" [ -z "$(find installed -not -type d)" ]

# The archive of a release: what is committed, and which revision that is.
archive() {
	git -C "$tree" rev-parse HEAD >out 2>&1 && make -s -C "$tree" BUILD="$folder/archive" dist >out 2>&1 && mkdir unpacked && tar -xf archive/*.tar.gz -C unpacked
}
if [ -e "$tree/.git" ] && command -v git >/dev/null; then
	expect "an archive is made" archive
	unpacked=$(echo unpacked/*)
	expect "it has what is committed" cmp -s <(git -C "$tree" ls-tree -r --name-only HEAD; echo revision) <(cd "$unpacked" && find . -type f -printf "%P\n" | grep -vx revision | sort; echo revision)
	revision=$(git -C "$tree" describe --always --abbrev=12 --exclude="*")
	make -s -C "$unpacked" build/generated/version.h >out 2>&1
	expect "and knows its revision" grep -qF "($revision)" "$unpacked/build/generated/version.h"
else
	echo "skip the archive of a release: this is no repository"
fi
expect "the program tells its version and revision" grep -qxE "virtproof [0-9.]+( \([0-9a-f]{12}(-dirty)?\))?" <("$build/virtproof" --version)

expect "no registry is named" [ -z "$(grep -rliE 'ghcr|docker\.io|quay\.io|registry\.|npmjs|pypi|crates\.io|deb\.debian' "$contrib")" ]

# The pages use inputs and jobs that there are.
if fetch_modules yaml; then
	node -e '
		const YAML = require(process.argv[1]), fs = require("fs"), tree = process.argv[2];
		const action = YAML.parse(fs.readFileSync(tree + "/contrib/github/action.yml", "utf8"));
		const blocks = [...fs.readFileSync(tree + "/docs/ci.md", "utf8").matchAll(/```yaml\n([^]*?)```/g)].map((match) => YAML.parse(match[1]));
		const steps = blocks.filter(Array.isArray).flat(), ours = steps.filter((step) => /contrib\/github/.test(step.uses));
		const jobs = blocks.filter((block) => !Array.isArray(block));

		console.log("blocks: " + blocks.length);
		console.log("inputs: " + (ours.length === 1 && Object.keys(ours[0].with).every((name) => name in action.inputs)));
		console.log("jobs: " + jobs.every(({ virtproof }) => virtproof.script || virtproof.extends === ".virtproof"));
	' "$modules/yaml" "$tree" >out 2>&1
	expect "docs/ci.md has four pieces of YAML" says "blocks: 4"
	expect "it uses inputs that the action has" says "inputs: true"
	expect "and jobs that are there" says "jobs: true"
fi
