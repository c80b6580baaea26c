# SPDX-License-Identifier: BSD-2-Clause
# Fails where a public header, one that is included from another folder, has a declaration without a comment:
# a function, a macro with arguments, a struct, union, enum, type or variable wants one directly before it or
# on its own line. Every header opens with what it is about; what another CPU or a handler may call by
# chance (arch/, pci/, virtio/) says there who may, for all functions that do not say otherwise:
#   handler-safe  also from an interrupt or exception handler: it neither waits, allocates nor prints
#   any CPU       from any CPU, from several at once, not from a handler
#   boot CPU      from the boot CPU alone, not from a handler
# usage: check-comments.pl FILE …
use strict;
use warnings;

# Folders that are still being rebuilt.
my @open = qw(arch/ virtio/device.h virtio/onlooker.h virtio/ring/ virtio/transport/ host/ tests/ selfcheck/);
my (%text, %public, $refused);

sub refuse {
	my ($place) = @_;
	return if grep $place =~ m,^\Q$_\E,, @open;
	print "$_[0]: $_[1]\n";
	$refused = 1;
}

sub folder { return $_[0] =~ m,^(.*)/, ? $1 : '.' }

# Whether a declaration is whole: as many braces shut as opened, and a semicolon or the brace of a function.
sub ends {
	my ($text) = @_;
	return ($text =~ tr/{//) == ($text =~ tr/}//) && $text =~ m,(?:;(?:\s*/\*.*)?|\n\})$,;
}

# Checks every declaration; says whether there is a function among them.
sub check_declarations {
	my ($path) = @_;
	my @lines = split /\n/, $text{$path};
	my ($commented, $functions) = (0, 0);
	for (my $i = 0; $i < @lines; $i++) {
		my $place = "$path:" . ($i + 1);
		my $whole = $lines[$i];
		if ($whole =~ m,^/\*,) {
			$i++ until $lines[$i] =~ m,\*/,;
			$commented = 1;
		} elsif ($whole =~ /^#\s*define (\w+)(\(?)/) {
			my ($name, $takes) = ($1, $2);
			$whole .= $lines[++$i] while $lines[$i] =~ /\\$/;
			refuse($place, "$name() has no comment") unless !$takes || $commented || $whole =~ m,/\*,;
			$commented &&= !$takes;
		} elsif ($whole =~ /^\w/ && $whole !~ /^(?:struct|union|enum) \w+;|^static_assert/) {
			my $own = $whole =~ m,/\*,;
			$whole .= "\n$lines[++$i]" until ends($whole) || $i == $#lines;
			$functions = 1 if $whole =~ /^[^{=]*\w\(/;
			my ($name) = $whole =~ /^(?:struct|union|enum) (\w+)\s*\{/ ? $1 : $whole =~ /(\w+)\s*[(\[;=]/;
			refuse($place, "$name has no comment") unless $own || $commented || $whole =~ m,;\s*/\*.*$,;
			$commented = 0;
		} elsif ($whole eq '' || $whole =~ /^#/) {
			$commented = 0;
		}
	}
	return $functions;
}

for my $path (@ARGV) {
	open my $file, '<', $path or die "$path: $!\n";
	$text{$path} = do { local $/; <$file> };
	$public{$_} = 1 for grep folder($_) ne folder($path), $text{$path} =~ /^\s*#\s*include\s+"([^"]+)"/mg;
}
for my $path (sort grep /\.h$/, keys %text) {
	my ($opening) = $text{$path} =~ m,^/\* SPDX[^\n]*\n(/\*.*?\*/),s;
	refuse($path, 'does not open with what it is about') unless $opening;
	next unless $public{$path};
	my $functions = check_declarations($path);
	refuse($path, 'does not say who may call: handler-safe, any CPU or boot CPU')
		if $functions && $opening && $path =~ m,^(arch|pci|virtio)/, &&
		      $opening !~ /handler-safe|any\s+(?:\* )?CPU|boot\s+(?:\* )?CPU/i;
}
exit($refused // 0);
