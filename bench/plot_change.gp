# SPDX-License-Identifier: GPL-2.0
# Changes in per cent with their intervals: right of zero is a longer path.
# Wants: name, rows, dir; and colours from plot_style.gp.
points = sprintf("%s/%s.points", dir, name)
tics = sprintf("%s/%s.names", dir, name)
stats points using 3:4 nooutput
set terminal svg size 1000, 76 + (rows > 15 ? 30 : 44) * rows noenhanced font "system-ui,sans-serif,13" background "#ffffff"
set output sprintf("%s/%s.change.svg", dir, name)
set lmargin 22
set rmargin 4
set tmargin 2.2
set bmargin 3
set yrange [rows - 0.5 : -0.5]
set offsets graph 0.06, graph 0.14, 0, 0
set ytics scale 0 textcolor rgb "#1f2937"
set xtics scale 0 textcolor rgb "#6b7280"
set format x "%+.4g%%"
set grid xtics lt 1 lc rgb "#e5e7eb"
set border 0
set key top right horizontal outside samplen 1 textcolor rgb "#374151"
set xlabel "← shorter      change of the median path      longer →" textcolor rgb "#6b7280"
if (STATS_min_x >= 0 && STATS_max_y <= 0) set xrange [-1:1]
set arrow 1 from 0, graph 0 to 0, graph 1 nohead lc rgb "#9ca3af" lw 1.5 back
which(c) = c ? "on against off" : "off against base"
plot tics using (0):1:ytic(2) with points pt -1 notitle, \
	for [c = 0:1] points using 2:($5 == c ? $1 : NaN):3:4 with xerrorbars \
		pt 7 ps 0.8 lw 2 lc rgb colour(c + 1) title which(c), \
	points using 4:1:(sprintf("  %s", strcol(6))) with labels left \
		font (rows > 15 ? ",10" : ",12") textcolor rgb "#374151" notitle
