# SPDX-License-Identifier: BSD-2-Clause
# Fails where a public header, one that is included from another folder, has a declaration without a comment:
# a function, a macro with arguments, a struct, union, enum, type or variable wants one directly before it or
# on its own line. Every header opens with what it is about. What another CPU or a handler may call by chance
# (arch/, pci/, virtio/) says who may, in the opening for all functions or at each:
#   handler-safe  also from an interrupt or exception handler: it neither waits, allocates nor prints
#   any CPU       from any CPU, from several at once, not from a handler
#   boot CPU      from the boot CPU alone, not from a handler
# usage: check-comments.pl FILE …
use strict;
use warnings;

my (%text, %public, $refused);

sub refuse {
	my ($place, $why) = @_;
	print "$place: $why\n";
	$refused = 1;
}

sub folder { return $_[0] =~ m,^(.*)/, ? $1 : '.' }

sub says_who { return $_[0] =~ s/\n \*//gr =~ /handler-safe|any CPU|boot CPU/i }

# Whether a declaration is whole: as many braces shut as opened, and a semicolon or the brace of a function.
sub ends {
	my ($text) = @_;
	return ($text =~ tr/{//) == ($text =~ tr/}//) && $text =~ m,(?:;(?:\s*/\*.*)?|\n\})$,;
}

sub check_declaration {
	my ($place, $text, $comment, $asks) = @_;
	my ($name) = $text =~ /^(?:struct|union|enum) (\w+)\s*\{/ ? $1 : $text =~ /(\w+)\s*[(\[;=]/;
	if (!$comment) {
		refuse($place, "$name has no comment");
	} elsif ($asks && $text =~ /^[^{=]*\w\(/ && !says_who($comment)) {
		refuse($place, "$name does not say who may call: handler-safe, any CPU or boot CPU");
	}
}

# Checks every declaration; functions have to say who may call them where `asks` is true.
sub check_declarations {
	my ($path, $asks) = @_;
	my @lines = split /\n/, $text{$path};
	my $comment = '';
	for (my $i = 0; $i < @lines; $i++) {
		my $place = "$path:" . ($i + 1);
		my $text = $lines[$i];
		if ($text =~ m,^/\*,) {
			$text .= "\n$lines[++$i]" until $text =~ m,\*/,;
			$comment = $text;
		} elsif ($text =~ /^#\s*define (\w+)(\(?)/) {
			my ($name, $takes) = ($1, $2);
			$text .= $lines[++$i] while $lines[$i] =~ /\\$/;
			refuse($place, "$name() has no comment") unless !$takes || $comment || $text =~ m,/\*,;
			$comment = '' if $takes;
		} elsif ($text =~ /^\w/ && $text !~ /^(?:struct|union|enum) \w+;|^static_assert/) {
			$comment = $1 if $text =~ m,(/\*.*),;
			$text .= "\n$lines[++$i]" until ends($text) || $i == $#lines;
			$comment = $1 if $text =~ m,;\s*(/\*.*)$,;
			check_declaration($place, $text, $comment, $asks);
			$comment = '';
		} elsif ($text eq '' || $text =~ /^#/) {
			$comment = '';
		}
	}
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
	check_declarations($path, $path =~ m,^(arch|pci|virtio)/, && !says_who($opening // ''));
}
exit($refused // 0);
