# SPDX-License-Identifier: GPL-2.0
# Colours and names of the configurations: grey, and two that colour-blind
# readers tell apart (M. Okabe, K. Ito).
colour(c) = c == 0 ? "#8a8f98" : c == 1 ? "#0072b2" : "#d55e00"
title(c) = c == 0 ? "base" : c == 1 ? "patched, off" : "patched, on"
set encoding utf8
