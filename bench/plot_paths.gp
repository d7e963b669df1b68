# SPDX-License-Identifier: GPL-2.0
# Bars of the medians, one group of configurations per case.
# Wants: name, rows, unit, dir; and colours from plot_style.gp.
bars = sprintf("%s/%s.bars", dir, name)
tics = sprintf("%s/%s.tics", dir, name)
stats bars using 3 nooutput
set terminal svg size 1000, 66 + (rows > 60 ? 15 : 19) * rows noenhanced font "system-ui,sans-serif,13" background "#ffffff"
set output sprintf("%s/%s.paths.svg", dir, name)
set lmargin 22
set rmargin 4
set tmargin 2.2
set bmargin 3
set yrange [rows - 0.4 : -0.9]
set xrange [0 : *]
set offsets graph 0, graph 0.12, 0, 0
set ytics scale 0 textcolor rgb "#1f2937"
set xtics scale 0 textcolor rgb "#6b7280"
set format x "%.0f"
set grid xtics lt 1 lc rgb "#e5e7eb"
set xlabel sprintf("median path, %s", unit) textcolor rgb "#6b7280"
set border 0
set style fill solid 1 noborder
set key top right horizontal outside samplen 1 textcolor rgb "#374151"
plot tics using (0):1:ytic(2) with points pt -1 notitle, \
	for [c = 0:2] bars using (0):($3 == c ? $1 : NaN):(0):2:($1 - 0.42):($1 + 0.42) \
		with boxxyerror lc rgb colour(c) notitle, \
	bars using 2:1:(strcol(4)) with labels left offset 0.4, 0 \
		font (rows > 60 ? ",10" : ",12") textcolor rgb "#374151" notitle, \
	for [c = int(STATS_min):int(STATS_max)] 1 / 0 with boxes lc rgb colour(c) title title(c)
