# SPDX-License-Identifier: BSD-2-Clause
# Completion for bash; in zsh: autoload bashcompinit && bashcompinit && source virtproof.bash

_virtproof_listed() { # the names that 'virtproof list VMM' has below a heading
	virtproof list "$1" 2>/dev/null | sed -n "/^$2:/,/^[a-z -]*:\$/s/^  \([^ ]*\) .*/\1/p"
}

_virtproof_offer() { # what compgen finds, a line each
	local line
	while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$@")
}

_virtproof() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
	local vmm=qemu i

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		_virtproof_offer -W "$(virtproof --help | sed -n 's/^  \([a-z-]*\) .*/\1/p')" -- "$word"
		return
	fi
	for ((i = 2; i + 1 < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in -v | --vmm) vmm=${COMP_WORDS[i + 1]} ;; esac
	done
	case $before in
	-v | --vmm) i=$(virtproof list | cut -d' ' -f1) ;;
	-d | --device) i=$(_virtproof_listed "$vmm" devices) ;;
	-u | --vhost-user) i=$(_virtproof_listed "$vmm" "vhost-user devices") ;;
	-M | --machine) i=$(_virtproof_listed "$vmm" machines) ;;
	-a | --accelerator) i=$(_virtproof_listed "$vmm" accelerators) ;;
	-f | --format) i="html tap junit json markdown badge" ;;
	--exit) i="bisect automake" ;;
	-t | --tests | --skip) i="quick device hostile bench $(virtproof run --list-tests -v "$vmm" 2>/dev/null | sed -n 's/^\([a-z0-9_]*\.[a-z0-9_]*\): .*/\1/p')" ;;
	*)
		case $word in
		-*) i=$(virtproof "$command" --help 2>/dev/null | grep -o -- '--[a-z][a-z-]*') ;;
		*)
			[ "$command" != list ] || i=$(virtproof list | cut -d' ' -f1)
			if [ "$command" != list ]; then
				_virtproof_offer -f -- "$word"
				return
			fi
			;;
		esac
		;;
	esac
	_virtproof_offer -W "$i" -- "$word"
}
complete -o filenames -F _virtproof virtproof
