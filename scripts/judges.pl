#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# Compares what each test says that it judges (.judges) with the checks of the sources: the clauses declared
# there are those that its body names, or what the body uses, function by function, table by table. What
# the harness judges beside every test (tests/harness/judge/declared.c) need not be declared, nor what a
# test judges that goes wrong on purpose.
# usage: judges.pl CATALOGUE.tsv … SOURCE …
use strict;
use warnings;

my @catalogues = grep /\.tsv$/, @ARGV;
my @sources = grep !/\.tsv$/, @ARGV;
my (%is_clause, %global, %local, @tests, %beside);
my $failed = 0;

sub complain {
	my ($where, $words) = @_;
	print STDERR "$where: $words\n";
	$failed++;
}

sub slurp {
	my ($name) = @_;
	open my $file, '<', $name or die "$name: $!\n";
	local $/;
	return scalar <$file>;
}

# Comments and the insides of texts become blanks; lines stay where they are.
sub bare {
	my ($text) = @_;
	$text =~ s{(/\*.*?\*/)|("(?:\\.|[^"\\\n])*")}
		{ my $blank = defined $1 ? $1 : $2; $blank =~ tr/\n/ /c; defined $1 ? $blank : "\"\"" . substr($blank, 2) }gse;
	return $text;
}

# What a piece of source names: {name => 1}.
sub names {
	my %names = map { (my $word = $_) =~ s/^CLAUSE_//; ($word => 1, $_ => 1) } $_[0] =~ /[A-Za-z_]\w*/g;
	return \%names;
}

sub add_piece {
	my ($file, $name, $text, $is_local) = @_;
	my $piece = {file => $file, name => $name, names => names($text)};
	if ($is_local) {
		$local{$file}{$name} = $piece;
	} else {
		$global{$name} = $piece;
	}
	return $piece;
}

sub read_source {
	my ($file) = @_;
	my $text = bare(slurp($file));
	# Macros: what they name is used by whoever names them.
	while ($text =~ /^#define (\w+)\b((?:[^\n\\]|\\\n|\\)*)/gm) {
		my ($name, $words) = ($1, $2);
		add_piece($file, $name, $words, scalar($file =~ /\.c$/));
	}
	$text =~ s/^#(?:[^\n\\]|\\\n|\\)*//gm;
	my $before = @tests;
	my $written = () = $text =~ /^(?:TEST|BENCH|WRONG)\(/gm;
	# Definitions at the left margin: up to the body, and the body up to a brace at the margin.
	while ($text =~ /^(?=[A-Za-z])([^;{}]*?(?:=\s*|\n)?)(\{.*?\n\}|[^;{}]*\{[^\n]*\};)/gms) {
		my ($head, $body, $at) = ($1, $2, $-[0]);
		my $line = 1 + (substr($text, 0, $at) =~ tr/\n//);
		if ($head =~ /^(?:TEST|BENCH|WRONG)\(\s*(\w+),\s*(\w+)/) {
			my ($suite, $name) = ($1, $2);
			# The header may hold braces: then the body is behind it.
			die "$file:$line: what is this test?\n" unless substr($text, $at) =~ /^((?:TEST|BENCH|WRONG)\(.*?\))\n(\{.*?\n\})/s;
			($head, $body) = ($1, $2);
			pos($text) = $at + length($1) + 1 + length($2);
			my $declared = $head =~ /\.judges\s*=\s*CLAUSES\(([^)]*)\)/s ? $1 : '';
			push @tests, {
				place => "$file:$line", file => $file, name => "$suite.$name",
				declared => [$declared =~ /\w+/g], names => names($body),
				wrong => scalar($head =~ /^WRONG/),
			};
			next;
		}
		next if $head =~ /^(?:struct|union|enum|typedef)\b[^()=]*$/;
		my ($name) = $head =~ /=\s*$/ ? $head =~ /(\w+)\s*(?:\[[^\]]*\]\s*)*=\s*$/ : $head =~ /(\w+)\s*\(/;
		$name = $1 if !defined $name && $head =~ /^\w+\((\w+)/;
		next unless defined $name;
		($name) = $head =~ /^\w+\((\w+)/ if $head =~ /^[A-Z_]+\(/ && $head !~ /^(?:NORETURN|PRINTF_LIKE)/;
		add_piece($file, $name, $body, scalar($head =~ /\bstatic\b/));
	}
	die "judges.pl: $file has $written tests, of which " . (@tests - $before) . " were understood\n"
		unless @tests - $before == $written;
}

# The clauses that a piece names, and all that it uses.
sub reached {
	my ($file, $names) = @_;
	my (%seen, %clauses);
	my @open = ([$file, $names]);
	while (my $next = pop @open) {
		my ($where, $words) = @$next;
		for my $word (keys %$words) {
			$clauses{$word} = 1 if $is_clause{$word};
			my $piece = $local{$where}{$word} // $global{$word} or next;
			push @open, [$piece->{file}, $piece->{names}] unless $seen{"$piece->{file} $word"}++;
		}
	}
	return \%clauses;
}

for (map { split /\n/, slurp($_) } @catalogues) {
	my ($id) = split /\t/;
	$id =~ tr/-/_/;
	$is_clause{$id} = 1 unless $id eq 'id';
}
read_source($_) for @sources;
my $common = $local{'tests/harness/judge/declared.c'}{judged_beside} // $global{judged_beside};
die "judges.pl: no table judged_beside in tests/harness/judge/declared.c\n" unless $common;
$beside{$_} = 1 for grep { $is_clause{$_} } keys %{$common->{names}};
for my $test (@tests) {
	my %declared = map { $_ => 1 } @{$test->{declared}};
	my $reached = reached($test->{file}, $test->{names});
	for my $clause (sort grep { !$test->{wrong} && !$beside{$_} && !$declared{$_} } keys %$reached) {
		complain($test->{place}, "$test->{name} judges $clause and does not declare it in .judges");
	}
	for my $clause (sort keys %declared) {
		complain($test->{place}, "$test->{name} declares $clause, which is in no catalogue"), next
			unless $is_clause{$clause};
		complain($test->{place}, "$test->{name} declares $clause, for which neither it nor what it calls has a check")
			unless $reached->{$clause};
	}
}
exit($failed > 0);
