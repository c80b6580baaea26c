#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# Writes tests/sections.tsv: where the sections that the catalogue names stand in the published specification.
# They are counted in its LaTeX as tex4ht does, which names a place of the HTML by the count and the last part of the
# section's number. A stage of the specification that is published anew has other places.
# usage: sections.pl FOLDER-OF-THE-LATEX <tests/clauses.tsv >tests/sections.tsv
use strict;
use warnings;

my ($folder) = @ARGV;
my @levels = qw(chapter section subsection subsubsection paragraph subparagraph);
my %depth = map { $levels[$_] => $_ } 0 .. $#levels;
my $level = join '|', @levels;
my $braces = qr/(?:[^{}]|\{[^{}]*\})*/;
my $count = 1; # the table of contents
my (@number, @titles);
my $here; # number and anchor of the section that was met last
my %place; # the same by titles, by label, and of blocks of requirements by "devicenormative:" and their label

sub text_of {
	my ($name) = @_;
	my ($path) = grep { -f } "$folder/$name", "$folder/$name.tex";
	open my $file, '<', $path // $name or die "sections.pl: $folder/$name: $!\n";
	local $/;
	my $text = <$file>;
	$text =~ s/(?<!\\)%.*//g;
	$text =~ s/\\begin\{lstlisting\}.*?\\end\{lstlisting\}//sg;
	return $text;
}

sub enter {
	my ($kind, $title) = @_;
	my $depth = $depth{$kind};
	$#number = $#titles = $depth;
	$number[$depth]++;
	$titles[$depth] = $title;
	$count++;
	$here = join('.', map { $_ // 0 } @number) . "\tx1-${count}000$number[$depth]";
	$place{join ' / ', grep { defined } @titles} //= $here;
}

sub walk {
	my $text = text_of($_[0]);
	while ($text =~ /\\input\{([^}]*)\}
		|\\($level)\s*\{($braces)\}
		|\\(device|driver)normative\s*\{\\($level)\}\s*\{($braces)\}\s*\{($braces)\}
		|\\label\{(?:sec:)?([^}]*)\}/sgx) {
		my ($input, $kind, $title, $whose, $block, $of, $path, $label) =
			map { defined ? s/\s+/ /gr : undef } ($1, $2, $3, $4, $5, $6, $7, $8);
		if (defined $input) {
			walk($input);
		} elsif (defined $label) {
			$place{$label} //= $here;
		} elsif (defined $kind) {
			enter($kind, $title);
		} else {
			enter($block, "Requirements: $of");
			$place{"${whose}normative:$path"} //= $here;
		}
	}
}

walk($_) for qw(introduction content);
print "section\tnumber\tanchor\n";
<STDIN>;
my %seen;
while (<STDIN>) {
	my $section = (split /\t/)[1];
	next if $seen{$section}++;
	my @names = $section =~ /^(.*) \(text\)$/ ? ($1, "devicenormative:$1") : ("devicenormative:$section", $section);
	my ($place) = grep { defined } @place{@names};
	print STDERR "sections.pl: not of the specification: $section\n" unless $place;
	print "$section\t", $place // "-\t-", "\n";
}
